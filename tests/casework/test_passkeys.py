"""Passkeys: kept and taken only for what was asked of this session, at this address, by a device that knew its person."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from casework import accounts, auditlog, factors, passkeys, sessions, throttle
from casework.accounts import LockedError, SignInError
from casework.passkeys import PasskeyError
from casework.records import Role
from casework.sessions import Purpose
from casework.tables import accounts as accounts_table
from casework.tables import passkeys as table
from store.audit import Via
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.softkey import PRESENT, VERIFIED, SoftKey
from tests.casework.test_factors import present

PASSWORD = "seven quiet herons"
ORIGIN, SITE = "https://console.example.org", "console.example.org"


@pytest.fixture
def house(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Ana and Bo have accounts in a console with an address. Hashes take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    addressed = replace(workspace, settings=Settings(console_url=f"{ORIGIN}/"))
    for name in ("ana", "bo"):
        accounts.add(addressed, name, Role.ANALYST, PASSWORD, "root")
    return addressed


@pytest.fixture
def token(house: Workspace) -> str:
    """Ana's session."""
    return _session(house)


@pytest.fixture
def phone(house: Workspace, token: str) -> SoftKey:
    """Her phone, whose passkey is kept."""
    made = SoftKey(ORIGIN, SITE)
    _add(house, token, made)
    return made


def _session(house: Workspace, name: str = "ana") -> str:
    with house.read() as connection:
        account = accounts.find(connection, name)
    assert account is not None
    return sessions.start(house, account, strong=False)[0]


def _add(house: Workspace, token: str, device: SoftKey, title: str = "Phone", **slip: Any) -> list[str]:
    return passkeys.add(house, "ana", token, title, device.make(passkeys.ask_new(house, "ana", token), **slip))


def _use(house: Workspace, token: str, device: SoftKey, name: str = "ana", **slip: Any) -> None:
    answer = device.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN), **slip)
    passkeys.check(house, name, token, Purpose.SIGN_IN, answer)


def _tries(house: Workspace) -> int:
    with house.read() as connection:
        return connection.execute(select(accounts_table.c.failures).where(accounts_table.c.name == "ana")).scalar_one()


def _why(house: Workspace) -> tuple[Any, Any]:
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.action) == ("ana", "second factor refused")
    return event.facts["how"], event.facts["why"]


def test_a_passkey_is_kept_with_recovery_codes_and_recorded(house: Workspace, token: str) -> None:
    codes = _add(house, token, SoftKey(ORIGIN, SITE), "  Work   phone ")
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.action) == ("ana", "add passkey")
    assert _add(house, token, SoftKey(ORIGIN, SITE), "Spare") == []
    with house.read() as connection:
        assert [one.title for one in passkeys.of(connection, "ana")] == ["Work phone", "Spare"]
        assert (len(codes), factors.left(connection, "ana")) == (factors.RECOVERY_CODES, factors.RECOVERY_CODES)
        assert (factors.has(connection, "ana"), factors.has_codes(connection, "ana")) == (True, False)
        assert factors.lacking(connection) == ["bo"]
        assert passkeys.of(connection, "bo") == []
        assert connection.execute(select(table.c.transports)).scalars().first() == ["usb"]


def test_it_opens_the_second_step_and_forgives_the_tries(house: Workspace, token: str, phone: SoftKey) -> None:
    accounts.check(house, "ana", PASSWORD)
    assert _tries(house) == 1  # the right password alone forgives none
    _use(house, token, phone)
    assert _tries(house) == 0
    with house.read() as connection:
        [kept] = passkeys.of(connection, "ana")
    assert kept.used_at is not None


@pytest.mark.parametrize(
    ("slip", "why"),
    [
        ({"origin": "https://console.example.org.evil.example"}, "InvalidAuthenticationResponse"),
        ({"origin": "http://console.example.org"}, "InvalidAuthenticationResponse"),
        ({"origin": f"{ORIGIN}:8450"}, "InvalidAuthenticationResponse"),
        ({"site": "example.org"}, "InvalidAuthenticationResponse"),
        ({"challenge": "AAAA"}, "InvalidAuthenticationResponse"),
        ({"type": "webauthn.create"}, "InvalidAuthenticationResponse"),
        ({"flags": PRESENT}, "InvalidAuthenticationResponse"),  # nobody typed the PIN or showed a finger
        ({"flags": VERIFIED}, "InvalidAuthenticationResponse"),  # nobody was there
        ({"put": (36, b"\xff")}, "InvalidAuthenticationResponse"),
        ({"count": 0}, "count"),
    ],
)
def test_an_answer_with_one_thing_wrong_lets_nobody_in(
    house: Workspace, token: str, phone: SoftKey, slip: dict[str, Any], why: str
) -> None:
    _use(house, token, phone)
    with pytest.raises(SignInError):
        _use(house, token, phone, **slip)
    assert _why(house) == ("passkey", why)
    assert _tries(house) == 1
    _use(house, token, phone)


@pytest.mark.parametrize(
    "slip",
    [
        {"origin": "https://evil.example"}, {"site": "evil.example"}, {"challenge": "AAAA"}, {"flags": PRESENT},
        {"type": "webauthn.get"},
    ],
)  # fmt: skip
def test_a_new_passkey_with_one_thing_wrong_is_not_kept(house: Workspace, token: str, slip: dict[str, Any]) -> None:
    with pytest.raises(PasskeyError):
        _add(house, token, SoftKey(ORIGIN, SITE), **slip)
    assert _why(house) == ("new passkey", "InvalidRegistrationResponse")
    with house.read() as connection:
        assert passkeys.of(connection, "ana") == []


def test_a_counter_that_stands_still_tells_of_a_copy_and_one_that_is_not_kept_does_not(
    house: Workspace, token: str, phone: SoftKey
) -> None:
    _use(house, token, phone, count=7)
    for count in (7, 6):
        with pytest.raises(SignInError, match="may have been copied"):
            _use(house, token, phone, count=count)
    synced = SoftKey(ORIGIN, SITE)
    _add(house, token, synced, "Synced")
    for _ in range(2):
        _use(house, token, synced, count=0)


def test_an_answer_is_good_once_in_its_own_session_for_its_own_purpose_and_for_two_minutes(
    house: Workspace, token: str, phone: SoftKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(session: str, answer: str, purpose: Purpose = Purpose.SIGN_IN) -> None:
        with pytest.raises(SignInError, match="too late"):
            passkeys.check(house, "ana", session, purpose, answer)
        assert _why(house) == ("passkey", "challenge")
        accounts.forgive(house, "ana")

    answer = phone.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN))
    refused(_session(house), answer)
    passkeys.check(house, "ana", token, Purpose.SIGN_IN, answer)
    refused(token, answer)
    refused(token, phone.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN)), Purpose.CONFIRM)
    first = phone.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN))
    passkeys.ask(house, "ana", token, Purpose.SIGN_IN)
    with pytest.raises(SignInError):  # the challenge before the newest
        passkeys.check(house, "ana", token, Purpose.SIGN_IN, first)
    late = phone.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN))
    moment = now() + sessions.CHALLENGE_TIME
    monkeypatch.setattr(sessions, "now", lambda: moment)
    refused(token, late)


def test_a_passkey_opens_its_own_account_alone_and_is_kept_once(house: Workspace, token: str, phone: SoftKey) -> None:
    other = _session(house, "bo")
    answer = phone.sign(passkeys.ask(house, "ana", token, Purpose.SIGN_IN))
    sessions.challenge(house, other, Purpose.SIGN_IN)
    with pytest.raises(SignInError, match="not kept for your account"):
        passkeys.check(house, "bo", other, Purpose.SIGN_IN, answer)
    asked = passkeys.ask_new(house, "ana", token)
    with pytest.raises(PasskeyError, match="kept already"):
        passkeys.add(house, "ana", token, "Twice", phone.make(asked))
    assert passkeys.bytes_to_base64url(phone.id) in asked  # so that the device itself says so before


def test_wrong_answers_lock_as_wrong_codes_do_and_asking_is_limited(
    house: Workspace, token: str, phone: SoftKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(accounts.FREE_FAILURES + 1):
        with pytest.raises(SignInError):
            _use(house, token, phone, origin="https://evil.example")
    with pytest.raises(LockedError):
        _use(house, token, phone)
    monkeypatch.setattr(passkeys, "MOST_ASKED", 0)
    with pytest.raises(throttle.ThrottledError):
        passkeys.ask(house, "ana", token, Purpose.SIGN_IN)


def test_codes_of_an_app_open_nothing_while_a_passkey_is_kept_but_recovery_codes_do(
    house: Workspace, token: str
) -> None:
    secret = factors.new_secret()
    codes = factors.enrol(house, "ana", secret, present(secret, -1), "ana", Via.CONSOLE)
    assert _add(house, token, SoftKey(ORIGIN, SITE)) == []  # those of the app stand
    with pytest.raises(SignInError):
        accounts.check_factor(house, "ana", present(secret))
    assert accounts.check_factor(house, "ana", codes[0]) == "recovery code"
    with house.read() as connection:
        [kept] = passkeys.of(connection, "ana")
    passkeys.remove(house, "ana", kept.credential_id, needed=True)
    assert accounts.check_factor(house, "ana", present(secret)) == "code"


def test_only_its_own_person_removes_a_passkey_and_not_the_last_factor_where_one_is_needed(
    house: Workspace, phone: SoftKey
) -> None:
    with house.read() as connection:
        [kept] = passkeys.of(connection, "ana")
    with pytest.raises(UsageError, match="no such passkey"):
        passkeys.remove(house, "bo", kept.credential_id, needed=False)
    with pytest.raises(UsageError, match="only second factor"):
        passkeys.remove(house, "ana", kept.credential_id, needed=True)
    passkeys.remove(house, "ana", kept.credential_id, needed=False)
    [event] = auditlog.events(house, limit=1)
    assert (event.actor, event.action) == ("ana", "remove passkey")
    with house.read() as connection:
        assert (passkeys.of(connection, "ana"), factors.left(connection, "ana")) == ([], 0)
        assert not factors.has(connection, "ana")


def test_an_operator_takes_all_factors_away(house: Workspace, phone: SoftKey) -> None:
    factors.remove(house, "ana", "root")
    with house.read() as connection:
        assert (passkeys.of(connection, "ana"), factors.has(connection, "ana")) == ([], False)


def test_what_is_asked_binds_the_device_to_the_address_and_tells_nothing_of_the_person(
    house: Workspace, token: str
) -> None:
    asked = json.loads(passkeys.ask_new(house, "ana", token))
    assert asked["rp"] == {"id": SITE, "name": "Sidelight"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    again = json.loads(passkeys.ask_new(house, "ana", token))
    assert again["user"] == asked["user"]
    assert again["challenge"] != asked["challenge"]
    assert len(passkeys.base64url_to_bytes(asked["user"]["id"])) == 32


@pytest.mark.parametrize("title", ["", "   ", "x" * 61])
def test_a_passkey_has_a_name(house: Workspace, token: str, title: str) -> None:
    with pytest.raises(UsageError, match="name"):
        _add(house, token, SoftKey(ORIGIN, SITE), title)


def test_a_person_keeps_so_many_and_needs_a_password_and_an_address(
    house: Workspace, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add(house, "cleo", Role.ANALYST, None, "root")
    with pytest.raises(UsageError, match="no password"):
        passkeys.ask_new(house, "cleo", _session(house, "cleo"))
    with pytest.raises(UsageError, match="no passkey for console"):
        passkeys.ask(house, "ana", token, Purpose.SIGN_IN)
    monkeypatch.setattr(passkeys, "MOST", 1)
    _add(house, token, SoftKey(ORIGIN, SITE))
    with pytest.raises(UsageError, match="keep 1"):
        passkeys.ask_new(house, "ana", token)
    moved = replace(house, settings=Settings(console_url="https://other.example.org"))
    with pytest.raises(UsageError, match=r"no passkey for other\.example\.org"):
        passkeys.ask(moved, "ana", token, Purpose.SIGN_IN)
    with pytest.raises(UsageError, match="console_url"):
        passkeys.ask(replace(house, settings=Settings()), "ana", token, Purpose.SIGN_IN)


def test_showing_a_factor_is_good_for_five_minutes(
    house: Workspace, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sessions.find(house, token)
    assert before is not None
    with pytest.raises(UsageError, match="show first"):
        sessions.require_confirmed(before)
    sessions.confirm(house, token, before, "passkey")
    after = sessions.find(house, token)
    assert after is not None
    sessions.require_confirmed(after)
    later = now() + sessions.CONFIRMED_TIME + timedelta(seconds=1)
    monkeypatch.setattr(sessions, "now", lambda: later)
    assert not sessions.is_confirmed(after)
