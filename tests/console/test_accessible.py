"""Every page, as a person sees it, has nothing serious or critical that axe finds; light and dark, wide and narrow."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from casework import accounts, caseitems, cases
from casework.caseitems import ItemKind
from casework.records import Role
from store.workspace import Workspace
from tests.console.watched import Watched

pytestmark = pytest.mark.real("browser")
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
PAGES = (
    "/queue",
    "/search",
    "/ad?id=harbor:1",
    "/ad?id=harbor:6",
    "/why?left=harbor:1&right=meadow:4",
    "/compare?left=harbor:1&right=meadow:5",
    "/queue?one=next",
    "/watches",
    "/cases",
    "/sites",
    "/site?name=harbor",
    "/models",
    "/model?name=challenger",
    "/disclosure",
    "/settings",
    "/audit",
    "/oversight",
    "/account",
    "/purpose",
    "/help",
)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(
    browser: Browser, office: Workspace, address: str, group_id: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    accounts.set_role(office, "ana", Role.SUPERVISOR, "root")  # who sees every page
    seen = Watched(browser, address, scheme=scheme)
    seen.page.set_viewport_size({"width": width, "height": 900})
    found = _grave(seen, "/sign-in")
    seen.sign_in()
    case = cases.open_case(office, "Harbor", "ana")
    caseitems.task(office, case, "Ask which venues are known", "ana")
    caseitems.pin(office, case, ItemKind.GROUP, group_id, "one phone in three towns", "ana")
    for path in (*PAGES, f"/group?id={group_id}", f"/templates?id={group_id}", f"/case?id={case.case_id}"):
        found += _grave(seen, path)
    assert found == []


def _grave(seen: Watched, path: str) -> list[str]:
    answer = seen.page.goto(path)
    assert answer is not None
    assert answer.ok, path
    seen.page.wait_for_load_state()
    # Through the protocol, which the page's own policy does not bind: axe is no part of the console.
    seen.page.evaluate(AXE)
    found = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{path}: {one['id']} ({one['impact']}) {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
