"""Who works on what: several workers of a stage at once on PostgreSQL, one on SQLite, and no item in two hands.

A stage's list falls into PARTS by a hash of the item. On PostgreSQL a worker locks the row of a part that has work
(`FOR UPDATE SKIP LOCKED`) and keeps it for the one transaction in which it computes, writes and crosses off; when the worker
dies, so does its transaction, and the part is free at once. The items themselves are not locked: who announces never waits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, exists, func, literal, select

from store.database import insert_missing, select_in
from store.locks import exclusive
from store.tables import claims, pending
from store.workspace import Workspace

PARTS = 16  # workers of one stage that find something to do at the same time


@dataclass(frozen=True, slots=True)
class Portion:
    """Items to do, each with the revision it had; on PostgreSQL with the transaction that holds them, in which to do them."""

    taken: dict[str, int]
    connection: Connection | None


@contextmanager
def worker(workspace: Workspace, stage: str) -> Iterator[None]:
    """Be a worker of the stage. Raises BusyError where there is one already and the database is SQLite, with room for one."""
    if workspace.shared:
        with workspace.begin() as connection:
            insert_missing(connection, claims, ({"stage": stage, "part": part} for part in range(PARTS)))
        yield
    else:
        with exclusive(workspace, f"stage-{stage}"):
            yield


@contextmanager
def portion(workspace: Workspace, stage: str, limit: int, items: Sequence[str] | None = None) -> Iterator[Portion]:
    """The items waiting longest that no other worker has, or only `items` (of one part); none where there are none left.

    With a connection in it, the portion is done when the block ends, and given back when it raises.
    """
    if workspace.shared:
        with workspace.begin() as connection:
            part = _claim(connection, stage, items[0] if items else None)
            if part is None:
                yield Portion({}, connection)
            else:
                yield Portion(take(connection, stage, limit, _of(pending.c.item) == part, items), connection)
        return
    with workspace.read() as connection:
        taken = take(connection, stage, limit, items=items)
    yield Portion(taken, None)


def take(
    connection: Connection,
    stage: str,
    limit: int,
    part: ColumnElement[bool] | None = None,
    items: Sequence[str] | None = None,
) -> dict[str, int]:
    """The `limit` items waiting longest, or those of `items` that still wait, each with the revision it had."""
    query = select(pending.c.item, pending.c.revision).where(pending.c.stage == stage)
    if part is not None:
        query = query.where(part)
    if items is not None:
        return {row.item: row.revision for row in select_in(connection, query, pending.c.item, items)}
    rows = connection.execute(query.order_by(pending.c.revision, pending.c.item).limit(limit)).all()
    return {item: revision for item, revision in rows}  # noqa: C416  # a row is no tuple


def _claim(connection: Connection, stage: str, item: str | None) -> int | None:
    mine = select(claims.c.part).where(claims.c.stage == stage)
    if item is not None:
        # It has to be this part, so wait for it.
        return connection.execute(mine.where(claims.c.part == _of(literal(item))).with_for_update()).scalar()
    waiting = exists().where(pending.c.stage == stage, _of(pending.c.item) == claims.c.part)
    free = mine.where(waiting).order_by(claims.c.part).limit(1).with_for_update(skip_locked=True, of=claims)
    return connection.execute(free).scalar()


def _of(item: ColumnElement[str]) -> ColumnElement[int]:
    return func.mod(func.abs(cast(func.hashtext(item), BigInteger)), PARTS)
