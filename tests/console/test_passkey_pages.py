"""Passkeys on the pages: adding, signing in, removing, and what an open browser or an unfinished sign-in cannot do."""

import re
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from casework import accounts, auditlog, factors
from casework.records import Role
from console.app import create_app
from console.serve import check_factors
from store.audit import Via
from store.errors import UsageError
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.softkey import SoftKey
from tests.casework.test_factors import present
from tests.console.conftest import PASSWORD

ORIGIN, SITE = "https://console.example.org", "console.example.org"


@pytest.fixture
def house(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Ana has an account in a console with an address. Hashes take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    addressed = replace(workspace, settings=Settings(console_url=ORIGIN))
    accounts.add(addressed, "ana", Role.ANALYST, PASSWORD, "root")
    return addressed


class Person:
    """Ana in a browser, with a device in her hand."""

    def __init__(self, workspace: Workspace, *, wide: bool = False) -> None:
        made = create_app(workspace, hosts=("testserver",), factors=wide)
        self.browser = TestClient(made, follow_redirects=False)
        self.device = SoftKey(ORIGIN, SITE)

    def give_password(self) -> str:
        form = {"name": "ana", "password": PASSWORD, "csrf": _csrf(self.browser.get("/sign-in").text)}
        answer = self.browser.post("/sign-in", data=form)
        return str(answer.headers.get("location", answer.text))

    def send(self, address: str, at: str = "/account", **fields: str):  # type: ignore[no-untyped-def]
        self.csrf = _csrf(self.browser.get(at).text)
        return self.browser.post(address, data={"csrf": self.csrf, **fields})

    def add(self, title: str = "Phone"):  # type: ignore[no-untyped-def]
        asked = self.send("/account/passkey/ask", purpose="add")
        answer = self.device.make(asked.text) if asked.status_code == 200 else "{}"
        return self.send("/account/passkey", title=title, answer=answer)

    def confirm(self):  # type: ignore[no-untyped-def]
        asked = self.send("/account/passkey/ask", purpose="confirm").text
        return self.send("/account/confirm", answer=self.device.sign(asked))

    def show(self, **slip: object):  # type: ignore[no-untyped-def]
        asked = self.send("/sign-in/passkey/ask", at="/sign-in/code").text
        answer = self.device.sign(asked, **slip)
        return self.browser.post("/sign-in/passkey", data={"csrf": self.csrf, "answer": answer})


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def ana(house: Workspace) -> Person:
    """Signed in by password, with a passkey kept."""
    person = Person(house)
    assert person.give_password() == "/"
    assert person.add().status_code == 200
    return person


def test_a_passkey_is_added_and_asked_for_after_the_password(house: Workspace, ana: Person) -> None:
    assert len(re.findall(r"(?:[0-9a-f]{4}-){3}[0-9a-f]{4}", ana.add("Spare").text)) == 0  # not confirmed: not added
    elsewhere = Person(house)
    elsewhere.device = ana.device
    assert elsewhere.give_password() == "/sign-in/code"
    half = elsewhere.browser.cookies["sidelight_session"]
    assert elsewhere.browser.get("/account").headers["location"] == "/sign-in"
    page = elsewhere.browser.get("/sign-in/code").text
    assert ("Use your passkey" in page, "A recovery code" in page, "runs none" in page) == (True, True, True)
    assert elsewhere.show(origin="https://evil.example").status_code == 401
    answer = elsewhere.show()
    assert answer.headers["location"] == "/"
    assert elsewhere.browser.cookies["sidelight_session"] != half
    assert elsewhere.browser.get("/account").status_code == 200
    [event] = auditlog.events(house, limit=1, actor="ana", action="sign in")
    assert event.facts == {"how": "password and passkey"}
    [refused] = auditlog.events(house, limit=1, actor="ana", action="second factor refused")
    assert refused.facts == {"how": "passkey", "why": "InvalidAuthenticationResponse"}


def test_an_open_browser_neither_adds_nor_removes_one(house: Workspace, ana: Person) -> None:
    ana.device, own = SoftKey(ORIGIN, SITE), ana.device
    assert ana.send("/account/passkey/ask", purpose="add").status_code == 400
    assert "show first" in ana.add("Theirs").text.lower()
    credential = re.search(r'name="passkey" value="([^"]+)"', ana.browser.get("/account").text)
    assert credential is None
    own_id = SoftKey._answer.__globals__["_text"](own.id)
    assert ana.send("/account/passkey/remove", passkey=own_id).status_code == 400
    secret = factors.new_secret()
    assert "Set one up" not in ana.browser.get("/account").text
    assert ana.send("/account/factor", code=present(secret)).status_code == 400
    # Whoever holds the device does both.
    ana.device = own
    assert ana.confirm().headers["location"] == "/account"
    ana.device = SoftKey(ORIGIN, SITE)
    assert ana.add("Spare").headers["location"] == "/account"
    page = ana.browser.get("/account").text
    assert "Spare" in page
    assert "Set one up" in page
    assert ana.send("/account/passkey/remove", passkey=own_id).headers["location"] == "/account"
    assert "Phone" not in ana.browser.get("/account").text.replace("Work phone", "").replace("your phone", "")
    acts = [one.action for one in reversed(auditlog.events(house, limit=9, actor="ana"))]
    assert acts[-5:] == ["confirm", "add passkey", "end sessions", "remove passkey", "end sessions"]


def test_other_sessions_end_when_a_passkey_comes_or_goes(house: Workspace) -> None:
    here, there = Person(house), Person(house)
    assert {here.give_password(), there.give_password()} == {"/"}
    assert here.add().status_code == 200
    assert there.browser.get("/account").status_code == 303
    assert here.browser.get("/account").status_code == 200


def test_who_has_codes_shows_one_before_a_passkey_takes_their_place(house: Workspace) -> None:
    secret = factors.new_secret()
    factors.enrol(house, "ana", secret, present(secret, -1), "ana", Via.CONSOLE)
    person = Person(house)
    assert person.give_password() == "/sign-in/code"
    page = person.browser.get("/sign-in/code").text
    assert "Code of your authenticator" in page
    assert "passkey" not in page.replace("/static/passkeys.js", "")
    assert person.send("/sign-in/passkey/ask", at="/sign-in/code").status_code == 400
    code = {"csrf": person.csrf, "code": present(secret)}
    assert person.browser.post("/sign-in/code", data=code).headers["location"] == "/"
    assert person.add().status_code == 400
    assert person.send("/account/confirm", code="000000").status_code == 400
    assert person.send("/account/confirm", code=present(secret, 1)).headers["location"] == "/account"
    assert person.add().headers["location"] == "/account"  # the recovery codes there are stand
    assert "Set, but not asked for" in person.browser.get("/account").text


def test_a_script_is_told_in_json_what_is_wrong(house: Workspace, ana: Person) -> None:
    told = {"Accept": "application/json"}
    csrf = _csrf(ana.browser.get("/account").text)
    for address in ("/account/passkey/ask", "/sign-in/passkey/ask"):
        answer = ana.browser.post(address, data={"csrf": csrf, "purpose": "add"}, headers=told)
        assert answer.status_code == (400 if "account" in address else 401)
        assert set(answer.json()) == {"error"}
    assert ana.browser.post("/account/passkey/ask", data={"csrf": "x"}, headers=told).status_code == 403


def test_a_passkey_satisfies_a_console_that_is_reached_from_elsewhere_and_is_not_its_last_to_go(
    house: Workspace, ana: Person
) -> None:
    check_factors(house)
    wide = Person(house, wide=True)
    wide.device = ana.device
    assert wide.give_password() == "/sign-in/code"
    assert wide.show().headers["location"] == "/"
    wide.confirm()
    passkey = re.search(r'name="passkey" value="([^"]+)"', wide.browser.get("/account").text)
    assert passkey is not None
    assert "only second factor" in wide.send("/account/passkey/remove", passkey=passkey[1]).text
    ana.confirm()
    assert ana.send("/account/passkey/remove", passkey=passkey[1]).status_code == 303
    with pytest.raises(UsageError, match="users factor ana"):
        check_factors(house)
    assert ana.give_password() == "/"


@pytest.mark.parametrize(
    ("url", "password", "told"),
    [
        (ORIGIN, PASSWORD, "None yet. A passkey lives in your phone"),
        ("", PASSWORD, "<code>console_url</code>"),
        ("https://192.0.2.7", PASSWORD, "<code>console_url</code>"),
        (ORIGIN, None, "no passkey would be asked for"),
    ],
)
def test_the_page_says_what_a_passkey_is_or_what_it_lacks(
    workspace: Workspace, url: str, password: str | None, told: str
) -> None:
    addressed = replace(workspace, settings=Settings(console_url=url))
    name = accounts.local_name("root")
    accounts.add(addressed, name, Role.ANALYST, password, "root")
    browser = TestClient(create_app(addressed, hosts=("testserver",), open_secret="long"), follow_redirects=False)
    if password is None:
        assert browser.get("/open?secret=long").headers["location"] == "/"
    else:
        form = {"name": name, "password": PASSWORD, "csrf": _csrf(browser.get("/sign-in").text)}
        assert browser.post("/sign-in", data=form).headers["location"] == "/"
    page = browser.get("/account").text
    assert told in page
    assert ("Add a passkey" in page) is (url == ORIGIN and password is not None)
