"""What each stage has still to do, so that any stage can be killed and run again.

A room that changes an item announces it in its own transaction; `drain` hands a stage its items in batches and commits
the stage's rows together with the mark that they are done.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection, Select, delete, func, insert, literal, select

from store import claims
from store.database import ASKED, among, chunks, insert_into, insert_plain, upsert
from store.schema import Instant, now
from store.sifting import is_outage, sift
from store.tables import counter, failures, pending, stage_versions
from store.workspace import Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")
REVISION = "revision"
COLUMNS = ("stage", "item", "revision", "since")
REASON = 2_000  # characters kept of why an item failed

# What a change of the left wakes up: the one place where the order of the stages is written.
FOLLOWERS = {
    "ads": ("read",),
    "readings": ("link", "prices"),
    "groups": ("score", "style"),
    "documents": ("watch",),
    "standings": ("standing",),
}


def next_revision(connection: Connection) -> int:
    """A number greater than any drawn before, from the workspace's one counter."""
    first = insert_into(connection, counter).values(name=REVISION, value=1)
    drawn = first.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
    return int(connection.execute(drawn.returning(counter.c.value)).scalar_one())


def queue_up(connection: Connection) -> None:
    """Wait for the counter, and keep it until the transaction ends, as who draws a number does.

    Rows of `pending` and `outbox` are locked by nobody else. So no two transactions wait for each other's rows; SQLite,
    where one writes at a time, needs none of it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(counter.c.value).where(counter.c.name == REVISION).with_for_update())


def announce(connection: Connection, topic: str, items: Iterable[str]) -> None:
    """Items of `topic` (a key of FOLLOWERS) are new or changed: every stage that follows has them to do."""
    unique = list(dict.fromkeys(items))
    if not unique:
        return
    revision, moment = next_revision(connection), now()
    for stage in FOLLOWERS[topic]:
        rows = ((stage, item, revision, moment) for item in unique)
        insert_plain(connection, pending, COLUMNS, rows, replacing=("revision",))


def adopt(connection: Connection, stage: str, version: str, everything: Select[tuple[str]]) -> bool:
    """Where the stage's results are of another version, put `everything` (ids) on its list again; True if so."""
    if _version(connection, stage) == version:
        return False
    revision = next_revision(connection)
    if _version(connection, stage) == version:
        return False  # another worker did it while this one waited for the counter
    connection.execute(delete(pending).where(pending.c.stage == stage))
    ids = everything.subquery()
    connection.execute(
        insert(pending).from_select(
            ["stage", "item", "revision", "since"],
            select(literal(stage), ids.c[0], literal(revision), literal(now(), Instant)).distinct(),
        )
    )
    upsert(connection, stage_versions, [{"stage": stage, "version": version}])
    return True


def _version(connection: Connection, stage: str) -> str | None:
    return connection.execute(
        select(stage_versions.c.version).where(stage_versions.c.stage == stage)
    ).scalar_one_or_none()


def count(connection: Connection, stage: str) -> int:
    """How many items the stage has to do."""
    return connection.execute(select(func.count()).select_from(pending).where(pending.c.stage == stage)).scalar_one()


def take(connection: Connection, stage: str, limit: int) -> dict[str, int]:
    """The `limit` items waiting longest, each with the revision it had; for a stage that has one worker."""
    return claims.take(connection, stage, limit)


def done(connection: Connection, stage: str, taken: Mapping[str, int]) -> None:
    """Cross items off; one that changed since it was taken stays on the list."""
    queue_up(connection)
    # What changed since has a revision greater than any that could be seen then.
    newest = max(taken.values(), default=0)
    for part in chunks(taken, ASKED):
        # An expression: by the bare column SQLite would go through the whole list, part after part.
        old = among(connection, pending.c.item, part) & (pending.c.revision + 0 <= newest)
        connection.execute(delete(pending).where(pending.c.stage == stage, old))
        mine = among(connection, failures.c.item, part)
        connection.execute(delete(failures).where(failures.c.stage == stage, mine))


def drain(
    workspace: Workspace,
    stage: str,
    *,
    compute: Callable[[Connection, Sequence[str]], T],
    write: Callable[[Connection, T], None],
    batch: int,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Do all the stage has pending; returns how many items were done.

    `compute` reads and works outside any write lock; `write` stores its result in the transaction that also crosses the
    items off. A batch that raises is tried again without the items that the problem names, else in ever smaller parts
    (`store.sifting`), and an item that still raises is set aside in `failures` with its reason, so the rest goes on; what is
    no item's fault (an outage) is raised. Several workers may drain a stage at once on PostgreSQL: none gets what another
    has. Raises BusyError for a second one on SQLite.
    """
    work = Work(workspace, stage, compute, write)
    finished = 0
    with claims.worker(workspace, stage):
        while True:
            taken: Mapping[str, int] = {}
            failure: Exception | None = None
            try:
                with claims.portion(workspace, stage, batch) as portion:
                    taken = portion.taken
                    if not taken:
                        return finished
                    work.do(portion)
                finished += len(taken)
            except Exception as problem:
                if not taken or is_outage(problem, workspace.root):
                    raise
                log.warning("%s: a batch of %d failed (%s); sifting it", stage, len(taken), problem)
                failure = problem
            if failure is not None:
                finished += work.sift(taken, failure)
            progress(finished)


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """How a stage does its items."""

    workspace: Workspace
    stage: str
    compute: Callable[[Connection, Sequence[str]], T]
    write: Callable[[Connection, T], None]

    def do(self, portion: claims.Portion) -> None:
        """Compute, write and cross off."""
        if portion.connection is not None:
            self._finish(portion.connection, self.compute(portion.connection, list(portion.taken)), portion.taken)
            return
        with self.workspace.read() as connection:
            result = self.compute(connection, list(portion.taken))
        with self.workspace.begin() as connection:
            self._finish(connection, result, portion.taken)

    def _finish(self, connection: Connection, result: T, taken: Mapping[str, int]) -> None:
        self.write(connection, result)
        done(connection, self.stage, taken)

    def sift(self, taken: Mapping[str, int], problem: Exception) -> int:
        """Do what can be done of a batch that failed; returns how many items that were."""
        finished = 0

        def attempt(items: Sequence[str]) -> None:
            nonlocal finished
            with claims.portion(self.workspace, self.stage, len(items), items) as portion:
                if portion.taken:
                    self.do(portion)
            finished += len(portion.taken)

        def aside(item: str, problem: Exception) -> None:
            set_aside(self.workspace, self.stage, item, taken[item], problem)

        sift(list(taken), attempt, aside, self.workspace.root, problem)
        return finished


def set_aside(workspace: Workspace, stage: str, item: str, revision: int, problem: Exception) -> None:
    """Cross an item off that could not be done, and keep its reason."""
    log.warning("%s: one item set aside (%s)", stage, type(problem).__name__, exc_info=problem)
    with workspace.begin() as connection:
        done(connection, stage, {item: revision})
        reason = f"{type(problem).__name__}: {problem}"[:REASON]
        upsert(connection, failures, [{"stage": stage, "item": item, "error": reason, "at": now()}])


@dataclass(frozen=True, slots=True)
class Aside:
    """An item a stage could not do, why, and since when."""

    stage: str
    item: str
    error: str
    at: datetime


def aside(connection: Connection, stage: str | None = None, limit: int = 1_000_000) -> list[Aside]:
    """What was set aside (by `stage`), the newest first."""
    query = select(failures.c.stage, failures.c.item, failures.c.error, failures.c.at)
    if stage is not None:
        query = query.where(failures.c.stage == stage)
    rows = connection.execute(query.order_by(failures.c.at.desc(), failures.c.stage, failures.c.item).limit(limit))
    return [Aside(*row) for row in rows]


def retry(connection: Connection, stage: str | None = None) -> int:
    """Put what was set aside (by `stage`) on its list again; returns how many items. Each stays set aside until it is done."""
    found = aside(connection, stage)
    if found:
        revision = next_revision(connection)
        rows = ({"stage": one.stage, "item": one.item, "revision": revision, "since": one.at} for one in found)
        upsert(connection, pending, rows)
    return len(found)
