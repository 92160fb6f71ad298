"""Watches: what a person wants to be told of. An ad alerts a watch once.

A watch is a query, an identifier (a contact in any writing), a group, or a person by pattern. `casework.watching` asks them;
here they are kept, and the alerts they raised are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from casework.tables import NEWS, alerts, watches
from store import health
from store.errors import UsageError
from store.health import Health
from store.schema import now
from store.workspace import Workspace

SYSTEM = "sidelight"  # the owner of the watch on canaries
MOST_SEEDS = 500
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What a watch is about."""

    QUERY = "query"
    IDENTIFIER = "identifier"
    GROUP = "group"
    PERSON = "person"
    CANARY = "canary"  # Sidelight's own: proof that ads arrive


class By(StrEnum):
    """What a person is known by when the number changes."""

    TEMPLATE = "template"  # near-copies of their ads
    STYLE = "style"  # groups suggested by how they write
    ITINERARY = "itinerary"  # groups that went through the same towns in the same order


class Origin(StrEnum):
    """How an ad came to answer a watch."""

    KNOWN = "known"  # it did when the watch began: nobody is alerted
    BATCH = "batch"
    SWEEP = "sweep"  # found by the nightly sweep, or when a failing watch could be asked again


@dataclass(frozen=True, slots=True)
class Watch:
    """What one person watches. `error` is why it cannot be evaluated at present."""

    watch_id: int
    owner: str
    title: str
    query: str  # a query, a contact, or the id of a group
    created_at: datetime
    error: str | None
    kind: Kind = Kind.QUERY
    seeds: tuple[str, ...] = ()  # ads that a group or person is known by
    by: tuple[By, ...] = ()
    based_at: datetime | None = None
    behind: bool = False
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An ad that answers a watch."""

    alert_id: int
    watch_id: int
    title: str
    ad_id: str
    at: datetime
    read_at: datetime | None
    origin: Origin = Origin.BATCH


def add(
    workspace: Workspace,
    owner: str,
    query: str,
    title: str = "",
    *,
    kind: Kind = Kind.QUERY,
    by: Iterable[By] = tuple(By),
) -> int:
    """Keep a watch; returns its number. Raises QueryError or UsageError where it cannot be read or names no group."""
    query = query.strip()
    if not query:
        raise UsageError("a watch needs a query, such as phone:2025550143")
    subject = _subject(workspace, query, kind, by)
    with workspace.begin() as connection:
        row = connection.execute(
            insert(watches)
            .values(
                owner=owner, title=title or query, query=query, created_at=now(), kind=kind.value, subject=subject,
                behind=False,
            )
            .returning(watches.c.watch_id)
        )  # fmt: skip
        return int(row.scalar_one())


def end(workspace: Workspace, watch_id: int) -> None:
    """Stop a watch; its alerts stay. Raises UsageError where there is none."""
    _change(workspace, watch_id, ended_at=now())


def mute(workspace: Workspace, watch_id: int, until: datetime | None) -> None:
    """Send nothing of a watch until then (None: send again); the inbox goes on. Raises UsageError where there is none."""
    if until is not None and until <= now():
        raise UsageError("a watch is muted until a time to come; give its end date")
    _change(workspace, watch_id, muted_until=until)


def active(connection: Connection, owner: str | None = None) -> list[Watch]:
    """The watches under way, oldest first; those of one person where `owner` is given."""
    query = select(watches).where(watches.c.ended_at.is_(None)).order_by(watches.c.watch_id)
    if owner is not None:
        query = query.where(watches.c.owner == owner)
    return [_watch(row) for row in connection.execute(query)]


def inbox(connection: Connection, owner: str, *, unread: bool = False, limit: int = 200) -> list[Alert]:
    """A person's alerts, newest first."""
    # Each watch by itself, no further back than its own `limit`: whom little is told would else wait for the news of others.
    told = [NEWS, alerts.c.read_at.is_(None)] if unread else [NEWS]
    last = select(alerts.c.at).where(alerts.c.watch_id == watches.c.watch_id, *told).order_by(alerts.c.at.desc())
    since = last.correlate(watches).limit(1).offset(limit - 1).scalar_subquery()
    own = select(watches.c.watch_id, watches.c.title, since.label("since")).where(watches.c.owner == owner).cte("own")
    own = own.prefix_with("MATERIALIZED")  # asked once for each watch, not for each alert
    query = (
        select(alerts, own.c.title)
        .join(own, own.c.watch_id == alerts.c.watch_id)
        .where(alerts.c.at >= func.coalesce(own.c.since, BEGINNING), *told)
        .order_by(alerts.c.at.desc(), alerts.c.alert_id.desc())
        .limit(limit)
    )
    return [
        Alert(row.alert_id, row.watch_id, row.title, row.ad_id, row.at, row.read_at, Origin(row.origin))
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


def blind_spots(connection: Connection) -> list[Health]:
    """Where watches cannot see at present: the sites and places whose latest judgement is not green."""
    return health.blind_spots(connection)


def _subject(workspace: Workspace, query: str, kind: Kind, by: Iterable[By]) -> dict[str, Any] | None:
    from indexer import contacts
    from indexer.parse import parse
    from linker.stored import members_of
    from models.style_rows import group_of

    if kind is Kind.IDENTIFIER:
        if contacts.whole(query) is None:
            raise UsageError(f"{query!r} is no phone, e-mail, platform:name or web address; watch it as a query")
        return None
    if kind not in {Kind.GROUP, Kind.PERSON}:
        parse(query)
        return None
    chosen = tuple(by)
    if kind is Kind.PERSON and not chosen:
        raise UsageError(f"say what the person is known by: {', '.join(By)}")
    with workspace.read() as connection:
        group_id = group_of(connection, query)
        seeds = members_of(connection, [group_id]).get(group_id, []) if group_id else []
    if not seeds:
        raise UsageError(f"there is no group or linked ad {query!r}; see sidelight search")
    return {"ads": seeds[:MOST_SEEDS], "by": [one.value for one in chosen] if kind is Kind.PERSON else []}


def _change(workspace: Workspace, watch_id: int, **values: Any) -> None:
    with workspace.begin() as connection:
        changed = connection.execute(
            update(watches).where(watches.c.watch_id == watch_id, watches.c.ended_at.is_(None)).values(**values)
        ).rowcount
    if not changed:
        raise UsageError(f"there is no watch {watch_id} under way; see sidelight watches list")


def _watch(row: Row[Any]) -> Watch:
    subject = row.subject or {}
    return Watch(
        row.watch_id,
        row.owner,
        row.title,
        row.query,
        row.created_at,
        row.error,
        Kind(row.kind),
        tuple(subject.get("ads", ())),
        tuple(map(By, subject.get("by", ()))),
        row.based_at,
        row.behind,
        row.muted_until,
    )
