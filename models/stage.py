"""The score stage: every changed group gets its priority from the model in force, and the search engine is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from crawlers.stored import StoredAd, load_ads
from crawlers.tables import ads
from linker.records import Group
from linker.stored import load_groups
from linker.tables import groups
from models.inforce import Standing, standing
from models.priority import prioritise
from models.records import Priority
from models.stored import save_priorities
from models.tables import priorities
from models.usual import Medians, UsualPrices, refresh
from models.views import Dated, GroupView, Prices
from nlp.stored import load_readings
from store import outbox, pending
from store.database import select_in
from store.garbage import uncollected
from store.workspace import Workspace

STAGE = "score"
BATCH = 200
# A batch of groups is worked on in portions of about this many ads, so that a few vast groups do not fill the memory.
ADS = 2_000


@dataclass(frozen=True, slots=True)
class Scored:
    """What one batch came to: priorities with the members they rest on, and the ids that are groups no more."""

    made: list[Priority]
    ad_ids: list[str]
    vanished: list[str]


def run(workspace: Workspace, progress: Callable[[int], None] | None = None) -> int:
    """Score every group that is pending; returns how many were done. Another model or version scores all of them anew."""
    with uncollected():
        return _run(workspace, progress or (lambda _: None))


def _run(workspace: Workspace, progress: Callable[[int], None]) -> int:
    refresh(workspace)
    model = standing(workspace)
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, model.version, select(groups.c.group_id))
        waiting = pending.count(connection, STAGE)
    if not waiting:
        return 0
    usual: Medians = {}
    return pending.drain(
        workspace,
        STAGE,
        compute=lambda connection, group_ids: _score(connection, group_ids, model, UsualPrices(connection, usual)),
        write=_write,
        batch=BATCH,
        progress=progress,
    )


def views(
    connection: Connection,
    group_ids: Sequence[str],
    prices: Prices | None,
    load: Callable[[Connection, Sequence[str]], Mapping[str, StoredAd | Dated]] = load_ads,
) -> Iterator[list[GroupView]]:
    """The groups that are there, with their ads (as `load` gives them) and readings, in portions of about ADS ads."""
    found = load_groups(connection, group_ids)
    portion: list[Group] = []
    size = 0
    for group_id in sorted(found):
        portion.append(found[group_id])
        size += len(found[group_id].ad_ids)
        if size >= ADS:
            yield _portion(connection, portion, prices, load)
            portion, size = [], 0
    if portion:
        yield _portion(connection, portion, prices, load)


def _portion(
    connection: Connection,
    portion: list[Group],
    prices: Prices | None,
    load: Callable[[Connection, Sequence[str]], Mapping[str, StoredAd | Dated]],
) -> list[GroupView]:
    ad_ids = [ad_id for group in portion for ad_id in group.ad_ids]
    loaded, read = load(connection, ad_ids), load_readings(connection, ad_ids)
    return [
        GroupView(
            group,
            {ad_id: loaded[ad_id] for ad_id in group.ad_ids if ad_id in loaded},
            {ad_id: read[ad_id] for ad_id in group.ad_ids if ad_id in read},
            prices,
        )
        for group in portion
    ]


def _score(connection: Connection, group_ids: Sequence[str], model: Standing, prices: Prices) -> Scored:
    made: list[Priority] = []
    ad_ids: list[str] = []
    for portion in views(connection, group_ids, prices, _dated):
        made += prioritise(portion, model.model)
        ad_ids += [ad_id for view in portion for ad_id in view.group.ad_ids]
    there = {one.group_id for one in made}
    return Scored(made, ad_ids, [group_id for group_id in group_ids if group_id not in there])


def _write(connection: Connection, scored: Scored) -> None:
    save_priorities(connection, scored.made)
    for group_id in scored.vanished:
        connection.execute(delete(priorities).where(priorities.c.group_id == group_id))
    outbox.put(connection, outbox.GROUP, [*(one.group_id for one in scored.made), *scored.vanished])
    outbox.put(connection, outbox.AD, scored.ad_ids, standing=True)


def _dated(connection: Connection, ad_ids: Sequence[str]) -> dict[str, StoredAd | Dated]:
    """The dates of these ads, in a tenth of the time that the whole of them takes."""
    query = select(ads.c.ad_id, ads.c.posted_at, ads.c.first_seen)
    rows = select_in(connection, query, ads.c.ad_id, ad_ids)
    return {row.ad_id: Dated(row.posted_at, row.first_seen) for row in rows}
