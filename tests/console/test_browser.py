"""An analyst's morning in a real Chromium: nothing leaves the host, nothing breaks the content policy."""

import re

import pytest
from playwright.sync_api import Browser, expect

from casework import auditlog
from store.workspace import Workspace
from tests.console.watched import Watched

pytestmark = pytest.mark.real("browser")


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_analysts_morning(browser: Browser, address: str, office: Workspace, scripts: bool) -> None:
    seen = Watched(browser, address, scripts=scripts)
    page = seen.page
    seen.sign_in()
    expect(page).to_have_url(re.compile("/queue$"))
    expect(page.get_by_text("What to expect.")).to_be_visible()

    seen.search("two zero two five five five zero one four three")
    expect(page.locator(".hit")).to_have_count(3)
    expect(page.locator(".hit mark").first).to_be_visible()

    seen.search('linked:"two zero two five five five zero one four three"')
    expect(page.locator(".hit")).to_have_count(4)

    page.get_by_role("link", name="group of 4").first.click()
    expect(page.get_by_role("heading", name="Why these ads are linked")).to_be_visible()
    expect(page.locator("svg.map circle.stop")).to_have_count(3)
    page.get_by_label("One ad").select_option("harbor:1")
    page.get_by_label("The other").select_option("meadow:4")
    page.get_by_role("button", name="Show the chain").click()
    expect(page.locator(".chain li")).to_have_count(2)  # the phone all three share is one step, the e-mail the other
    expect(page.get_by_text("bella.test@example.org").first).to_be_visible()

    page.goto("/queue")
    entry = page.locator(".entry").first
    entry.get_by_text("Decide here").click()
    entry.get_by_label("not trafficking").check()
    entry.get_by_label("Why").fill("called the number, own business")
    entry.get_by_role("button", name="Record decision").click()
    expect(page.locator(".entry").first).to_contain_text("Decided not trafficking by ana")

    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto("/queue")
    expect(page).to_have_url(re.compile("/sign-in$"))
    seen.check()
    actions = [one.action for one in auditlog.events(office, limit=50, actor="ana")][::-1]
    assert actions[0] == "sign in"
    assert actions[-1] == "sign out"
    assert {"queue", "search", "group", "why linked", "decide"} <= set(actions)


@pytest.mark.slow
def test_a_hostile_ad_does_nothing_on_any_page_that_shows_it(browser: Browser, address: str) -> None:
    seen = Watched(browser, address)
    seen.sign_in()
    seen.page.goto("/ad?id=harbor:6")
    expect(seen.page.locator(".unseen").first).to_be_visible()
    assert "owned" not in seen.page.title()
    seen.page.get_by_role("link", name="Its group").click()
    assert "owned" not in seen.page.title()
    seen.search("site:harbor")
    expect(seen.page.locator(".hit")).to_have_count(3)
    assert "owned" not in seen.page.title()
    seen.check()


@pytest.mark.slow
def test_the_keyboard_walks_the_queue_and_reaches_the_search(browser: Browser, address: str) -> None:
    seen = Watched(browser, address)
    seen.sign_in()
    page = seen.page
    expect(page).to_have_url(re.compile("/queue$"))
    page.wait_for_load_state()
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("/")
    page.keyboard.type("garden")
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(1)
    seen.check()


@pytest.mark.slow
def test_the_queue_is_worked_through_by_keyboard_one_entry_at_a_time(
    browser: Browser, address: str, office: Workspace
) -> None:
    seen = Watched(browser, address)
    seen.sign_in()
    page = seen.page
    page.get_by_role("link", name="One at a time").press("Enter")
    expect(page.locator(".entry")).to_have_count(1)
    first = page.locator(".entry").get_attribute("id")
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_text("entry 2 of")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.locator(f"#{first}")).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("2")
    expect(page.get_by_label("not trafficking")).to_be_checked()
    expect(page.locator("textarea:focus")).to_have_count(1)
    page.keyboard.type("called the number, own business")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{first}")).to_have_count(0)  # on to the next that waits
    expect(page.locator(".entry")).to_have_count(1)
    page.wait_for_load_state()
    second = page.locator(".entry").get_attribute("id")
    page.keyboard.press("1")
    page.keyboard.type("three names on one number")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#{second}")).to_have_count(0)
    expect(page.locator(".entry")).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/group"))
    page.wait_for_load_state()
    page.keyboard.press("4")
    expect(page.get_by_label("unsure")).to_be_checked()
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("/group"))
    seen.check()


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(browser: Browser, address: str, width: int) -> None:
    seen = Watched(browser, address)
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.sign_in()
    pages = [
        "/queue",
        "/search",
        "/ad?id=harbor:1",
        "/ad?id=harbor:6",
        "/why?left=harbor:1&right=meadow:4",
        "/compare?left=harbor:1&right=harbor:6",
        "/watches",
        "/cases",
        "/account",
        "/purpose",
        "/models",
        "/model?name=challenger",
        "/site?name=harbor",
        "/help",
    ]
    for path in (*pages, "/sites"):
        seen.page.goto(path)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, path
    seen.page.goto("/ad?id=harbor:1")
    seen.page.get_by_role("link", name="Its group").click()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
