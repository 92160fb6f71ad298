"""Sessions of signed-in people: a random token in their browser, only its hash in the store.

One ends by itself when it was not used for `session_idle_minutes`, and after `session_hours` whatever was done in it.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, insert, or_, select, update

from casework import verification
from casework.records import Account, Role, Session
from casework.tables import accounts, sessions
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

FACTOR_TIME = timedelta(minutes=5)  # to type the second factor's code
NOTED = timedelta(minutes=1)  # how exactly the last use is kept: not every page is a write
LONGEST_REASON = 500
CHALLENGE_TIME = timedelta(minutes=2)  # to answer with a passkey
CONFIRMED_TIME = timedelta(minutes=5)  # to change second factors after having shown one
IN_USE = (
    select(sessions, accounts.c.role)
    .join(accounts, accounts.c.name == sessions.c.account)
    .where(
        sessions.c.token_hash == bindparam("token"),
        sessions.c.expires_at > bindparam("moment"),
        sessions.c.seen_at > bindparam("idle"),
        accounts.c.disabled.is_(False),
    )
)


class Purpose(StrEnum):
    """What a passkey's answer is for; one for another purpose is worth nothing."""

    ADD = "add"
    CONFIRM = "confirm"
    SIGN_IN = "sign in"


def start(workspace: Workspace, account: Account, how: str = "password", *, strong: bool = True) -> tuple[str, Session]:
    """Sign the person in; returns the token for their browser and the session."""
    token, moment = secrets.token_urlsafe(32), now()
    lasts = timedelta(hours=workspace.settings.session_hours) if strong else FACTOR_TIME
    session = Session(
        account=account.name,
        role=account.role,
        csrf=secrets.token_urlsafe(32),
        created_at=moment,
        expires_at=moment + lasts,
        strong=strong,
    )
    idle = moment - timedelta(minutes=workspace.settings.session_idle_minutes)
    with workspace.begin() as connection:
        connection.execute(delete(sessions).where(or_(sessions.c.expires_at <= moment, sessions.c.seen_at <= idle)))
        connection.execute(
            insert(sessions).values(
                token_hash=_hash(token),
                account=session.account,
                csrf=session.csrf,
                created_at=session.created_at,
                expires_at=session.expires_at,
                seen_at=moment,
                strong=strong,
            )
        )
        action = "sign in" if strong else "password accepted"
        act = Act(account.name, Via.CONSOLE, action, "account", account.name, facts={"how": how})
        audit.append(workspace, act, connection)
    verification.checkpoint(workspace)
    return token, session


def find(workspace: Workspace, token: str) -> Session | None:
    """The session of this token while it lasts, is in use and its account is open."""
    moment = now()
    idle = moment - timedelta(minutes=workspace.settings.session_idle_minutes)
    with workspace.read() as connection:
        row = connection.execute(IN_USE, {"token": _hash(token), "moment": moment, "idle": idle}).one_or_none()
    if row is None:
        return None
    if row.seen_at <= moment - NOTED:
        with workspace.begin() as connection:
            connection.execute(update(sessions).where(sessions.c.token_hash == row.token_hash).values(seen_at=moment))
    return Session(
        row.account,
        Role(row.role),
        row.csrf,
        row.created_at,
        row.expires_at,
        row.strong,
        row.case_id,
        row.reason,
        confirmed_at=row.confirmed_at,
    )


def strengthen(workspace: Workspace, token: str, session: Session, how: str) -> tuple[str, Session]:
    """After the second factor: a full session under a new token in place of the half one."""
    with workspace.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.token_hash == _hash(token)))
    account = Account(session.account, session.role, False, None, session.created_at)
    return start(workspace, account, how)


def challenge(workspace: Workspace, token: str, purpose: Purpose) -> bytes:
    """Put a new challenge to the session's browser, in place of any before it."""
    made = secrets.token_bytes(32)
    values = {"challenge": made, "challenged_for": purpose.value, "challenged_at": now()}
    with workspace.begin() as connection:
        connection.execute(update(sessions).where(sessions.c.token_hash == _hash(token)).values(values))
    return made


def take_challenge(workspace: Workspace, token: str, purpose: Purpose) -> bytes | None:
    """The challenge that was put to this session for this purpose and is not over; whoever asks has used it up."""
    columns = sessions.c.challenge, sessions.c.challenged_for, sessions.c.challenged_at
    with workspace.begin() as connection:
        row = connection.execute(
            select(*columns).where(sessions.c.token_hash == _hash(token), sessions.c.challenge.is_not(None))
        ).one_or_none()
        if row is None:
            return None
        # Of two that come at once with one answer, the challenge is still there for the first alone.
        same = (sessions.c.token_hash == _hash(token), sessions.c.challenge == row.challenge)
        taken = connection.execute(update(sessions).where(*same).values(challenge=None)).rowcount
    if not taken or row.challenged_for != purpose or row.challenged_at + CHALLENGE_TIME <= now():
        return None
    return bytes(row.challenge)


def confirm(workspace: Workspace, token: str, session: Session, how: str) -> None:
    """Note that the person has just shown their second factor, so that they may change one for a while."""
    with workspace.begin() as connection:
        connection.execute(update(sessions).where(sessions.c.token_hash == _hash(token)).values(confirmed_at=now()))
        act = Act(session.account, Via.CONSOLE, "confirm", "account", session.account, facts={"how": how})
        audit.append(workspace, act, connection)


def is_confirmed(session: Session) -> bool:
    """Whether that was short enough ago."""
    return session.confirmed_at is not None and session.confirmed_at + CONFIRMED_TIME > now()


def require_confirmed(session: Session) -> None:
    """Raise UsageError where it was not."""
    if not is_confirmed(session):
        raise UsageError("show first that it is you, on the page of your account; that is good for five minutes")


def work_on(workspace: Workspace, token: str, session: Session, case_id: str, reason: str) -> Session:
    """Say what the person works on; it stands with every look until they say otherwise. Raises UsageError."""
    if len(reason) > LONGEST_REASON or len(case_id) > 100:
        raise UsageError(f"a reason has at most {LONGEST_REASON} characters, a case's name 100")
    case, why = case_id.strip() or None, reason.strip() or None
    with workspace.begin() as connection:
        connection.execute(
            update(sessions).where(sessions.c.token_hash == _hash(token)).values(case_id=case, reason=why)
        )
        act = Act(session.account, Via.CONSOLE, "work on", "case", case_id, case_id=case, reason=why)
        audit.append(workspace, act, connection)
    return replace(session, case_id=case, reason=why)


def end(workspace: Workspace, token: str) -> None:
    """Sign the person out."""
    with workspace.begin() as connection:
        account = connection.execute(
            delete(sessions).where(sessions.c.token_hash == _hash(token)).returning(sessions.c.account)
        ).scalar_one_or_none()
        if account is not None:
            audit.append(workspace, Act(account, Via.CONSOLE, "sign out", "account", account), connection)
    verification.checkpoint(workspace)


def end_all(workspace: Workspace, account: str, but: str) -> int:
    """End every session of the account but the one of token `but`; returns how many."""
    with workspace.begin() as connection:
        ended = connection.execute(
            delete(sessions).where(sessions.c.account == account, sessions.c.token_hash != _hash(but))
        ).rowcount
        act = Act(account, Via.CONSOLE, "end sessions", "account", account, facts={"sessions": ended})
        audit.append(workspace, act, connection)
    return ended


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
