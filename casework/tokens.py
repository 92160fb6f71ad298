"""Tokens for programs: each belongs to a person, is limited to some actions, ends by itself and can be revoked.

A token is 256 random bits, so its SHA-256 is kept: nothing in the store opens anything.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from casework import policy
from casework.policy import POLICY, Action
from casework.records import Role, Session
from casework.tables import accounts, api_tokens
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

PREFIX = "sidelight_"  # so that a scanner for leaked secrets knows one
LONGEST_DAYS = 366
NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it later: everything but the secret."""

    token_id: str
    account: str
    title: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def make(
    workspace: Workspace, account: str, role: Role, title: str, scopes: Iterable[str], days: int, via: Via = Via.CONSOLE
) -> tuple[str, Token]:
    """A new token, which is shown this once, and what is kept of it. Raises UsageError."""
    wanted = sorted(set(scopes))
    offered = sorted(one.value for one in POLICY.scopes if policy.allows(role, one))
    if not wanted or not set(wanted) <= set(offered):
        raise UsageError(f"choose what the token is for, out of: {', '.join(offered)}")
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"a token is good for 1 to {LONGEST_DAYS} days")
    if not title.strip():
        raise UsageError("say in a word or two what the token is for")
    secret, moment = PREFIX + secrets.token_urlsafe(32), now()
    token = Token(
        secrets.token_hex(4),
        account,
        title.strip()[:100],
        tuple(wanted),
        moment,
        moment + timedelta(days=days),
        None,
        None,
    )
    with workspace.begin() as connection:
        connection.execute(
            insert(api_tokens).values(
                token_id=token.token_id,
                token_hash=_hash(secret),
                account=account,
                title=token.title,
                scopes=wanted,
                created_at=moment,
                expires_at=token.expires_at,
            )
        )
        act = Act(account, via, "make token", "token", token.token_id, facts={"days": days, "scopes": len(wanted)})
        audit.append(workspace, act, connection)
    return secret, token


def of(connection: Connection, account: str) -> list[Token]:
    """The person's tokens, newest first."""
    query = select(api_tokens).where(api_tokens.c.account == account).order_by(api_tokens.c.created_at.desc())
    return [
        Token(
            row.token_id,
            row.account,
            row.title,
            tuple(row.scopes),
            row.created_at,
            row.expires_at,
            row.revoked_at,
            row.used_at,
        )
        for row in connection.execute(query)
    ]


def revoke(workspace: Workspace, account: str, token_id: str, via: Via = Via.CONSOLE) -> None:
    """End a token of the account at once. Raises UsageError."""
    mine = (api_tokens.c.token_id == token_id, api_tokens.c.account == account, api_tokens.c.revoked_at.is_(None))
    with workspace.begin() as connection:
        if not connection.execute(update(api_tokens).where(*mine).values(revoked_at=now())).rowcount:
            raise UsageError(f"{account} has no token {token_id!r} that is in use")
        audit.append(workspace, Act(account, via, "revoke token", "token", token_id), connection)


def find(workspace: Workspace, secret: str) -> Session | None:
    """Who a token speaks for, while it lasts and their account is open, and what it is limited to."""
    moment = now()
    query = (
        select(api_tokens, accounts.c.role)
        .join(accounts, accounts.c.name == api_tokens.c.account)
        .where(
            api_tokens.c.token_hash == _hash(secret),
            api_tokens.c.expires_at > moment,
            api_tokens.c.revoked_at.is_(None),
            accounts.c.disabled.is_(False),
        )
    )
    with workspace.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.used_at is None or row.used_at <= moment - NOTED:
        with workspace.begin() as connection:
            connection.execute(update(api_tokens).where(api_tokens.c.token_id == row.token_id).values(used_at=moment))
    scopes = frozenset(one for one in row.scopes if Action(one) in POLICY.scopes)
    return Session(row.account, Role(row.role), None, row.created_at, row.expires_at, scopes=scopes)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
