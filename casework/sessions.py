"""Sessions of signed-in people: a random token in their browser, only its hash in the store."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, select

from casework import verification
from casework.records import Account, Role, Session
from casework.tables import accounts, sessions
from store import audit
from store.audit import Act, Via
from store.schema import now
from store.workspace import Workspace


def start(workspace: Workspace, account: Account, how: str = "password") -> tuple[str, Session]:
    """Sign the person in; returns the token for their browser and the session."""
    token, moment = secrets.token_urlsafe(32), now()
    session = Session(
        account=account.name,
        role=account.role,
        csrf=secrets.token_urlsafe(32),
        created_at=moment,
        expires_at=moment + timedelta(hours=workspace.settings.session_hours),
    )
    with workspace.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= moment))
        connection.execute(
            insert(sessions).values(
                token_hash=_hash(token),
                account=session.account,
                csrf=session.csrf,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        )
        act = Act(account.name, Via.CONSOLE, "sign in", "account", account.name, facts={"how": how})
        audit.append(workspace, act, connection)
    verification.checkpoint(workspace)
    return token, session


def find(workspace: Workspace, token: str) -> Session | None:
    """The session of this token while it lasts and its account is open."""
    query = (
        select(sessions, accounts.c.role)
        .join(accounts, accounts.c.name == sessions.c.account)
        .where(sessions.c.token_hash == _hash(token), sessions.c.expires_at > now(), accounts.c.disabled.is_(False))
    )
    with workspace.read() as connection:
        row = connection.execute(query).one_or_none()
    return Session(row.account, Role(row.role), row.csrf, row.created_at, row.expires_at) if row else None


def end(workspace: Workspace, token: str) -> None:
    """Sign the person out."""
    with workspace.begin() as connection:
        account = connection.execute(
            delete(sessions).where(sessions.c.token_hash == _hash(token)).returning(sessions.c.account)
        ).scalar_one_or_none()
        if account is not None:
            audit.append(workspace, Act(account, Via.CONSOLE, "sign out", "account", account), connection)
    verification.checkpoint(workspace)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
