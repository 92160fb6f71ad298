"""The ways in and out: what the browser is given and what it has to bring, and who is let in by the local link."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from casework import accounts, factors, sessions, throttle
from casework.records import Role
from console.app import create_app
from console.desk import COOKIE
from console.pages import sign
from store import audit
from store.audit import Via
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.test_factors import present

PASSWORD = "seven quiet herons"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _browser(workspace: Workspace, **options: object) -> TestClient:
    made = create_app(workspace, hosts=("testserver",), **options)  # type: ignore[arg-type]
    return TestClient(made, follow_redirects=False, base_url="https://testserver")


def _send(browser: TestClient, name: str = "ana", password: str = PASSWORD):  # type: ignore[no-untyped-def]
    page = browser.get("/sign-in")
    assert page.status_code == 200
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    return browser.post("/sign-in", data={"name": name, "password": password, "csrf": token})


def _cookies(answer) -> dict[str, set[str]]:  # type: ignore[no-untyped-def]
    """Name -> what its cookie is limited to, in small letters and without times."""
    made = {}
    for line in answer.headers.get_list("set-cookie"):
        first, *rest = (one.strip() for one in line.split(";"))
        made[first.partition("=")[0]] = {one.lower() for one in rest if not one.lower().startswith("expires")}
    return made


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_out_of_reach_of_scripts_and_other_sites_and_go_with_the_session(
    workspace: Workspace, secure: bool
) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    browser = _browser(workspace, secure=secure)
    kept = {"httponly", "samesite=strict"} | ({"secure"} if secure else set())
    assert _cookies(browser.get("/sign-in")) == {sign.FORM_COOKIE: {*kept, "path=/sign-in"}}
    answer = _send(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    given = _cookies(answer)
    assert given[COOKIE] == {*kept, "path=/"}
    assert given[sign.FORM_COOKIE] >= {"max-age=0", "path=/sign-in"}
    token = browser.cookies[COOKIE]
    session = sessions.find(workspace, token)
    assert session is not None
    assert browser.post("/sign-out", data={"csrf": "x"}).status_code == 403
    assert sessions.find(workspace, token) == session
    answer = browser.post("/sign-out", data={"csrf": str(session.csrf)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert _cookies(answer)[COOKIE] >= {*kept, "max-age=0", "path=/"}
    assert sessions.find(workspace, token) is None


def test_a_second_factor_follows_where_there_is_one_and_is_asked_for_where_the_console_wants_it(
    workspace: Workspace,
) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    for wanted, status in ((False, 303), (True, 401)):
        browser = _browser(workspace, factors=wanted)
        answer = _send(browser)
        assert answer.status_code == status
        assert (COOKIE in browser.cookies) is not wanted
        assert ("users factor ana" in answer.text) is wanted
    secret = factors.new_secret()
    factors.enrol(workspace, "ana", secret, present(secret), "ana", Via.CONSOLE)
    browser = _browser(workspace, factors=True)
    assert _send(browser).headers["location"] == "/sign-in/code"
    session = sessions.find(workspace, browser.cookies[COOKIE])
    assert session is not None
    assert not session.strong


def test_wrong_passwords_from_one_address_are_counted_and_right_ones_are_not(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign, "MOST_FAILURES", 2)
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    browser = _browser(workspace)
    for _ in range(3):
        assert _send(browser).status_code == 303
    for _ in range(2):
        answer = _send(browser, password="another quiet heron")
        assert answer.status_code == 401
        assert "do not fit" in answer.text
    assert "too many tries" in _send(browser).text.lower()
    with pytest.raises(throttle.ThrottledError):
        throttle.require(workspace, "sign-in:testclient", 2)


def test_the_local_link_opens_the_account_of_who_runs_the_console(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "operator", lambda: "Root")
    assert _browser(workspace, open_secret="long").get("/open?secret=long").headers["location"] == "/"
    with workspace.read() as connection:
        [made] = accounts.every(connection)
    assert (made.name, made.role) == ("root", Role.SUPERVISOR)
    accounts.set_role(workspace, "root", Role.AUDITOR, "root")
    assert _browser(workspace, open_secret="long").get("/open?secret=long").status_code == 303
    accounts.set_disabled(workspace, "root", "root", disabled=True)
    answer = _browser(workspace, open_secret="long").get("/open?secret=long")
    assert (answer.status_code, "is disabled" in answer.text, COOKIE in answer.cookies) == (404, True, False)
    with workspace.read() as connection:
        assert [one.role for one in accounts.every(connection)] == [Role.AUDITOR]


def test_the_form_says_how_to_begin_only_where_there_is_nobody_and_offers_single_sign_on_where_it_is_set_up(
    workspace: Workspace,
) -> None:
    empty = _browser(workspace).get("/sign-in").text
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    filled = _browser(workspace).get("/sign-in").text
    assert ("sidelight users add" in empty, "sidelight users add" in filled) == (True, False)
    assert "/sign-in/provider" not in filled
    joined = replace(workspace, settings=Settings(oidc_issuer="https://id.example"))
    assert "/sign-in/provider" in _browser(joined).get("/sign-in").text
