"""A passkey from its making to its removal in a real Chromium, whose virtual authenticator answers as a phone would."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, CDPSession, expect

from bench.serving import free_port, served
from casework import accounts, auditlog
from casework.records import Role
from store.settings import Settings
from store.workspace import Workspace
from tests.console.conftest import PASSWORD
from tests.console.watched import Watched

pytestmark = pytest.mark.real("browser")
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A console served under a name, with one analyst. Hashes take no time."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    port = free_port()
    addressed = replace(workspace, settings=Settings(console_url=f"http://localhost:{port}"))
    accounts.add(addressed, "ana", Role.ANALYST, PASSWORD, "root")
    with served(addressed, port=port):
        yield f"http://localhost:{port}"


class Device:
    """The authenticator of a page's browser."""

    def __init__(self, seen: Watched) -> None:
        self.session: CDPSession = seen.context.new_cdp_session(seen.page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.named = {"authenticatorId": made["authenticatorId"]}

    def verifies(self, *, well: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {**self.named, "isUserVerified": well})

    def set_count(self, count: int) -> None:
        """Put the counter of the one passkey back, as a copy of the device would have it."""
        [kept] = self.session.send("WebAuthn.getCredentials", self.named)["credentials"]
        self.session.send("WebAuthn.clearCredentials", self.named)
        self.session.send("WebAuthn.addCredential", {**self.named, "credential": {**kept, "signCount": count}})


def test_a_passkey_is_added_used_refused_and_removed_by_keyboard(
    browser: Browser, named: str, workspace: Workspace
) -> None:
    seen = Watched(browser, named)
    page, device = seen.page, Device(seen)
    seen.sign_in()
    page.goto("/account")
    expect(page.get_by_text("None yet. A passkey lives in")).to_be_visible()
    page.get_by_label("Name of the device").focus()
    page.keyboard.type("Work phone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("These recovery codes are shown this once")).to_be_visible()
    expect(page.locator(".keys-kept li")).to_have_count(1)
    page.goto("/account")
    page.get_by_text("Add or remove a passkey").press("Enter")
    expect(page.get_by_role("button", name="Remove Work phone")).to_have_count(0)
    _looks_well(seen, 1280, "light")

    page.get_by_role("button", name="Sign out").press("Enter")
    seen.sign_in()
    # The button has the focus: one key signs in. A device that does not know its person is refused by the browser itself.
    device.verifies(well=False)
    expect(page.locator("button:focus")).to_have_text("Use your passkey")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was confirmed")
    device.verifies(well=True)
    expect(page.locator("button:focus")).to_have_text("Use your passkey")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/account")
    expect(page.get_by_text("last used")).to_be_visible()

    page.get_by_role("button", name="Sign out").press("Enter")
    seen.sign_in()
    device.set_count(0)
    page.get_by_role("button", name="Use your passkey").press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("counter went back")
    _looks_well(seen, 390, "dark")
    device.set_count(9)
    page.get_by_role("button", name="Use your passkey").press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.goto("/account")
    page.get_by_text("Add or remove a passkey").press("Enter")
    page.get_by_role("button", name="Use a passkey").press("Enter")
    page.get_by_label("Name of the device").fill("Again")
    page.get_by_role("button", name="Add a passkey").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("holds a passkey of yours")
    _looks_well(seen, 390, "light")
    page.get_by_role("button", name="Remove Work phone").press("Enter")
    expect(page.get_by_text("None yet. A passkey lives in")).to_be_visible()
    page.get_by_role("button", name="Sign out").press("Enter")
    seen.sign_in()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    acts = [one.action for one in reversed(auditlog.events(workspace, limit=50, actor="ana"))]
    assert [one for one in acts if one in {"add passkey", "second factor refused", "confirm", "remove passkey"}] == [
        "add passkey", "second factor refused", "confirm", "remove passkey",
    ]  # fmt: skip
    assert [one for one in seen.complaints if "401" not in one] == []  # a refused answer is a page with that status
    assert [url for url in seen.requests if not url.startswith(named + "/")] == []


def test_an_answer_sent_twice_and_one_from_another_address_open_nothing(browser: Browser, named: str) -> None:
    seen = Watched(browser, named)
    Device(seen)
    seen.sign_in()
    seen.page.goto("/account")
    seen.page.get_by_label("Name of the device").fill("Phone")
    seen.page.get_by_role("button", name="Add a passkey").click()
    expect(seen.page.locator(".keys-kept li")).to_have_count(1)
    seen.page.get_by_role("button", name="Sign out").click()
    seen.sign_in()
    with seen.page.expect_request("**/sign-in/passkey") as sent:
        seen.page.get_by_role("button", name="Use your passkey").click()
    expect(seen.page.get_by_role("button", name="Sign out")).to_be_visible()
    # The same bytes once more, in a session that has given the password and was asked anew.
    again = Watched(browser, named)
    again.sign_in()
    csrf = again.page.locator("[name=csrf]").first.input_value()
    again.page.request.post("/sign-in/passkey/ask", form={"csrf": csrf})
    answer = dict(part.split("=", 1) for part in (sent.value.post_data or "").split("&"))["answer"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    replayed = again.page.request.post("/sign-in/passkey", data=f"csrf={csrf}&answer={answer}", headers=headers)
    assert (replayed.status, "could not be relied on" in replayed.text()) == (401, True)
    # The same console under its number is another origin: the script says where passkeys answer, and asks for none.
    number = named.replace("localhost", "127.0.0.1")
    other = Watched(browser, number)
    other.sign_in()
    expect(other.page.locator("[data-said]")).to_contain_text(f"Passkeys answer {named} alone")
    expect(other.page.get_by_role("button", name="Use your passkey")).to_be_disabled()


def test_without_scripts_the_page_says_what_is_missing(browser: Browser, named: str) -> None:
    seen = Watched(browser, named, scripts=False)
    seen.sign_in()
    seen.page.goto("/account")
    expect(seen.page.get_by_text("this browser runs none")).to_be_visible()
    expect(seen.page.get_by_role("button", name="Add a passkey")).to_be_disabled()


def _looks_well(seen: Watched, width: int, scheme: Literal["light", "dark"]) -> None:
    """Nothing runs out of the window, and axe finds nothing grave."""
    seen.page.emulate_media(color_scheme=scheme)
    seen.page.set_viewport_size({"width": width, "height": 900})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    # Through the protocol, which the page's own policy does not bind: axe is no part of the console.
    seen.page.evaluate(AXE)
    found = seen.page.evaluate("axe.run('main', {resultTypes: ['violations']})")
    assert [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}] == []
