"""The audit log as auditors read it: newest first, with the words of queries where their key still exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from store import keys
from store.database import select_in
from store.tables import audit_events
from store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Event:
    """One look or act. `words` is None where there were none, or where their key was destroyed (`forgotten`)."""

    seq: int
    at: datetime
    actor: str
    via: str
    action: str
    object_kind: str
    object_hash: str
    words: str | None
    forgotten: bool
    case_id: str | None
    reason: str | None
    facts: Mapping[str, Any]


def events(
    workspace: Workspace,
    *,
    limit: int,
    before: int | None = None,
    actor: str | None = None,
    action: str | None = None,
    about: tuple[str, str] | None = None,
) -> list[Event]:
    """The newest events below `before`; `about` is (object kind, id) and finds who looked at it by its keyed hash."""
    query = select(audit_events).order_by(audit_events.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_events.c.seq < before)
    if actor:
        query = query.where(audit_events.c.actor == actor)
    if action:
        query = query.where(audit_events.c.action == action)
    if about is not None:
        query = query.where(audit_events.c.object_hash == keys.blind(workspace, f"{about[0]}:{about[1]}"))
    with workspace.read() as connection:
        return [_event(workspace, row) for row in connection.execute(query)]


def numbered(workspace: Workspace, seqs: Iterable[int]) -> list[Event]:
    """The events of these numbers, in order."""
    with workspace.read() as connection:
        rows = select_in(connection, select(audit_events), audit_events.c.seq, seqs)
        return sorted((_event(workspace, row) for row in rows), key=lambda one: one.seq)


def _event(workspace: Workspace, row: Row[Any]) -> Event:
    words = keys.unseal(workspace, row.seal_key, row.sealed) if row.sealed is not None else None
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        via=row.via,
        action=row.action,
        object_kind=row.object_kind,
        object_hash=row.object_hash,
        words=words,
        forgotten=row.sealed is not None and words is None,
        case_id=row.case_id,
        reason=row.reason,
        facts=row.facts,
    )
