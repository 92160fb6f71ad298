"""Watches: saved searches that say which new or changed ads answer them. An ad alerts a watch once.

Every ad whose document was published since is asked, in batches; a watch that cannot be evaluated keeps its place and
shows why. Where a site has gone quiet a watch cannot see: `blind_spots` says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, insert, select, update

from casework.tables import alerts, watches
from store import health, pending
from store.database import insert_missing
from store.errors import UsageError
from store.health import Health
from store.schema import now
from store.workspace import Workspace

STAGE = "watch"
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search of one person. `error` is why it cannot be evaluated at present."""

    watch_id: int
    owner: str
    title: str
    query: str
    created_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An ad that answers a watch."""

    alert_id: int
    watch_id: int
    title: str
    ad_id: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Result:
    found: tuple[tuple[int, tuple[str, ...]], ...]  # watch and the ads that answer it
    errors: tuple[tuple[int, str | None], ...]


def add(workspace: Workspace, owner: str, query: str, title: str = "") -> int:
    """Save a search; returns its number. Raises QueryError when the query cannot be read."""
    from indexer.parse import parse

    if not query.strip():
        raise UsageError("a watch needs a query, such as phone:2025550143")
    parse(query)
    with workspace.begin() as connection:
        row = connection.execute(
            insert(watches)
            .values(owner=owner, title=title or query, query=query, created_at=now())
            .returning(watches.c.watch_id)
        )
        return int(row.scalar_one())


def end(workspace: Workspace, watch_id: int) -> None:
    """Stop a watch; its alerts stay. Raises UsageError where there is none."""
    with workspace.begin() as connection:
        ended = connection.execute(
            update(watches).where(watches.c.watch_id == watch_id, watches.c.ended_at.is_(None)).values(ended_at=now())
        ).rowcount
    if not ended:
        raise UsageError(f"there is no watch {watch_id} under way; see sidelight watches list")


def active(connection: Connection, owner: str | None = None) -> list[Watch]:
    """The watches under way, oldest first; those of one person where `owner` is given."""
    query = select(watches).where(watches.c.ended_at.is_(None)).order_by(watches.c.watch_id)
    if owner is not None:
        query = query.where(watches.c.owner == owner)
    return [
        Watch(row.watch_id, row.owner, row.title, row.query, row.created_at, row.error)
        for row in connection.execute(query)
    ]


def inbox(connection: Connection, owner: str, *, unread: bool = False, limit: int = 200) -> list[Alert]:
    """A person's alerts, newest first."""
    query = (
        select(alerts, watches.c.title)
        .join(watches, watches.c.watch_id == alerts.c.watch_id)
        .where(watches.c.owner == owner)
        .order_by(alerts.c.at.desc(), alerts.c.alert_id.desc())
        .limit(limit)
    )
    if unread:
        query = query.where(alerts.c.read_at.is_(None))
    return [
        Alert(row.alert_id, row.watch_id, row.title, row.ad_id, row.at, row.read_at)
        for row in connection.execute(query)
    ]


def mark_read(connection: Connection, owner: str, alert_ids: Sequence[int]) -> None:
    """Note that a person has read these of their alerts."""
    own = select(watches.c.watch_id).where(watches.c.owner == owner)
    connection.execute(
        update(alerts)
        .where(alerts.c.alert_id.in_(alert_ids), alerts.c.watch_id.in_(own), alerts.c.read_at.is_(None))
        .values(read_at=now())
    )


def evaluate(workspace: Workspace, progress: Callable[[int], None] | None = None) -> int:
    """Ask every watch about every ad published since the last time; returns how many alerts are new."""
    new = 0

    def write(connection: Connection, result: _Result) -> None:
        nonlocal new
        new += _store(connection, result)

    pending.drain(
        workspace,
        STAGE,
        compute=partial(_ask, workspace),
        write=write,
        batch=BATCH,
        progress=progress or (lambda _: None),
    )
    return new


def blind_spots(connection: Connection) -> list[Health]:
    """Where watches cannot see at present: the sites whose latest judgement is not green."""
    return health.blind_spots(connection)


def _ask(workspace: Workspace, connection: Connection, ad_ids: Sequence[str]) -> _Result:
    from indexer.query import QueryError
    from indexer.search import among

    found: list[tuple[int, tuple[str, ...]]] = []
    errors: list[tuple[int, str | None]] = []
    for watch in active(connection):
        try:
            found.append((watch.watch_id, tuple(among(workspace, watch.query, ad_ids))))
            errors.append((watch.watch_id, None))
        except QueryError as problem:
            # The language changed under a saved query: the watch is shown with the reason, the others go on.
            errors.append((watch.watch_id, str(problem)))
    return _Result(tuple(found), tuple(errors))


def _store(connection: Connection, result: _Result) -> int:
    moment = now()
    new = 0
    for watch_id, ad_ids in result.found:
        known = set(connection.execute(select(alerts.c.ad_id).where(alerts.c.watch_id == watch_id)).scalars())
        fresh = [ad_id for ad_id in ad_ids if ad_id not in known]
        insert_missing(connection, alerts, ({"watch_id": watch_id, "ad_id": ad_id, "at": moment} for ad_id in fresh))
        new += len(fresh)
    for watch_id, error in result.errors:
        connection.execute(update(watches).where(watches.c.watch_id == watch_id).values(error=error))
    return new
