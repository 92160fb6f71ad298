"""The score stage: every changed group gets its priority from the model in force, and the search engine is told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select

from crawlers.stored import load_ads
from linker.records import Group
from linker.stored import load_groups
from linker.tables import groups
from models.inforce import Standing, standing
from models.prices import LocalPrices, local_prices
from models.priority import prioritise
from models.records import Priority
from models.stored import save_priorities
from models.tables import priorities
from models.views import GroupView
from nlp.records import Reading
from nlp.stored import load_readings
from nlp.tables import readings
from store import outbox, pending
from store.database import chunks
from store.sifting import sound
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
    model = standing(workspace)
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, model.version, select(groups.c.group_id))
        waiting = pending.count(connection, STAGE)
    if not waiting:
        return 0
    with workspace.read() as connection:
        prices = local_prices(_all_readings(connection, workspace.root))
    return pending.drain(
        workspace,
        STAGE,
        compute=lambda connection, group_ids: _score(connection, group_ids, model, prices),
        write=_write,
        batch=BATCH,
        progress=progress or (lambda _: None),
    )


def views(connection: Connection, group_ids: Sequence[str], prices: LocalPrices | None) -> Iterator[list[GroupView]]:
    """The groups that are there, with their ads and readings, in portions of about ADS ads."""
    found = load_groups(connection, group_ids)
    portion: list[Group] = []
    size = 0
    for group_id in sorted(found):
        portion.append(found[group_id])
        size += len(found[group_id].ad_ids)
        if size >= ADS:
            yield _portion(connection, portion, prices)
            portion, size = [], 0
    if portion:
        yield _portion(connection, portion, prices)


def _portion(connection: Connection, portion: list[Group], prices: LocalPrices | None) -> list[GroupView]:
    ad_ids = [ad_id for group in portion for ad_id in group.ad_ids]
    ads, read = load_ads(connection, ad_ids), load_readings(connection, ad_ids)
    return [
        GroupView(
            group,
            {ad_id: ads[ad_id] for ad_id in group.ad_ids if ad_id in ads},
            {ad_id: read[ad_id] for ad_id in group.ad_ids if ad_id in read},
            prices,
        )
        for group in portion
    ]


def _score(connection: Connection, group_ids: Sequence[str], model: Standing, prices: LocalPrices) -> Scored:
    made: list[Priority] = []
    ad_ids: list[str] = []
    for portion in views(connection, group_ids, prices):
        made += prioritise(portion, model.model)
        ad_ids += [ad_id for view in portion for ad_id in view.group.ad_ids]
    there = {one.group_id for one in made}
    return Scored(made, ad_ids, [group_id for group_id in group_ids if group_id not in there])


def _write(connection: Connection, scored: Scored) -> None:
    save_priorities(connection, scored.made)
    for group_id in scored.vanished:
        connection.execute(delete(priorities).where(priorities.c.group_id == group_id))
    outbox.put(connection, outbox.GROUP, [*(one.group_id for one in scored.made), *scored.vanished])
    outbox.put(connection, outbox.AD, scored.ad_ids)


def _all_readings(connection: Connection, folder: Path) -> Iterator[Reading]:
    """Every reading that has a price, portion by portion."""
    ids = [row.ad_id for row in connection.execute(select(readings.c.ad_id).order_by(readings.c.ad_id))]
    for part in chunks(ids, ADS):
        yield from sound(part, lambda some: load_readings(connection, some).values(), folder)
