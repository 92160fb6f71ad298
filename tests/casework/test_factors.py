"""Second factors: codes as RFC 6238 makes them, each good once; recovery codes; and the lock that guards both."""

import base64
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework import accounts, factors, sessions, throttle
from casework.accounts import LockedError, SignInError
from casework.records import Role
from casework.tables import accounts as accounts_table
from casework.tables import recovery_codes, throttles
from casework.tables import sessions as sessions_table
from casework.throttle import ThrottledError
from store.audit import Via
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

PASSWORD = "seven quiet herons"


def present(secret: str, steps: int = 0) -> str:
    """The code that a device shows, so many steps from now."""
    return factors.code(base64.b32decode(secret), int(time.time()) // factors.STEP + steps)


@pytest.fixture
def secret(workspace: Workspace) -> str:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    return factors.new_secret()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(moment: int, expected: str) -> None:
    assert factors.code(b"12345678901234567890", moment // 30, digits=8) == expected


def test_the_rfcs_codes_of_the_longer_digests_too() -> None:
    assert factors.code(b"12345678901234567890123456789012", 1, 8, "sha256") == "46119246"
    seed = b"1234567890" * 6 + b"1234"
    assert factors.code(seed, 1, 8, "sha512") == "90693936"


def test_a_factor_is_set_only_with_a_code_of_the_device(workspace: Workspace, secret: str) -> None:
    with pytest.raises(UsageError, match="does not fit"):
        factors.enrol(workspace, "ana", secret, "000000", "ana", Via.CONSOLE)
    with workspace.read() as connection:
        assert not factors.has(connection, "ana")
        assert factors.lacking(connection) == ["ana"]
    codes = factors.enrol(workspace, "ana", secret, present(secret), "ana", Via.CONSOLE)
    with workspace.read() as connection:
        assert factors.has(connection, "ana")
        assert factors.lacking(connection) == []
        row = connection.execute(select(accounts_table)).one()
        stored = connection.execute(select(recovery_codes.c.code_hash)).scalars().all()
    assert len(set(codes)) == factors.RECOVERY_CODES
    assert secret.encode() not in row.factor
    assert not set(codes) & set(stored)


def test_a_code_is_good_once_and_none_before_it_either(workspace: Workspace, secret: str) -> None:
    used = present(secret)
    factors.enrol(workspace, "ana", secret, used, "ana", Via.CONSOLE)
    for old in (used, present(secret, -1)):
        with pytest.raises(SignInError, match="used already"):
            accounts.check_factor(workspace, "ana", old)
    assert accounts.check_factor(workspace, "ana", present(secret, 1)) == "code"
    with pytest.raises(SignInError):
        accounts.check_factor(workspace, "ana", present(secret, 3))


def test_a_recovery_code_opens_once(workspace: Workspace, secret: str) -> None:
    codes = factors.enrol(workspace, "ana", secret, present(secret), "ana", Via.CONSOLE)
    assert accounts.check_factor(workspace, "ana", f" {codes[3].upper()} ") == "recovery code"
    with pytest.raises(SignInError):
        accounts.check_factor(workspace, "ana", codes[3])
    with workspace.read() as connection:
        assert factors.left(connection, "ana") == factors.RECOVERY_CODES - 1


@pytest.mark.slow
def test_wrong_codes_lock_and_the_password_alone_forgives_nothing(workspace: Workspace, secret: str) -> None:
    factors.enrol(workspace, "ana", secret, present(secret), "ana", Via.CONSOLE)
    for _ in range(3):
        accounts.check(workspace, "ana", PASSWORD)
        with pytest.raises(SignInError):
            accounts.check_factor(workspace, "ana", "123456")
    with pytest.raises(LockedError):
        accounts.check_factor(workspace, "ana", present(secret, 1))
    with workspace.begin() as connection:
        connection.execute(update(accounts_table).values(locked_until=now() - timedelta(seconds=1)))
    accounts.check_factor(workspace, "ana", present(secret, 1))
    with workspace.read() as connection:
        assert connection.execute(select(accounts_table.c.failures)).scalar_one() == 0


def test_a_factor_that_is_taken_away_takes_its_recovery_codes_along(workspace: Workspace, secret: str) -> None:
    codes = factors.enrol(workspace, "ana", secret, present(secret), "ana", Via.CONSOLE)
    factors.remove(workspace, "ana", "root")
    for typed in (codes[0], present(secret, 1)):
        with pytest.raises(SignInError):
            accounts.check_factor(workspace, "ana", typed)


def test_the_address_for_the_device_names_account_and_secret(secret: str) -> None:
    assert factors.uri(secret, "ana") == (
        f"otpauth://totp/Sidelight:ana?secret={secret}&issuer=Sidelight&digits=6&period=30"
    )


def test_tries_are_counted_within_a_span_and_forgotten_after_it(workspace: Workspace) -> None:
    for _ in range(3):
        throttle.require(workspace, "sign-in:192.0.2.1", 3)
        throttle.count(workspace, "sign-in:192.0.2.1")
    with pytest.raises(ThrottledError, match="try again after"):
        throttle.require(workspace, "sign-in:192.0.2.1", 3)
    throttle.require(workspace, "sign-in:192.0.2.2", 3)
    with workspace.begin() as connection:
        assert "192.0.2.1" not in str(connection.execute(select(throttles)).all())
        connection.execute(update(throttles).values(began_at=now() - throttle.SPAN))
    throttle.require(workspace, "sign-in:192.0.2.1", 3)


def test_a_session_ends_when_it_is_not_used_and_its_use_is_kept_to_the_minute(workspace: Workspace) -> None:
    account = accounts.add(workspace, "bo", Role.ANALYST, None, "root")
    token, _ = sessions.start(workspace, account)

    def used(minutes: int) -> None:
        with workspace.begin() as connection:
            connection.execute(update(sessions_table).values(seen_at=now() - timedelta(minutes=minutes)))

    used(29)
    assert sessions.find(workspace, token)
    with workspace.read() as connection:
        assert now() - connection.execute(select(sessions_table.c.seen_at)).scalar_one() < timedelta(minutes=1)
    used(30)
    assert sessions.find(workspace, token) is None
