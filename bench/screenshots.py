"""Pictures of the console for README and docs, taken from a workspace in the system's Chromium.

    python -m bench.screenshots WORKSPACE [--out docs/pictures] [--all [--schemes light] [--only queue case]]

Take them of a rehearsal workspace (`sidelight demo --workspace DIR`), never of real data. `--all` takes every page at 1280
and 390 pixels, light and dark, to be looked at after a change of style.
"""

import argparse
import shutil
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from bench.serving import served
from casework import accounts, caseitems, cases, queue
from casework.caseitems import ItemKind
from linker.records import Reason
from linker.stored import load_groups
from linker.tables import groups
from store import audit
from store.workspace import Workspace, open_workspace

SECRET = "pictures"  # noqa: S105  of a server that lives as long as this program, on loopback
WHO = accounts.local_name(audit.operator())  # whom the secret signs in
README = ("queue", "group", "search", "ad", "why")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def pages(workspace: Workspace) -> dict[str, str]:
    """Pages worth a picture, as addresses or as queries: those of the first group of the queue's ranked lane."""
    with workspace.read() as connection:
        entries = queue.load(connection, queue.latest_day(connection) or "")
        ranked = [entry.group_id for entry in entries if entry.lane == "ranked"]
        group_id = (
            ranked or [entry.group_id for entry in entries] or list(connection.scalars(select(groups.c.group_id)))
        )[0]
        group = load_groups(connection, [group_id])[group_id]
    found = {
        "sign-in": "/sign-in",
        "queue": "/queue",
        "group": f"/group?id={quote(group_id)}",
        "templates": f"/templates?id={quote(group_id)}",
        "ad": f"/ad?id={quote(group.ad_ids[0])}",
        "start": "/search",
        "watches": "/watches",
        "sites": "/sites",
        "audit": "/audit",
        "oversight": "/oversight",
        "cases": "/cases",
        "account": "/account",
        "purpose": "/purpose",
        "site": "/site?name=harbor",
        "models": "/models",
        "model": "/model?name=challenger",
        "settings": "/settings",
        "disclosure": f"/disclosure?kind=group&item={quote(group_id)}",
        "one": "/queue?one=next",
        "help": "/help",
        "missing": "/group?id=none",
    }
    phone = next((link.key for link in group.links if link.reason is Reason.PHONE), None)
    found["search"] = f'linked:"{phone}"' if phone else "has:phone OR evening"
    found["wrong"] = 'site:harbor "new in'
    if len(group.ad_ids) > 1:
        found["why"] = f"/why?left={quote(group.ad_ids[0])}&right={quote(group.ad_ids[-1])}"
        found["compare"] = f"/compare?left={quote(group.ad_ids[0])}&right={quote(group.ad_ids[-1])}"
    if len(ranked) > 1:
        found["groups"] = f"/compare?left={quote(ranked[0])}&right={quote(ranked[1])}"
    if not (workspace.trained / "challenger").is_dir():
        del found["model"]
    found["case"] = f"/case?id={quote(_case(workspace, group_id, group.ad_ids[0]))}"
    return found


def _case(workspace: Workspace, group_id: str, ad_id: str) -> str:
    """A case with something in it; the one of an earlier run where there is one."""
    with workspace.read() as connection:
        known = cases.every(connection, WHO)
    if known:
        return known[0].case_id
    made = cases.open_case(workspace, "Evenings in three towns", WHO)
    caseitems.pin(workspace, made, ItemKind.GROUP, group_id, "one phone in four towns within a week", WHO)
    caseitems.pin(workspace, made, ItemKind.AD, ad_id, "the first of them", WHO)
    caseitems.task(workspace, made, "Ask which venues are known in the first town", WHO, due="2026-12-01")
    caseitems.note(workspace, made, "The text is the same, the price is not.", WHO)
    return made.case_id


def shoot(
    browser: Browser, address: str, found: dict[str, str], out: Path, width: int, scheme: str, suffix: str
) -> None:
    """One picture of each page."""
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "sidelight_session", "value": SESSIONS[address], "url": address}])
    page = context.new_page()
    for name, path in found.items():
        if path.startswith("/"):
            page.goto(address + path)
        else:
            page.goto(f"{address}/search")
            page.fill("#quick", path)
            page.press("#quick", "Enter")
            page.wait_for_load_state()
        _save(page, out / f"{name}{suffix}.png", whole=bool(suffix))
    context.close()


SESSIONS: dict[str, str] = {}


def _save(page: Page, path: Path, *, whole: bool) -> None:
    page.screenshot(path=path, full_page=whole)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"])
    parser.add_argument("--only", nargs="+", help="these pages alone")
    given = parser.parse_args()
    workspace = open_workspace(given.workspace)
    given.out.mkdir(parents=True, exist_ok=True)
    found = {name: path for name, path in pages(workspace).items() if not given.only or name in given.only}
    with served(workspace, SECRET) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        first = browser.new_page()
        first.goto(f"{address}/open?secret={SECRET}")
        SESSIONS[address] = next(one["value"] for one in first.context.cookies() if one["name"] == "sidelight_session")
        if given.all:
            for width in (1280, 390):
                for scheme in given.schemes:
                    shoot(browser, address, found, given.out, width, scheme, f"-{width}-{scheme}")
        else:
            shoot(
                browser, address, {name: found[name] for name in README if name in found}, given.out, 1280, "light", ""
            )
        browser.close()


if __name__ == "__main__":
    main()
