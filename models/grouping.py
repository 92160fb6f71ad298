"""Groups with their ads and readings, without a store: from ads at once, or from a workspace portion by portion."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from crawlers.records import Ad
from linker.linking import link
from linker.records import Group
from linker.signals import signals_of
from linker.tables import groups
from models.prices import local_prices
from models.stage import views
from models.views import GroupView
from nlp.records import Reading
from nlp.workers import Readers
from store.spread import HERE, Spread
from store.workspace import Workspace

PORTION = 500  # groups


def views_of(ads: Iterable[Ad], spread: Spread = HERE) -> list[GroupView]:
    """Read and link these ads; one view per group, by group id. Of two ads with one id the later counts."""
    by_id = {ad.ad_id: ad for ad in ads}
    with Readers(1, spread) as readers:
        readings = {reading.ad_id: reading for reading in readers.read(by_id.values())}
    linked = link((signals_of(ad, readings[ad_id]) for ad_id, ad in by_id.items()), spread=spread)
    return assemble(linked, by_id, readings)


def assemble(linked: Iterable[Group], ads: dict[str, Ad], readings: dict[str, Reading]) -> list[GroupView]:
    """Groups with their ads and readings, and local prices from all readings."""
    prices = local_prices(readings.values())
    return [
        GroupView(
            group,
            {ad_id: ads[ad_id] for ad_id in group.ad_ids},
            {ad_id: readings[ad_id] for ad_id in group.ad_ids},
            prices,
        )
        for group in linked
    ]


def stored_views(workspace: Workspace, group_ids: Iterable[str] | None = None) -> Iterator[GroupView]:
    """The workspace's groups (or these of them), by group id. Local prices are left to the score stage."""
    with workspace.read() as connection:
        if group_ids is None:
            group_ids = connection.execute(select(groups.c.group_id)).scalars()
        wanted = sorted(group_ids)
        for start in range(0, len(wanted), PORTION):
            for portion in views(connection, wanted[start : start + PORTION], None):
                yield from portion
