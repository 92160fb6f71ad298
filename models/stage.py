"""The score stage: every changed group gets its priority from the model in force, and the search engine is told."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from secrets import token_hex

from pydantic import SecretStr
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
from store.database import chunks, select_in
from store.errors import DamagedError
from store.garbage import uncollected
from store.processes import Processes
from store.settings import Settings
from store.workspace import Workspace

log = logging.getLogger(__name__)

STAGE = "score"
BATCH = 200
# From so many groups on, worker processes are worth their start; then so many are worked on at once, BATCH by each.
MANY, AT_ONCE = 5_000, 1_600
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
    # A server's database has workers of its own (`sidelight work`), each with its part.
    with Processes(1 if workspace.shared or waiting < MANY else workspace.settings.workers) as processes:
        run = _Run(workspace.root, workspace.settings.database_url, model.version, token_hex())
        usual: Medians = {}

        def compute(connection: Connection, group_ids: Sequence[str]) -> Scored:
            if processes.workers > 1 and len(group_ids) > BATCH:
                try:
                    return _joined(processes.map(partial(_score_there, run), chunks(group_ids, BATCH)))
                except DamagedError:
                    log.info("a worker process met what is damaged; all that is damaged is looked for here")
                except Exception:
                    log.warning("a worker process could not score its groups; they are scored here", exc_info=True)
            return _score(connection, group_ids, model, UsualPrices(connection, usual))

        batch = AT_ONCE if processes.workers > 1 else BATCH
        return pending.drain(workspace, STAGE, compute=compute, write=_write, batch=batch, progress=progress)


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


@dataclass(frozen=True, slots=True)
class _Run:
    """What a worker process is told of a run: where the store and its models are, and which of these is in force."""

    root: Path
    database_url: SecretStr | None
    version: str
    token: str


def _score_there(run: _Run, group_ids: Sequence[str]) -> Scored:
    """In a worker process."""
    workspace, model, usual = _opened(run)
    with uncollected(), workspace.read() as connection:
        return _score(connection, group_ids, model, UsualPrices(connection, usual))


@lru_cache(maxsize=1)
def _opened(run: _Run) -> tuple[Workspace, Standing, Medians]:
    """Store, model and medians, once in a run and worker."""
    workspace = Workspace(run.root, Settings(database_url=run.database_url))
    model = standing(workspace)
    if model.version != run.version:
        raise RuntimeError("another model came into force meanwhile")
    return workspace, model, {}


def _joined(parts: Iterable[Scored]) -> Scored:
    whole = Scored([], [], [])
    for one in parts:
        whole.made.extend(one.made)
        whole.ad_ids.extend(one.ad_ids)
        whole.vanished.extend(one.vanished)
    return whole


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
