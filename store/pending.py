"""What each stage has still to do, so that any stage can be killed and run again.

A room that changes an item announces it in its own transaction; `drain` hands a stage its items in batches and commits
the stage's rows together with the mark that they are done.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Select, delete, func, insert, literal, select

from store.database import ASKED, among, chunks, select_in, upsert
from store.schema import now
from store.tables import counter, failures, pending, stage_versions
from store.workspace import Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")

# What a change of the left wakes up: the one place where the order of the stages is written.
FOLLOWERS = {"ads": ("read",), "readings": ("link",), "groups": ("score", "style"), "documents": ("watch",)}


def next_revision(connection: Connection) -> int:
    """A number greater than any drawn before, from the workspace's one counter."""
    updated = connection.execute(
        counter.update()
        .where(counter.c.name == "revision")
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar_one_or_none()
    if updated is None:
        connection.execute(insert(counter).values(name="revision", value=1))
        return 1
    return int(updated)


def announce(connection: Connection, topic: str, items: Iterable[str]) -> None:
    """Items of `topic` (a key of FOLLOWERS) are new or changed: every stage that follows has them to do."""
    unique = list(dict.fromkeys(items))
    if not unique:
        return
    revision = next_revision(connection)
    for stage in FOLLOWERS[topic]:
        upsert(connection, pending, ({"stage": stage, "item": item, "revision": revision} for item in unique))


def adopt(connection: Connection, stage: str, version: str, everything: Select[tuple[str]]) -> bool:
    """Where the stage's results are of another version, put `everything` (ids) on its list again; True if so."""
    found = connection.execute(
        select(stage_versions.c.version).where(stage_versions.c.stage == stage)
    ).scalar_one_or_none()
    if found == version:
        return False
    revision = next_revision(connection)
    connection.execute(delete(pending).where(pending.c.stage == stage))
    ids = everything.subquery()
    connection.execute(
        insert(pending).from_select(
            ["stage", "item", "revision"], select(literal(stage), ids.c[0], literal(revision)).distinct()
        )
    )
    upsert(connection, stage_versions, [{"stage": stage, "version": version}])
    return True


def count(connection: Connection, stage: str) -> int:
    """How many items the stage has to do."""
    return connection.execute(select(func.count()).select_from(pending).where(pending.c.stage == stage)).scalar_one()


def take(connection: Connection, stage: str, limit: int) -> dict[str, int]:
    """The `limit` items waiting longest, each with the revision it had."""
    rows = connection.execute(
        select(pending.c.item, pending.c.revision)
        .where(pending.c.stage == stage)
        .order_by(pending.c.revision, pending.c.item)
        .limit(limit)
    )
    return {row.item: row.revision for row in rows}


def done(connection: Connection, stage: str, taken: dict[str, int]) -> None:
    """Cross items off; one that changed since it was taken stays on the list."""
    changed = {
        row.item
        for row in select_in(
            connection,
            select(pending.c.item, pending.c.revision).where(pending.c.stage == stage),
            pending.c.item,
            taken,
        )
        if row.revision != taken[row.item]
    }
    for part in chunks((item for item in taken if item not in changed), ASKED):
        for table in (pending, failures):
            mine = among(connection, table.c.item, part)
            connection.execute(delete(table).where(table.c.stage == stage, mine))


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
    items off. A batch that raises is tried again one item at a time, and an item that still raises is set aside in
    `failures` with its reason, so the rest goes on.
    """
    finished = 0
    while True:
        with workspace.read() as connection:
            taken = take(connection, stage, batch)
        if not taken:
            return finished
        try:
            finished += _step(workspace, stage, taken, compute, write)
        except Exception as problem:
            # A store that cannot be written fails for the single items too, and that error is the one to raise.
            log.warning("%s: a batch of %d failed (%s); trying its items singly", stage, len(taken), problem)
            for item, revision in taken.items():
                finished += _single(workspace, stage, item, revision, compute, write)
        progress(finished)


def _step(
    workspace: Workspace,
    stage: str,
    taken: dict[str, int],
    compute: Callable[[Connection, Sequence[str]], T],
    write: Callable[[Connection, T], None],
) -> int:
    with workspace.read() as connection:
        result = compute(connection, list(taken))
    with workspace.begin() as connection:
        write(connection, result)
        done(connection, stage, taken)
    return len(taken)


def _single(
    workspace: Workspace,
    stage: str,
    item: str,
    revision: int,
    compute: Callable[[Connection, Sequence[str]], T],
    write: Callable[[Connection, T], None],
) -> int:
    try:
        return _step(workspace, stage, {item: revision}, compute, write)
    except Exception as problem:
        log.exception("%s: one item set aside", stage)
        with workspace.begin() as connection:
            done(connection, stage, {item: revision})
            reason = f"{type(problem).__name__}: {problem}"[:2000]
            upsert(connection, failures, [{"stage": stage, "item": item, "error": reason, "at": now()}])
        return 0
