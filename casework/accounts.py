"""Local accounts: argon2id passwords, second factors, and a lock that grows with every wrong one."""

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from casework import factors
from casework.records import Account, Role
from casework.tables import NO_PASSWORD, accounts, api_tokens, sessions
from store import audit
from store.audit import Act, Via
from store.errors import SidelightError, UsageError
from store.schema import now
from store.workspace import Workspace

NAME = re.compile(r"\A[a-z][a-z0-9._-]{1,39}\Z")
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1_000
FREE_FAILURES = 4
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
FORGIVEN: dict[str, Any] = {"failures": 0, "locked_until": None}

hasher = PasswordHasher()  # argon2id, RFC 9106's second recommended choice


class SignInError(SidelightError):
    """Name and password do not fit; the message never says which."""


class LockedError(SignInError):
    """Too many wrong passwords; `until` says when the next may be tried."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong passwords; try again after {until:%H:%M:%S} UTC")
        self.until = until


def add(
    workspace: Workspace,
    name: str,
    role: Role,
    password: str | None,
    by: str,
    via: Via = Via.COMMAND,
    *,
    subject: str | None = None,
) -> Account:
    """Make an account. Raises UsageError.

    Without a password it opens by the local sign-in link alone, or by single sign-on as `subject`.
    """
    if not NAME.match(name):
        raise UsageError(f"{name!r} is no account name; use 2 to 40 of a-z, 0-9, dot, dash, starting with a letter")
    digest = NO_PASSWORD if password is None else _hash(name, password)
    moment = now()
    try:
        with workspace.begin() as connection:
            connection.execute(
                insert(accounts).values(
                    name=name,
                    role=role.value,
                    password_hash=digest,
                    disabled=False,
                    failures=0,
                    created_at=moment,
                    subject=subject,
                )
            )
            audit.append(
                workspace, Act(by, via, "add account", "account", name, facts={"role": role.value}), connection
            )
    except IntegrityError:
        taken = f"there is an account {name!r} already, or one of this subject; see sidelight users list"
        raise UsageError(taken) from None
    return Account(name, role, False, None, moment)


def every(connection: Connection) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]


def find(connection: Connection, name: str) -> Account | None:
    """The account of this name."""
    row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
    return _account(row) if row else None


def of_subject(connection: Connection, subject: str) -> Account | None:
    """The open account of this person at the single sign-on provider."""
    query = select(accounts).where(accounts.c.subject == subject, accounts.c.disabled.is_(False))
    row = connection.execute(query).one_or_none()
    return _account(row) if row else None


def has_password(connection: Connection, name: str) -> bool:
    """Whether the account opens by a password; else by the local link or single sign-on alone."""
    digest = connection.execute(select(accounts.c.password_hash).where(accounts.c.name == name)).scalar_one_or_none()
    return digest not in {None, NO_PASSWORD}


def count(connection: Connection) -> int:
    """How many accounts there are."""
    return connection.execute(select(func.count()).select_from(accounts)).scalar_one()


def local_name(user: str) -> str:
    """An account name for the operating system's user."""
    name = re.sub(r"[^a-z0-9._-]", "", user.lower())[:40]
    return name if NAME.match(name) else "local"


def set_password(workspace: Workspace, name: str, password: str, by: str) -> None:
    """Give a new password; lifts a lock, ends the account's sessions and revokes its tokens. Raises UsageError."""
    digest = _hash(name, password)
    _change(workspace, name, by, "set password", password_hash=digest, **FORGIVEN)


def set_role(workspace: Workspace, name: str, role: Role, by: str) -> None:
    """Give another role; ends the account's sessions. Raises UsageError."""
    _change(workspace, name, by, "set role", role=role.value)


def link(workspace: Workspace, name: str, subject: str, by: str) -> None:
    """Let the account be opened by single sign-on as this subject. Raises UsageError."""
    try:
        _change(workspace, name, by, "link account", subject=subject)
    except IntegrityError:
        raise UsageError("another account is linked to this subject; see sidelight users list") from None


def set_disabled(workspace: Workspace, name: str, by: str, *, disabled: bool) -> None:
    """Close an account, ending its sessions, or open it again. Raises UsageError."""
    _change(workspace, name, by, "disable account" if disabled else "enable account", disabled=disabled)


def check(workspace: Workspace, name: str, password: str, via: Via = Via.CONSOLE) -> Account:
    """The account whose password this is. Raises SignInError, or LockedError before the password is looked at.

    The attempt is counted first and forgiven on success, so that many at once cannot outrun the lock.
    """
    row = count_attempt(workspace, name)
    fits = _verify(row.password_hash if row else _decoy(), password[: LONGEST_PASSWORD + 1])
    if row is None or row.disabled or not fits:
        audit.append(workspace, Act("unknown", via, "sign-in refused", "account", name))
        raise SignInError("name and password do not fit")
    with workspace.begin() as connection:
        # Where a second factor follows, only that forgives: else whoever has the password could try codes for ever.
        values: dict[str, Any] = {} if factors.has(connection, name) else dict(FORGIVEN)
        if hasher.check_needs_rehash(row.password_hash):
            values["password_hash"] = hasher.hash(password)
        if values:
            connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
    return _account(row)


def check_factor(workspace: Workspace, name: str, typed: str, via: Via = Via.CONSOLE) -> str:
    """What kind of code it was, where it fits. Raises SignInError, or LockedError before the code is looked at."""
    count_attempt(workspace, name)
    with workspace.begin() as connection:
        kind = factors.take(workspace, connection, name, typed[:100])
        if kind is not None:
            connection.execute(update(accounts).where(accounts.c.name == name).values(**FORGIVEN))
    if kind is None:
        audit.append(workspace, Act(name, via, "second factor refused", "account", name))
        raise SignInError("this code does not fit, or was used already; wait for the next one")
    return kind


def count_attempt(workspace: Workspace, name: str) -> Row[Any] | None:
    """Count a try to open the account before it is looked at; the account as it was. Raises LockedError."""
    with workspace.begin() as connection:
        row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        if row is None:
            return None
        moment = now()
        if row.locked_until is not None and row.locked_until > moment:
            raise LockedError(row.locked_until)
        failures = row.failures + 1
        connection.execute(
            update(accounts)
            .where(accounts.c.name == name)
            .values(failures=failures, locked_until=_locked_until(failures, moment))
        )
    return row


def forgive(workspace: Workspace, name: str) -> None:
    """Forget the tries so far: the second factor was the right one."""
    with workspace.begin() as connection:
        connection.execute(update(accounts).where(accounts.c.name == name).values(**FORGIVEN))


def _locked_until(failures: int, moment: datetime) -> datetime | None:
    """None for the first few; then 30 s, doubled with each further one, up to an hour."""
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return moment + min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def _change(workspace: Workspace, name: str, by: str, action: str, **values: object) -> None:
    with workspace.begin() as connection:
        changed = connection.execute(update(accounts).where(accounts.c.name == name).values(**values)).rowcount
        if not changed:
            raise UsageError(f"there is no account {name!r}; see sidelight users list")
        connection.execute(delete(sessions).where(sessions.c.account == name))
        if "password_hash" in values:
            standing = (api_tokens.c.account == name, api_tokens.c.revoked_at.is_(None))
            connection.execute(update(api_tokens).where(*standing).values(revoked_at=now()))
        audit.append(workspace, Act(by, Via.COMMAND, action, "account", name), connection)


def _hash(name: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; take a longer phrase")
    if len(set(password)) < 5 or name in password.lower():
        raise UsageError("this password is too easy to guess; take several words that have nothing to do with you")
    return hasher.hash(password)


def _verify(digest: str, password: str) -> bool:
    try:
        return hasher.verify(digest, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """A hash for names that do not exist, so that they take as long to refuse as those that do."""
    return hasher.hash("no such account")


def _account(row: Row[Any]) -> Account:
    return Account(row.name, Role(row.role), row.disabled, row.locked_until, row.created_at)
