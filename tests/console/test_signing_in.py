"""Signing in with a second factor, looking after one's own account, and saying what one works on."""

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casework import accounts, auditlog, factors
from casework.records import Role
from console.app import create_app
from console.pages import account, sign
from console.serve import check_factors
from store import keys
from store.audit import Via
from store.errors import UsageError
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.console.conftest import PASSWORD, Seat


def _code(secret: str, steps: int = 0) -> str:
    return factors.code(base64.b32decode(secret), int(time.time()) // factors.STEP + steps)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace that each test adds its own people to."""
    workspace = open_workspace(tmp_path_factory.mktemp("house") / "workspace", Settings())
    yield workspace
    workspace.close()


def _browser(workspace: Workspace, *, wide: bool = False) -> TestClient:
    return TestClient(create_app(workspace, hosts=("testserver",), factors=wide), follow_redirects=False)


def _sign_in(browser: TestClient, name: str, password: str = PASSWORD) -> str:
    """Send the form; where the console goes on to, or the page it shows instead."""
    page = browser.get("/sign-in").text
    answer = browser.post("/sign-in", data={"name": name, "password": password, "csrf": _csrf(page)})
    return str(answer.headers.get("location", answer.text))


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(house: Workspace) -> None:
    accounts.add(house, "ana", Role.ANALYST, PASSWORD, "root")
    secret = factors.new_secret()
    factors.enrol(house, "ana", secret, _code(secret, -1), "ana", Via.CONSOLE)
    browser = _browser(house)
    assert _sign_in(browser, "ana") == "/sign-in/code"
    half = browser.cookies["sidelight_session"]
    for address in ("/queue", "/account", "/", "/purpose"):
        assert browser.get(address).headers["location"] == "/sign-in", address
    assert browser.get("/api/session").status_code == 401
    csrf = _csrf(browser.get("/sign-in/code").text)
    assert browser.post("/sign-in/code", data={"code": "000000", "csrf": csrf}).status_code == 401
    assert browser.post("/sign-in/code", data={"code": _code(secret), "csrf": "x"}).status_code == 403
    answer = browser.post("/sign-in/code", data={"code": _code(secret), "csrf": csrf})
    assert answer.headers["location"] == "/"
    assert browser.cookies["sidelight_session"] != half
    assert browser.get("/account").status_code == 200
    browser.cookies.clear()
    browser.cookies.set("sidelight_session", half)
    assert browser.get("/account").status_code == 303
    [event] = auditlog.events(house, limit=1, actor="ana", action="sign in")
    assert event.facts == {"how": "password and code"}


def test_beyond_this_machine_no_account_opens_by_a_password_alone(house: Workspace) -> None:
    accounts.add(house, "bo", Role.ANALYST, PASSWORD, "root")
    with pytest.raises(UsageError, match="users factor bo"):
        check_factors(house)
    browser = _browser(house, wide=True)
    assert "asks for a second factor" in _sign_in(browser, "bo")
    assert browser.get("/account").status_code == 303
    accounts.set_disabled(house, "bo", "root", disabled=True)
    check_factors(house)


@pytest.mark.slow
def test_too_many_wrong_passwords_from_one_address_hold_everyone_there_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign, "MOST_FAILURES", 2)
    browser = _browser(workspace)
    for name in ("x1", "x2"):
        assert "do not fit" in _sign_in(browser, name)
    page = browser.get("/sign-in").text
    answer = browser.post("/sign-in", data={"name": "x3", "password": PASSWORD, "csrf": _csrf(page)})
    assert (answer.status_code, "Too many tries" in answer.text) == (429, True)


@pytest.mark.slow
def test_a_person_sets_up_a_second_factor_and_their_other_sessions_end(house: Workspace) -> None:
    accounts.add(house, "cleo", Role.ANALYST, PASSWORD, "root")
    browser, elsewhere = _browser(house), _browser(house)
    assert {_sign_in(browser, "cleo"), _sign_in(elsewhere, "cleo")} == {"/"}
    csrf = _csrf(browser.get("/account").text)
    page = browser.post("/account/factor", data={"csrf": csrf}).text
    secret, sealed = re.search(r"<code>([A-Z2-7]{32})</code>", page), re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret is not None
    assert sealed is not None
    assert secret[1] not in sealed[1]
    wrong = {"csrf": csrf, "sealed": sealed[1], "code": "000000"}
    assert browser.post("/account/factor", data=wrong).status_code == 400
    done = browser.post("/account/factor", data={**wrong, "code": _code(secret[1])}).text
    assert len(re.findall(r"^(?:[0-9a-f]{4}-){3}[0-9a-f]{4}$", done.replace("<pre>", "\n"), re.MULTILINE)) == 10
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    # Whoever finds the browser open cannot put a device of theirs in the place of this one.
    other = factors.new_secret()
    sealed_other = keys.seal(house, account.SECRETS, other).decode()
    form = {"csrf": csrf, "sealed": sealed_other, "code": _code(other)}
    assert browser.post("/account/factor", data=form).status_code == 400
    recovery = re.search(r"(?:[0-9a-f]{4}-){3}[0-9a-f]{4}", done)
    assert recovery is not None
    assert browser.post("/account/factor", data={**form, "present": recovery[0]}).status_code == 200


def test_a_person_makes_and_revokes_a_token_that_opens_what_it_was_made_for(ana: TestClient, office: Workspace) -> None:
    form = {"csrf": ana.csrf, "title": "list", "scope": ["ad"], "days": "7"}  # type: ignore[attr-defined]
    page = ana.post("/account/token", data=form).text
    found = re.search(r"<code>(sidelight_[\w-]+)</code>", page)
    assert found is not None
    assert found[1] not in ana.get("/account").text
    program = TestClient(create_app(office, hosts=("testserver",)), follow_redirects=False)
    program.headers["Authorization"] = f"Bearer {found[1]}"
    assert program.get("/api/ad?id=harbor:1").status_code == 200
    [event] = auditlog.events(office, limit=1, about=("ad", "harbor:1"))
    assert (event.actor, event.via) == ("analyst", "token")
    assert program.get("/api/group?id=x").status_code == 403
    assert program.post("/api/search", json={"query": "room"}).status_code == 403
    assert program.get("/ad?id=harbor:1").headers["location"] == "/sign-in"
    token = re.search(r'name="token" value="(\w+)"', ana.get("/account").text)
    assert token is not None
    ana.post("/account/token/revoke", data={"csrf": ana.csrf, "token": token[1]})  # type: ignore[attr-defined]
    assert program.get("/api/ad?id=harbor:1").status_code == 401


def test_what_a_person_works_on_stands_with_every_look(ana: TestClient, office: Workspace) -> None:
    ana.post("/purpose", data={"csrf": ana.csrf, "case_id": "12", "reason": "call of 3 May"})  # type: ignore[attr-defined]
    ana.get("/ad?id=harbor:1")
    [event] = auditlog.events(office, limit=1)
    assert (event.case_id, event.reason) == ("12", "call of 3 May")


def test_a_contact_is_not_looked_up_without_a_reason_where_the_team_wants_one(
    seat: Seat, office: Workspace, tmp_path: Path
) -> None:
    seat(Role.ANALYST)
    strict = replace(office, settings=Settings(lookup_reason=True, lookup_case=True))
    client = TestClient(create_app(strict, hosts=("testserver",)), follow_redirects=False)
    client.cookies.set("sidelight_session", seat(Role.ANALYST).cookies["sidelight_session"])
    csrf = client.get("/api/session").json()["csrf"]

    def ask(query: str) -> str:
        sealed = client.post("/search", data={"csrf": csrf, "query": query}).headers["location"]
        answer = client.get(sealed)
        return str(answer.headers.get("location", answer.text))

    assert "harbor%3A1" in ask("evening austin")
    assert ask("(202) 555-0143") == "/purpose?asked=1"
    asked = {"query": "(202) 555-0143"}
    headers = {"X-CSRF-Token": csrf}
    assert client.post("/api/search", json=asked, headers=headers).status_code == 403
    said = {**asked, "case_id": "12", "reason": "call"}
    assert client.post("/api/search", json=said, headers=headers).status_code == 200
    client.post("/purpose", data={"csrf": csrf, "case_id": "12", "reason": "call"})
    assert "harbor%3A1" in ask("(202) 555-0143")
    looked = auditlog.events(office, limit=9, action="look up")
    assert {(one.object_kind, one.case_id, one.reason) for one in looked} == {("contact", "12", "call")}
    assert len({one.object_hash for one in looked}) == 1
