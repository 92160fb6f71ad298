"""Documents the search engine has to write again. A room puts rows here in the transaction that changed the record;
the indexer builds each document from the store, writes it under the row's version, and then crosses the row off.

A document whose record is gone is dropped from the index. Versions only grow, so a late retry never wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, select, update

from store.database import insert_plain
from store.pending import Aside, next_revision, queue_up
from store.schema import now
from store.tables import outbox

AD = "ad"
GROUP = "group"
COLUMNS = ("kind", "item", "version", "error", "since", "standing")


@dataclass(frozen=True, slots=True)
class Due:
    """One document to write: `kind` (AD or GROUP), the id of its record, the version to write it under, and whether all
    that changed is what is said of the ad's group."""

    kind: str
    item: str
    version: int
    standing: bool = False


def put(connection: Connection, kind: str, items: Iterable[str], *, standing: bool = False) -> None:
    """These records changed, came or went; with `standing` only what is said of the ads' groups did."""
    unique = list(dict.fromkeys(items))
    if not unique:
        return
    version, moment = next_revision(connection), now()
    rows = ((kind, item, version, None, moment, standing) for item in unique)
    # One that waits because the record itself changed goes on doing so.
    changed = ("version", "error") if standing else ("version", "error", "standing")
    insert_plain(connection, outbox, COLUMNS, rows, replacing=changed)


def due(connection: Connection, limit: int) -> list[Due]:
    """The rows waiting longest, without those the engine refused."""
    rows = connection.execute(
        select(outbox.c.kind, outbox.c.item, outbox.c.version, outbox.c.standing)
        .where(outbox.c.error.is_(None))
        .order_by(outbox.c.version, outbox.c.kind, outbox.c.item)
        .limit(limit)
    )
    return [Due(*row) for row in rows]


def sent(connection: Connection, rows: Iterable[Due]) -> None:
    """Cross off what the engine has made durable; a record changed since stays due."""
    queue_up(connection)
    gone = [{"of": row.kind, "which": row.item, "at": row.version} for row in rows]
    if gone:
        same = (outbox.c.kind == bindparam("of"), outbox.c.item == bindparam("which"))
        connection.execute(delete(outbox).where(*same, outbox.c.version == bindparam("at")), gone)


def refused(connection: Connection, row: Due, error: str) -> None:
    """Set a document the engine will not take aside, with its reason."""
    queue_up(connection)
    connection.execute(
        update(outbox)
        .where(outbox.c.kind == row.kind, outbox.c.item == row.item, outbox.c.version == row.version)
        .values(error=error[:2000])
    )


def count(connection: Connection) -> tuple[int, int]:
    """How many documents wait, and how many were refused."""
    waiting, bad = connection.execute(
        select(func.count().filter(outbox.c.error.is_(None)), func.count(outbox.c.error)).select_from(outbox)
    ).one()
    return waiting, bad


def aside(connection: Connection, limit: int) -> list[Aside]:
    """Documents that could not be made or were refused, with the reason."""
    query = select(outbox).where(outbox.c.error.is_not(None)).order_by(outbox.c.version, outbox.c.kind, outbox.c.item)
    return [
        Aside("index", f"{row.kind}:{row.item}", row.error, row.since or now())
        for row in connection.execute(query.limit(limit))
    ]


def retry(connection: Connection) -> int:
    """Have every document that was set aside written once more; returns how many."""
    queue_up(connection)
    return connection.execute(update(outbox).where(outbox.c.error.is_not(None)).values(error=None)).rowcount
