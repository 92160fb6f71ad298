"""Cases: what a team works on together, who is on it, and who may see it.

A case is seen by its members, and by its team where it has one; by nobody else, whatever their role. That is what lets
several agencies share a server. A command acts with the authority of whoever may read the workspace's files.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from casework.casetables import case_items, case_members, cases, team_members, teams
from store import audit
from store.audit import Act, Via
from store.database import insert_missing, upsert
from store.errors import SidelightError, UsageError
from store.schema import now
from store.workspace import Workspace

LONGEST_TITLE = 200
OWN = select(case_members.c.case_id).where(case_members.c.account == bindparam("viewer"))
OWN_TEAMS = select(team_members.c.team).where(team_members.c.account == bindparam("viewer"))
SEEN = or_(cases.c.case_id.in_(OWN), cases.c.team.in_(OWN_TEAMS))
NAMED = select(cases).where(cases.c.case_id == bindparam("case"))
EVERY = select(cases).order_by(cases.c.closed_at.is_not(None), cases.c.case_id.desc())
NAMED_AND_SEEN, EVERY_SEEN = NAMED.where(SEEN), EVERY.where(SEEN)


class NoCaseError(SidelightError):
    """There is no such case, or the person has no part in it: which of the two is not told."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `keep_days` count from its closing; None where the rules of retention say."""

    case_id: str
    title: str
    team: str | None
    owner: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    keep_days: int | None


@dataclass(frozen=True, slots=True)
class Team:
    """A team with what others are told when they hold the same as it does."""

    team: str
    contact: str
    members: tuple[str, ...]


def add_team(workspace: Workspace, team: str, contact: str, members: tuple[str, ...], who: str) -> None:
    """Make a team, or give it this contact and these members in place of those it had. Raises UsageError."""
    if not team.strip() or not contact.strip():
        raise UsageError("a team needs a name, and a contact that others may be told")
    with workspace.begin() as connection:
        upsert(connection, teams, [{"team": team, "contact": contact, "created_at": now()}], keep=("created_at",))
        connection.execute(delete(team_members).where(team_members.c.team == team))
        insert_missing(connection, team_members, [{"team": team, "account": one} for one in members])
        facts = {"members": len(members)}
        audit.append(workspace, Act(who, Via.COMMAND, "set team", "team", team, facts=facts), connection)


def all_teams(connection: Connection) -> list[Team]:
    """Every team."""
    rows = connection.execute(select(teams).order_by(teams.c.team)).all()
    mine = connection.execute(select(team_members).order_by(team_members.c.account)).all()
    return [Team(row.team, row.contact, tuple(one.account for one in mine if one.team == row.team)) for row in rows]


def open_case(workspace: Workspace, title: str, who: str, *, team: str | None = None, via: Via = Via.CONSOLE) -> Case:
    """Open a case, owned by `who` who is its first member. Raises UsageError."""
    wanted = title.strip()
    if not 1 <= len(wanted) <= LONGEST_TITLE:
        raise UsageError(f"a case needs a title of 1 to {LONGEST_TITLE} characters; leave names and numbers out of it")
    moment = now()
    with workspace.begin() as connection:
        if team is not None and not connection.execute(select(teams.c.team).where(teams.c.team == team)).first():
            raise UsageError(f"there is no team {team!r}; see sidelight teams list")
        # Numbered by year: what people write on folders and say on the telephone. Numbers of purged cases come no more.
        year = f"{moment.year}-"
        last = connection.execute(
            select(func.max(cases.c.case_id)).where(cases.c.case_id.startswith(year, autoescape=True))
        ).scalar()
        made = Case(
            f"{year}{(int(last.removeprefix(year)) if last else 0) + 1:04d}",
            wanted, team, who, moment, who, None, None, None,
        )  # fmt: skip
        connection.execute(insert(cases).values(_columns(made)))
        connection.execute(
            insert(case_members).values(case_id=made.case_id, account=who, added_at=moment, added_by=who)
        )
        _record(workspace, connection, who, via, "open case", made.case_id)
    return made


def find(connection: Connection, case_id: str, account: str | None = None) -> Case:
    """The case, for a person who has a part in it (`None`: for a command). Raises NoCaseError."""
    asked = {"case": case_id, "viewer": account}
    row = connection.execute(NAMED if account is None else NAMED_AND_SEEN, asked).one_or_none()
    if row is None:
        raise NoCaseError(f"there is no case {case_id!r} that you have a part in; see your list of cases")
    return _case(row)


def every(connection: Connection, account: str | None = None) -> list[Case]:
    """The cases a person has a part in (`None`: all), open ones first, then the newest."""
    rows = connection.execute(EVERY if account is None else EVERY_SEEN, {"viewer": account})
    return [_case(row) for row in rows]


def members(connection: Connection, case_id: str) -> list[str]:
    """Who was added to the case by name."""
    query = select(case_members.c.account).where(case_members.c.case_id == case_id).order_by(case_members.c.account)
    return list(connection.execute(query).scalars())


def add_member(workspace: Workspace, case: Case, account: str, who: str, *, via: Via = Via.CONSOLE) -> None:
    """Give a person a part in the case."""
    if not account.strip():
        raise UsageError("name the account that is to have a part in the case")
    row = {"case_id": case.case_id, "account": account, "added_at": now(), "added_by": who}
    with workspace.begin() as connection:
        insert_missing(connection, case_members, [row])
        _record(workspace, connection, who, via, "add to case", case.case_id)


def remove_member(workspace: Workspace, case: Case, account: str, who: str, *, via: Via = Via.CONSOLE) -> None:
    """Take a person's part away. The owner stays until the case is handed over: no case is nobody's."""
    with workspace.begin() as connection:
        if account == find(connection, case.case_id).owner:
            raise UsageError(f"{account} owns the case; hand it over first")
        connection.execute(
            delete(case_members).where(case_members.c.case_id == case.case_id, case_members.c.account == account)
        )
        _record(workspace, connection, who, via, "take off case", case.case_id)


def hand_over(workspace: Workspace, case: Case, to: str, why: str, who: str, *, via: Via = Via.CONSOLE) -> None:
    """Make `to` the owner, with a word that stays in the case. Raises UsageError."""
    if not to.strip() or not why.strip():
        raise UsageError("say to whom, and what they need to know; it stays in the case")
    moment = now()
    row = {"case_id": case.case_id, "account": to, "added_at": moment, "added_by": who}
    with workspace.begin() as connection:
        insert_missing(connection, case_members, [row])
        connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(owner=to))
        connection.execute(
            insert(case_items).values(
                case_id=case.case_id, kind="handover", about=to, words=why, state={"from": case.owner}, who=who, at=moment
            )
        )  # fmt: skip
        _record(workspace, connection, who, via, "hand over case", case.case_id, why)


def close(
    workspace: Workspace, case: Case, why: str, who: str, *, keep_days: int | None = None, via: Via = Via.CONSOLE
) -> None:
    """Close the case: its time of retention begins. `keep_days` in place of the rules'. Raises UsageError."""
    if case.closed_at is not None:
        raise UsageError(f"case {case.case_id} was closed by {case.closed_by}")
    if not why.strip():
        raise UsageError("say why the case is closed")
    if keep_days is not None and not 0 <= keep_days <= 36_500:
        raise UsageError("a case is kept for 0 to 36,500 days after its closing")
    values = {"closed_at": now(), "closed_by": who, "keep_days": keep_days}
    with workspace.begin() as connection:
        connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(values))
        _record(workspace, connection, who, via, "close case", case.case_id, why)


def reopen(workspace: Workspace, case: Case, why: str, who: str, *, via: Via = Via.CONSOLE) -> None:
    """Open a closed case again. Raises UsageError."""
    if case.closed_at is None or not why.strip():
        raise UsageError("only a closed case is opened again, and with a reason")
    with workspace.begin() as connection:
        connection.execute(
            update(cases).where(cases.c.case_id == case.case_id).values(closed_at=None, closed_by=None, keep_days=None)
        )
        _record(workspace, connection, who, via, "open case again", case.case_id, why)


def _record(
    workspace: Workspace, connection: Connection, who: str, via: Via, action: str, case_id: str, why: str | None = None
) -> None:
    audit.append(workspace, Act(who, via, action, "case", case_id, case_id=case_id, reason=why), connection)


def _columns(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in case.__slots__}


def _case(row: Row[Any]) -> Case:
    return Case(**row._asdict())
