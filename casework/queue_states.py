"""Who looks at a group: claimed by one person at a time, assigned, or put to sleep until a day or until it changes."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from casework import changes
from casework.tables import accounts, queue_states
from linker.stored import load_groups
from models.records import Lane
from models.stored import load_priorities
from store import audit
from store.audit import Act, Via
from store.database import insert_missing, select_in
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

LONGEST = timedelta(days=90)


class ClaimedError(UsageError):
    """Somebody else looks at the group just now."""


@dataclass(frozen=True, slots=True)
class EntryState:
    """What people said of a group's place in the queue. A claim that ran out is not told."""

    group_id: str
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    assigned_to: str | None = None
    assigned_by: str | None = None
    snoozed_until: str | None = None
    snoozed_by: str | None = None
    snoozed_why: str | None = None


def claim(workspace: Workspace, group_id: str, who: str, via: Via = Via.CONSOLE) -> EntryState:
    """Take a group to look at. Of two who ask at once one has it, and the other is told who: ClaimedError."""
    moment = now()
    stale = moment - timedelta(hours=workspace.settings.claim_hours)
    with workspace.begin() as connection:
        _row(connection, group_id)
        free = (
            queue_states.c.claimed_by.is_(None)
            | (queue_states.c.claimed_by == who)
            | (queue_states.c.claimed_at < stale)
        )
        # One statement decides: the second of two waits for it, and finds the row taken.
        taken = connection.execute(
            update(queue_states)
            .where(queue_states.c.group_id == group_id, free)
            .values(claimed_by=who, claimed_at=moment)
        ).rowcount
        found = _one(connection, group_id)
        if not taken:
            raise ClaimedError(
                f"{found.claimed_by} has had this group since {found.claimed_at:%Y-%m-%d %H:%M} UTC; "
                f"ask them, or take the next one"
            )
        audit.append(workspace, Act(who, via, "claim", "group", group_id), connection)
    return _state(found, stale)


def release(workspace: Workspace, group_id: str, who: str, via: Via = Via.CONSOLE) -> None:
    """Let go of one's own claim. Raises UsageError where there is none."""
    mine = (queue_states.c.group_id == group_id) & (queue_states.c.claimed_by == who)
    with workspace.begin() as connection:
        if not connection.execute(update(queue_states).where(mine).values(claimed_by=None, claimed_at=None)).rowcount:
            raise UsageError(f"you have no claim on group {group_id}")
        audit.append(workspace, Act(who, via, "release", "group", group_id), connection)


def assign(workspace: Workspace, group_id: str, to: str | None, who: str, via: Via = Via.CONSOLE) -> None:
    """Give a group to a person with an account (None: to nobody). Raises UsageError."""
    with workspace.begin() as connection:
        if to is not None:
            known = select(accounts.c.name).where(accounts.c.name == to, accounts.c.disabled.is_(False))
            if connection.execute(known).first() is None:
                raise UsageError(f"there is no open account {to!r}; see sidelight users list")
        _row(connection, group_id)
        values = {"assigned_to": to, "assigned_by": who if to else None, "assigned_at": now() if to else None}
        connection.execute(update(queue_states).where(queue_states.c.group_id == group_id).values(values))
        audit.append(workspace, Act(who, via, "assign", "group", group_id, facts={"given": to is not None}), connection)


def snooze(workspace: Workspace, group_id: str, until: str, who: str, why: str, via: Via = Via.CONSOLE) -> None:
    """Leave a group out of the queue until a day; a change that matters wakes it before. Raises UsageError."""
    if not (reason := why.strip()):
        raise UsageError("say why it can wait; a later reader has only that")
    day = _day(workspace, until)
    with workspace.begin() as connection:
        group = load_groups(connection, [group_id]).get(group_id)
        if group is None:
            raise UsageError(f"there is no group {group_id!r} any more")
        priority = load_priorities(connection, [group_id]).get(group_id)
        if priority is not None and priority.lane is Lane.FIRST:
            raise UsageError("a group with a stated age below 18 cannot wait; decide it, or assign it")
        named = changes.persons(connection, [group]).get(group_id)
        _row(connection, group_id)
        values = {
            "snoozed_until": day, "snoozed_by": who, "snoozed_at": now(), "snoozed_why": reason[:5000],
            "snoozed_basis": asdict(changes.basis(group, priority, named)), "claimed_by": None, "claimed_at": None,
        }  # fmt: skip
        connection.execute(update(queue_states).where(queue_states.c.group_id == group_id).values(values))
        audit.append(workspace, Act(who, via, "snooze", "group", group_id), connection)


def wake(workspace: Workspace, group_id: str, who: str, via: Via = Via.CONSOLE) -> None:
    """Put a sleeping group back, from the next queue on. Raises UsageError where it does not sleep."""
    mine = (queue_states.c.group_id == group_id) & queue_states.c.snoozed_until.is_not(None)
    with workspace.begin() as connection:
        if not connection.execute(update(queue_states).where(mine).values(snoozed_until=None)).rowcount:
            raise UsageError(f"group {group_id} does not sleep")
        audit.append(workspace, Act(who, via, "wake", "group", group_id), connection)


def states(workspace: Workspace, connection: Connection, group_ids: list[str]) -> dict[str, EntryState]:
    """What was said of these groups; one of which nothing was said is left out."""
    stale = now() - timedelta(hours=workspace.settings.claim_hours)
    rows = select_in(connection, select(queue_states), queue_states.c.group_id, group_ids)
    return {row.group_id: _state(row, stale) for row in rows}


def _row(connection: Connection, group_id: str) -> None:
    """A row for a group that is there. Raises UsageError."""
    if not load_groups(connection, [group_id]):
        raise UsageError(f"there is no group {group_id!r} any more; its ads may have joined another")
    insert_missing(connection, queue_states, [{"group_id": group_id}])


def _one(connection: Connection, group_id: str) -> Row[Any]:
    return connection.execute(select(queue_states).where(queue_states.c.group_id == group_id)).one()


def _state(row: Row[Any], stale: datetime) -> EntryState:
    holds = row.claimed_at is not None and row.claimed_at >= stale
    return EntryState(
        row.group_id,
        row.claimed_by if holds else None,
        row.claimed_at if holds else None,
        row.assigned_to,
        row.assigned_by,
        row.snoozed_until,
        row.snoozed_by if row.snoozed_until else None,
        row.snoozed_why if row.snoozed_until else None,
    )


def _day(workspace: Workspace, text: str) -> str:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day; write it as 2026-05-01") from None
    today = now().astimezone(workspace.settings.zone).date()
    if not today < chosen <= today + LONGEST:
        raise UsageError(f"a group sleeps until a day to come, {LONGEST.days} days from now at most")
    return chosen.isoformat()
