"""What passkeys are bound to, and answers that are none: whatever a browser sends is taken or refused and never fails."""

import base64
import json
from contextlib import suppress
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import accounts, consoleaddress, passkeys, sessions
from casework.accounts import SignInError
from casework.passkeys import PasskeyError
from casework.records import Role
from casework.sessions import Purpose
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.softkey import SoftKey


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Console.Example.org/", ("https://console.example.org", "console.example.org")),
        ("https://console.example.org:443", ("https://console.example.org", "console.example.org")),
        ("https://console.example.org:8450/x", ("https://console.example.org:8450", "console.example.org")),
        ("http://localhost:8450", ("http://localhost:8450", "localhost")),
        ("https://bücher.example", ("https://xn--bcher-kva.example", "xn--bcher-kva.example")),
        ("http://console.example.org", None), ("https://192.0.2.7", None), ("https://[::1]:8450", None),
        ("http://127.0.0.1:8450", None), ("https://a:b", None), ("https://" + "x" * 70, None), ("", None),
    ],
)  # fmt: skip
def test_passkeys_are_bound_to_a_name_that_browsers_take(url: str, expected: tuple[str, str] | None) -> None:
    found = consoleaddress.find(Settings(console_url=url))
    assert (found and (found.origin, found.name)) == expected


@pytest.fixture
def house(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Ana has an account in a console with an address. Hashes take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    addressed = replace(workspace, settings=Settings(console_url="https://console.example.org"))
    accounts.add(addressed, "ana", Role.ANALYST, "seven quiet herons", "root")
    return addressed


@pytest.fixture
def token(house: Workspace) -> str:
    """Her session."""
    with house.read() as connection:
        [ana] = accounts.every(connection)
    return sessions.start(house, ana)[0]


def _asked(house: Workspace, token: str, purpose: Purpose) -> str:
    challenge = base64.urlsafe_b64encode(sessions.challenge(house, token, purpose)).rstrip(b"=").decode()
    return json.dumps({"challenge": challenge})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 200), put=st.binary(min_size=1, max_size=6))
def test_other_bytes_at_any_place_of_what_the_device_made(house: Workspace, token: str, at: int, put: bytes) -> None:
    device = SoftKey("https://console.example.org", "console.example.org")
    with suppress(PasskeyError):
        passkeys._add(house, "ana", token, "Phone", device.make(_asked(house, token, Purpose.ADD), put=(at, put)))
    with suppress(PasskeyError):
        answer = device.sign(_asked(house, token, Purpose.CONFIRM), put=(at, put))
        passkeys._take(house, "ana", token, Purpose.CONFIRM, answer)
    with house.read() as connection:
        for kept in passkeys.of(connection, "ana"):
            passkeys.remove(house, "ana", kept.credential_id, needed=False)


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", "{}", '{"id": 1}', "[" * 10_000, '{"id": "\\ud800"}'])
def test_what_is_no_answer_at_all(house: Workspace, token: str, answer: str) -> None:
    sessions.challenge(house, token, Purpose.ADD)
    with pytest.raises(PasskeyError):
        passkeys.add(house, "ana", token, "Phone", answer)
    sessions.challenge(house, token, Purpose.CONFIRM)
    with pytest.raises(SignInError):
        passkeys.check(house, "ana", token, Purpose.CONFIRM, answer)
