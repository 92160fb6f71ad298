"""Accounts: no default password, argon2id, a lock that grows, sessions that end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework import accounts, auditlog, sessions
from casework.accounts import LockedError, SignInError
from casework.records import Role
from casework.tables import NO_PASSWORD
from casework.tables import accounts as accounts_table
from casework.tables import sessions as sessions_table
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace

PASSWORD = "seven quiet herons"


@pytest.fixture
def ana(workspace: Workspace) -> accounts.Account:
    return accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")


def _set(workspace: Workspace, **values: object) -> None:
    with workspace.begin() as connection:
        connection.execute(update(accounts_table).values(**values))


def _column(workspace: Workspace, name: str) -> object:
    with workspace.read() as connection:
        return connection.execute(select(accounts_table.c[name])).scalar_one()


def test_a_new_workspace_has_no_account(workspace: Workspace) -> None:
    with workspace.read() as connection:
        assert accounts.count(connection) == 0


def test_a_password_is_kept_as_an_argon2id_hash(workspace: Workspace, ana: accounts.Account) -> None:
    assert str(_column(workspace, "password_hash")).startswith("$argon2id$")
    assert accounts.check(workspace, "ana", PASSWORD) == ana


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "ana-ana-12345678", "x" * 1001])
def test_a_poor_password_is_refused(workspace: Workspace, password: str) -> None:
    with pytest.raises(UsageError):
        accounts.add(workspace, "ana", Role.ANALYST, password, "root")


@pytest.mark.parametrize("name", ["", "A", "ana ", "../ana", "a" * 50, "ana\n"])
def test_an_odd_name_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="no account name"):
        accounts.add(workspace, name, Role.ANALYST, PASSWORD, "root")


def test_the_same_name_twice_is_refused(workspace: Workspace, ana: accounts.Account) -> None:
    with pytest.raises(UsageError, match="already"):
        accounts.add(workspace, "ana", Role.AUDITOR, PASSWORD, "root")


def test_wrong_name_wrong_password_and_disabled_are_told_apart_by_nobody(
    workspace: Workspace, ana: accounts.Account
) -> None:
    messages = set()
    for name, password in (("nobody", PASSWORD), ("ana", "wrong password 1")):
        with pytest.raises(SignInError) as caught:
            accounts.check(workspace, name, password)
        messages.add(str(caught.value))
    accounts.set_disabled(workspace, "ana", "root", disabled=True)
    with pytest.raises(SignInError) as caught:
        accounts.check(workspace, "ana", PASSWORD)
    assert messages == {str(caught.value)}


def test_an_account_without_a_password_opens_with_none(workspace: Workspace) -> None:
    accounts.add(workspace, "local", Role.SUPERVISOR, None, "root")
    for guess in ("", NO_PASSWORD):
        with pytest.raises(SignInError):
            accounts.check(workspace, "local", guess)


@pytest.mark.slow
def test_the_fifth_wrong_password_locks_and_the_lock_grows(workspace: Workspace, ana: accounts.Account) -> None:
    for _ in range(5):
        with pytest.raises(SignInError):
            accounts.check(workspace, "ana", "wrong password 1")
    with pytest.raises(LockedError) as first:
        accounts.check(workspace, "ana", PASSWORD)
    assert timedelta(seconds=20) < first.value.until - now() <= timedelta(seconds=30)
    _set(workspace, locked_until=now() - timedelta(seconds=1))
    with pytest.raises(SignInError):
        accounts.check(workspace, "ana", "wrong password 1")
    with pytest.raises(LockedError) as second:
        accounts.check(workspace, "ana", PASSWORD)
    assert timedelta(seconds=50) < second.value.until - now() <= timedelta(seconds=60)


def test_the_right_password_after_the_lock_forgives(workspace: Workspace, ana: accounts.Account) -> None:
    _set(workspace, failures=9, locked_until=now() - timedelta(seconds=1))
    accounts.check(workspace, "ana", PASSWORD)
    assert _column(workspace, "failures") == 0


def test_a_session_is_found_by_its_token_and_only_the_hash_is_stored(
    workspace: Workspace, ana: accounts.Account
) -> None:
    token, session = sessions.start(workspace, ana)
    assert sessions.find(workspace, token) == session
    assert sessions.find(workspace, token + "x") is None
    with workspace.read() as connection:
        row = connection.execute(select(sessions_table)).one()
    assert token not in row


def test_a_session_ends_with_its_time_its_sign_out_and_its_account(workspace: Workspace, ana: accounts.Account) -> None:
    short = replace(workspace, settings=Settings(session_hours=1))
    token, session = sessions.start(short, ana)
    assert session.expires_at - session.created_at == timedelta(hours=1)
    with workspace.begin() as connection:
        connection.execute(update(sessions_table).values(expires_at=now()))
    assert sessions.find(workspace, token) is None
    token, _ = sessions.start(workspace, ana)
    sessions.end(workspace, token)
    assert sessions.find(workspace, token) is None
    token, _ = sessions.start(workspace, ana)
    accounts.set_password(workspace, "ana", "another quiet heron", "root")
    assert sessions.find(workspace, token) is None


def test_signing_in_and_out_and_being_refused_are_recorded(workspace: Workspace, ana: accounts.Account) -> None:
    with pytest.raises(SignInError):
        accounts.check(workspace, "ana", "wrong password 1")
    token, _ = sessions.start(workspace, ana)
    sessions.end(workspace, token)
    assert [(one.actor, one.action) for one in auditlog.events(workspace, limit=3)] == [
        ("ana", "sign out"),
        ("ana", "sign in"),
        ("unknown", "sign-in refused"),
    ]
