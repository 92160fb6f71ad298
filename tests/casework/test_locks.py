"""What opens an account and what locks it, to the number and the moment; each change is recorded and ends its sessions."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from casework import accounts, auditlog, factors, sessions, tokens
from casework.accounts import LockedError, SignInError
from casework.records import Role
from casework.tables import NO_PASSWORD
from casework.tables import accounts as table
from store.audit import Via
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace
from tests.casework.test_factors import present

PASSWORD = "seven quiet herons"
TICK, SECOND = timedelta.resolution, timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def house(workspace: Workspace) -> Workspace:
    """Ana and Bo have accounts, with a session each."""
    for name in ("bo", "ana"):
        accounts.add(workspace, name, Role.ANALYST, PASSWORD, "root")
    return workspace


def _row(workspace: Workspace, name: str = "ana"):  # type: ignore[no-untyped-def]
    with workspace.read() as connection:
        return connection.execute(select(table).where(table.c.name == name)).one()


def test_the_first_four_are_free_and_then_the_lock_doubles_up_to_an_hour(
    house: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr(accounts, "now", lambda: moment)
    waits = []
    for _ in range(16):
        with pytest.raises(SignInError):
            accounts.check(house, "ana", "wrong password 1")
        until = _row(house).locked_until
        waits.append(None if until is None else (until - moment) // SECOND)
        if until is not None:
            for early in (moment, until - TICK):
                moment = early
                with pytest.raises(LockedError) as caught:
                    accounts.check(house, "ana", PASSWORD)
                assert caught.value.until == until
            moment = until
    assert waits == [None] * 4 + [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]
    assert (_row(house).failures, _row(house, "bo").failures) == (16, 0)
    accounts.check(house, "ana", PASSWORD)
    assert (_row(house).failures, _row(house).locked_until) == (0, None)


def test_a_wrong_code_counts_as_a_wrong_password_and_only_the_right_code_forgives(house: Workspace) -> None:
    secret = factors.new_secret()
    factors.enrol(house, "ana", secret, present(secret, -1), "ana", Via.CONSOLE)
    accounts.check(house, "ana", PASSWORD)
    assert _row(house).failures == 1
    with pytest.raises(SignInError):
        accounts.check_factor(house, "ana", "123456")
    assert _row(house).failures == 2
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.action) == ("ana", "second factor refused")
    accounts.check(house, "bo", PASSWORD)
    assert accounts.check_factor(house, "ana", present(secret)) == "code"
    assert (_row(house).failures, _row(house).locked_until) == (0, None)


def test_a_code_for_nobody_or_without_a_factor_does_not_fit(house: Workspace) -> None:
    for name in ("ana", "nobody"):
        with pytest.raises(SignInError, match="does not fit"):
            accounts.check_factor(house, name, "000000")


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("abcde" + "x" * 6, False), ("abcde" + "x" * 7, True), ("abcd" + "a" * 20, False),
        ("x" * 995 + "abcde", True), ("x" * 996 + "abcde", False), ("My-ANA-and-more", False),
    ],
)  # fmt: skip
def test_a_password_is_long_enough_and_of_five_letters_without_the_name(
    house: Workspace, password: str, fits: bool
) -> None:
    if fits:
        accounts.set_password(house, "ana", password, "root")
        assert accounts.check(house, "ana", password).name == "ana"
    else:
        with pytest.raises(UsageError, match="password"):
            accounts.set_password(house, "ana", password, "root")
        assert accounts.check(house, "ana", PASSWORD).name == "ana"


@pytest.mark.parametrize(
    ("name", "fits"), [("a", False), ("ab", True), ("a" * 40, True), ("a" * 41, False), ("1a", False)]
)
def test_a_name_has_two_to_forty_letters(workspace: Workspace, name: str, fits: bool) -> None:
    if fits:
        assert accounts.add(workspace, name, Role.ANALYST, None, "root").name == name
    else:
        with pytest.raises(UsageError, match="no account name"):
            accounts.add(workspace, name, Role.ANALYST, None, "root")


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("Ana.Quill", "ana.quill"),
        ("a" * 60, "a" * 40),
        ("Ä n a!", "na"),
        ("7", "local"),
        ("", "local"),
        ("ROOT", "root"),
    ],
)
def test_the_operating_systems_user_has_an_account_name(user: str, name: str) -> None:
    assert accounts.local_name(user) == name


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("set password", lambda house: accounts.set_password(house, "ana", "nine loud cranes", "root")),
        ("set role", lambda house: accounts.set_role(house, "ana", Role.AUDITOR, "root")),
        ("disable account", lambda house: accounts.set_disabled(house, "ana", "root", disabled=True)),
        ("enable account", lambda house: accounts.set_disabled(house, "ana", "root", disabled=False)),
        ("link account", lambda house: accounts.link(house, "ana", "subject 1", "root")),
    ],
)
def test_a_change_is_recorded_and_ends_the_sessions_of_that_account(house: Workspace, action: str, change) -> None:  # type: ignore[no-untyped-def]
    with house.read() as connection:
        ana, bo = accounts.every(connection)
        assert accounts.count(connection) == 2
    assert (ana.name, bo.name) == ("ana", "bo")
    mine, theirs = sessions.start(house, ana)[0], sessions.start(house, bo)[0]
    token, other = (tokens.make(house, one, Role.ANALYST, "x", ["ad"], 1)[0] for one in ("ana", "bo"))
    before = _row(house, "bo")
    change(house)
    assert sessions.find(house, mine) is None
    assert sessions.find(house, theirs) is not None
    gone = action in {"set password", "disable account"}
    assert (tokens.find(house, token) is None) is gone
    assert tokens.find(house, other) is not None
    assert _row(house, "bo") == before
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.via, event.action) == ("root", "command", action)


def test_nobody_who_is_not_there_is_changed(house: Workspace) -> None:
    with pytest.raises(UsageError, match="no account 'eve'"):
        accounts.set_role(house, "eve", Role.AUDITOR, "root")
    with house.read() as connection:
        assert accounts.find(connection, "eve") is None
        found = accounts.find(connection, "bo")
    assert found is not None
    assert (found.name, found.role, found.disabled, found.locked_until) == ("bo", Role.ANALYST, False, None)


def test_single_sign_on_opens_the_one_account_of_its_subject_while_it_is_open(house: Workspace) -> None:
    accounts.add(house, "cleo", Role.ANALYST, None, "root", subject="subject 3")
    accounts.link(house, "ana", "subject 1", "root")
    with house.read() as connection:
        assert [getattr(accounts.of_subject(connection, f"subject {number}"), "name", None) for number in (1, 2, 3)] == [
            "ana", None, "cleo",
        ]  # fmt: skip
    with pytest.raises(UsageError, match="another account"):
        accounts.link(house, "bo", "subject 1", "root")
    accounts.set_disabled(house, "ana", "root", disabled=True)
    with house.read() as connection:
        assert accounts.of_subject(connection, "subject 1") is None


def test_an_old_hash_is_made_anew_when_its_password_is_given(house: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _row(house).password_hash
    accounts.check(house, "ana", PASSWORD)
    assert _row(house).password_hash == before
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    accounts.check(house, "ana", PASSWORD)
    assert _row(house).password_hash != before
    assert "t=2" in _row(house).password_hash
    assert _row(house, "bo").password_hash.count("t=1") == 1


def test_who_lacks_a_second_factor_is_open_and_has_a_password(house: Workspace) -> None:
    accounts.add(house, "cleo", Role.ANALYST, None, "root")
    accounts.add(house, "dov", Role.ANALYST, PASSWORD, "root")
    accounts.set_disabled(house, "dov", "root", disabled=True)
    secret = factors.new_secret()
    codes = factors.enrol(house, "bo", secret, present(secret), "bo", Via.CONSOLE)
    assert all(len(one) == 19 for one in codes)
    with house.read() as connection:
        assert factors.lacking(connection) == ["ana"]
        assert (factors.left(connection, "bo"), factors.left(connection, "ana")) == (10, 0)
        assert not factors.has(connection, "nobody")
    assert _row(house, "cleo").password_hash == NO_PASSWORD
    factors.enrol(house, "ana", secret, present(secret), "ana", Via.CONSOLE)
    again = factors.enrol(house, "bo", secret, present(secret, 1), "root", Via.COMMAND)
    with house.read() as connection:
        assert (factors.left(connection, "bo"), factors.left(connection, "ana")) == (10, 10)
    with pytest.raises(SignInError):
        accounts.check_factor(house, "bo", codes[0])
    assert accounts.check_factor(house, "bo", again[0]) == "recovery code"
    factors.remove(house, "bo", "root")
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.via, event.action) == ("root", "command", "remove second factor")
    with house.read() as connection:
        assert [factors.has(connection, one) for one in ("ana", "bo")] == [True, False]
        assert (factors.left(connection, "bo"), factors.left(connection, "ana")) == (0, 10)
    with pytest.raises(UsageError, match="no account 'eve'"):
        factors.enrol(house, "eve", secret, present(secret), "eve", Via.CONSOLE)


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_device_may_be_half_a_minute_off(
    house: Workspace, monkeypatch: pytest.MonkeyPatch, steps: int, fits: bool
) -> None:
    secret = factors.new_secret()
    monkeypatch.setattr(factors.time, "time", lambda: 1_800_000_015.0)
    code = factors.code(factors._raw(secret), 60_000_000 + steps)
    spaced = f" {code[:3]} {code[3:]} "
    if fits:
        factors.enrol(house, "ana", secret, spaced, "ana", Via.CONSOLE)
        assert _row(house).factor_step == 60_000_000 + steps
        assert _row(house, "bo").factor_step is None
    else:
        with pytest.raises(UsageError, match="does not fit"):
            factors.enrol(house, "ana", secret, spaced, "ana", Via.CONSOLE)


def test_a_secret_is_of_160_bits_in_base32() -> None:
    made = {factors.new_secret() for _ in range(3)}
    assert len(made) == 3
    assert {len(factors._raw(one)) for one in made} == {20}
