"""What one person may not take out alone: exports of many rows need the word of a second person, once for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from store import audit, keys
from store.audit import Act, Fact, Via
from store.errors import SidelightError, UsageError
from store.schema import now
from store.tables import approvals
from store.workspace import Workspace

LASTS = timedelta(days=7)


class SecondPersonError(SidelightError):
    """More is to be taken out than one person may; the message says how to ask."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What was asked for, and what a second person said. `granted` is None until somebody has answered."""

    approval_id: int
    rows: int
    asked_by: str
    asked_at: datetime
    reason: str
    case_id: str | None
    answered_by: str | None
    answered_at: datetime | None
    granted: bool | None
    why: str | None
    used_at: datetime | None


def require(workspace: Workspace, who: str, what: str, rows: int, via: Via = Via.COMMAND) -> None:
    """Use up the approval of `what` ("group:3f2a"), where so many rows need one. Raises SecondPersonError."""
    if rows <= workspace.settings.export_alone:
        return
    with workspace.begin() as connection:
        standing = (
            approvals.c.what == keys.blind(workspace, what),
            approvals.c.asked_by == who,
            approvals.c.granted.is_(True),
            approvals.c.used_at.is_(None),
            approvals.c.rows >= rows,
            approvals.c.answered_at > now() - LASTS,
        )
        found = connection.execute(select(approvals.c.approval_id).where(*standing).limit(1)).scalar_one_or_none()
        if found is not None:
            connection.execute(update(approvals).where(approvals.c.approval_id == found).values(used_at=now()))
            act = Act(who, via, "use approval", "approval", str(found), facts={"rows": rows})
            audit.append(workspace, act, connection)
            return
    raise SecondPersonError(
        f"these are {rows:,} rows, and more than {workspace.settings.export_alone:,} need a second person: ask with "
        f"sidelight approvals ask {quote(what)} --rows {rows} --reason TEXT, and a supervisor answers"
    )


def ask(
    workspace: Workspace,
    who: str,
    what: str,
    rows: int,
    reason: str,
    case_id: str | None = None,
    via: Via = Via.COMMAND,
) -> int:
    """Ask for the second person's word; returns the request's number. Raises UsageError."""
    if not reason.strip():
        raise UsageError("say why: whoever answers knows no more than that")
    with workspace.begin() as connection:
        number = connection.execute(
            insert(approvals)
            .values(
                what=keys.blind(workspace, what),
                rows=rows,
                asked_by=who,
                asked_at=now(),
                reason=reason.strip(),
                case_id=case_id,
            )
            .returning(approvals.c.approval_id)
        ).scalar_one()
        facts: dict[str, Fact] = {"rows": rows, "approval": int(number)}
        audit.append(
            workspace, Act(who, via, "ask approval", "approval", str(number), None, case_id, reason, facts), connection
        )
    return int(number)


def answer(workspace: Workspace, number: int, who: str, why: str, *, granted: bool, via: Via = Via.CONSOLE) -> None:
    """Grant or refuse a request of somebody else. Raises UsageError."""
    with workspace.begin() as connection:
        found = _find(connection, approvals.c.approval_id == number)
        if not found or found[0].granted is not None:
            raise UsageError(f"no request {number} waits for an answer")
        if found[0].asked_by == who:
            raise UsageError("a second person has to answer: this request is your own")
        values = {"answered_by": who, "answered_at": now(), "granted": granted, "why": why.strip()}
        connection.execute(update(approvals).where(approvals.c.approval_id == number).values(**values))
        facts: dict[str, Fact] = {"rows": found[0].rows, "approval": number, "asked by": found[0].asked_by}
        action = "grant approval" if granted else "refuse approval"
        audit.append(workspace, Act(who, via, action, "approval", str(number), None, None, why, facts), connection)


def waiting(connection: Connection) -> list[Approval]:
    """Requests that nobody has answered, oldest first."""
    return _find(connection, approvals.c.granted.is_(None))


def of(connection: Connection, who: str) -> list[Approval]:
    """What the person asked for."""
    return _find(connection, approvals.c.asked_by == who)


def _find(connection: Connection, condition: ColumnElement[bool]) -> list[Approval]:
    rows: Sequence[Row[Any]] = connection.execute(
        select(approvals).where(condition).order_by(approvals.c.approval_id)
    ).all()
    return [Approval(**{name: getattr(row, name) for name in Approval.__dataclass_fields__}) for row in rows]
