"""Thousands of hostile texts, each stored and shown on every kind of page in a real browser, in exports, packs and mails.

    python -m proof.hostile_console [--payloads 10000] [--each 500] [--jobs 2] [--keep FILE] [--seed 0]

`--each` are shown on one page load. Nothing may run, nothing be asked of another host, no content policy be broken: a page
that holds an element, handler, script or address that is not the console's own counts too, though it may not have acted.

They are proved in shares, each in a workspace and a browser of its own, so that no page grows with what was proved before;
`--jobs` of them at a time. What was found of a share is added to the file `--keep` when it is done, and a run that is begun
anew with the same numbers goes on behind it: not after a change of the console.
"""

import argparse
import logging
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson
from playwright.sync_api import Browser, Page, sync_playwright

from bench.serving import served
from casework import accounts, sessions
from casework.records import Role
from console.desk import COOKIE
from proof.hostile_files import files_that_act
from proof.hostile_store import Batch, stored
from proof.payloads import payloads
from store.settings import Settings
from store.workspace import Workspace, open_workspace

SHARE = 1_000  # payloads that are stored in one workspace
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
# What no page of the console holds of its own, and what every page does.
ELEMENTS = "iframe,object,embed,base,style,img,video,audio,marquee,portal,template,dialog,math,noscript"
FOREIGN = """(elements) => {
  const odd = [...document.querySelectorAll(elements)].map((one) => one.tagName);
  const own = /^\\/static\\/(trust|figures|keys|passkeys|vendor\\/htmx\\.min)\\.js$/;
  for (const one of document.querySelectorAll('script')) if (!own.test(one.getAttribute('src') || '')) odd.push('script');
  for (const one of document.querySelectorAll('*'))
    for (const {name, value} of one.attributes) {
      if (/^on|^style$|^srcdoc|^srcset|^hx-on|^hx-get|^hx-post|^ping$/i.test(name)) odd.push(name);
      const leads = /^(href|src|action|formaction|xlink:href)$/.test(name);
      if (leads && !/^(\\/(?![\\/\\\\])|#|\\?|$)/.test(value)) odd.push(name + '=' + value.slice(0, 60));
    }
  if (window.owned !== undefined || /owned/.test(document.title)) odd.push('ran');
  return odd;
}"""


@dataclass(slots=True)
class Tally:
    """What was shown and what happened."""

    payloads: int = 0
    loads: int = 0
    by_page: Counter[str] = field(default_factory=Counter)
    ran: list[str] = field(default_factory=list)  # scripts, dialogs, foreign elements
    left: list[str] = field(default_factory=list)  # requests to another host
    reports: list[str] = field(default_factory=list)  # of the content policy
    files: list[str] = field(default_factory=list)  # what acts in exports, packs, mails
    unseen: list[str] = field(default_factory=list)  # pages that did not show what they should, or failed

    @property
    def clean(self) -> bool:
        """Whether nothing acted, and everything was shown."""
        return not (self.ran or self.left or self.reports or self.files or self.unseen)

    def __add__(self, other: "Tally") -> "Tally":
        """What both saw."""
        return Tally(*(one + another for one, another in zip(_parts(self), _parts(other), strict=True)))


class _Reports(logging.Handler):
    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def emit(self, record: logging.LogRecord) -> None:
        if "browser refused" in record.getMessage():
            self.tally.reports.append(record.getMessage())


def settings() -> Settings:
    """Settings under which the proof runs: a session that outlasts it, and messages to this machine."""
    return Settings(session_idle_minutes=720, session_hours=72, webhook_private=True, export_alone=100_000)


def prove(workspace: Workspace, browser: Browser, texts: Sequence[str], each: int) -> Tally:
    """Store the texts in the workspace, show them all on every kind of page, write them to every kind of file."""
    tally = Tally(payloads=len(texts))
    parts = [tuple(texts[at : at + each]) for at in range(0, len(texts), each)]
    account = accounts.add(workspace, "ana", Role.SUPERVISOR, None, "proof")
    batches = stored(workspace, parts, "ana", START)
    token, _ = sessions.start(workspace, account)
    handler = _Reports(tally)
    logging.getLogger("console.app").addHandler(handler)
    try:
        with served(workspace) as address:
            context = browser.new_context(base_url=address)
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
            page = context.new_page()
            page.on("request", lambda one: None if one.url.startswith(address) else tally.left.append(one.url))
            page.on("dialog", lambda one: (tally.ran.append(f"dialog {one.message}"), one.dismiss()))
            page.on("console", lambda one: _said(tally, one.text))
            for batch in batches:
                batch.take(workspace, token)
                for kind, path, least in batch.pages(workspace):
                    _load(page, tally, kind, path, batch, least)
                _swap(page, tally, batch, workspace)
            context.close()
    finally:
        logging.getLogger("console.app").removeHandler(handler)
    tally.files += files_that_act(workspace, batches)
    return tally


def _parts(tally: Tally) -> tuple[Any, ...]:
    return tuple(getattr(tally, one.name) for one in fields(tally))


def _said(tally: Tally, text: str) -> None:
    if any(word in text for word in ("Content Security Policy", "Trusted", "policy directive")):
        tally.reports.append(text[:200])


def _load(page: Page, tally: Tally, kind: str, path: str, batch: Batch, least: int) -> None:
    answer = page.goto(path)
    tally.loads += 1
    tally.by_page[kind] += 1
    if answer is None or answer.status not in {200, 400, 404}:
        tally.unseen.append(f"{kind}: status {answer.status if answer else 'none'}")
        return
    shown = page.content().count(batch.sign)
    if shown < least:
        tally.unseen.append(f"{kind}: shows {shown} of {least}")
    tally.ran += [f"{kind}: {odd}" for odd in page.evaluate(FOREIGN, ELEMENTS)]


def _swap(page: Page, tally: Tally, batch: Batch, workspace: Workspace) -> None:
    """What htmx puts in place: results in another order."""
    page.goto(batch.search(workspace))
    page.get_by_role("link", name="by time").or_(page.get_by_role("link", name="by priority")).first.click()
    page.wait_for_url("**sort=**")
    page.wait_for_load_state()
    tally.loads += 1
    tally.by_page["search, swapped in"] += 1
    if page.content().count(batch.sign) < len(batch.texts):
        tally.unseen.append("search, swapped in: shows too few")
    tally.ran += [f"search, swapped in: {odd}" for odd in page.evaluate(FOREIGN, ELEMENTS)]


@dataclass(frozen=True, slots=True)
class Share:
    """The `number`-th part of what is asked: so many payloads by the seed, so many on a load."""

    payloads: int
    each: int
    seed: int
    number: int

    def prove(self) -> Tally:
        """Prove it, in a workspace and a browser of its own."""
        texts = payloads(self.payloads, self.seed)[self.number * SHARE : (self.number + 1) * SHARE]
        with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
            workspace = open_workspace(Path(place) / "workspace", settings())
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
            tally = prove(workspace, browser, texts, self.each)
            browser.close()
            workspace.close()
        return tally


def proved(shares: Sequence[Share], jobs: int, keep: Path | None) -> Iterator[Tally]:
    """What was found of each share as it gets done, first of those that the file `keep` has; the others are added to it."""
    known = dict(_kept(keep)) if keep and keep.exists() else {}
    yield from (known[one] for one in shares if one in known)
    # Begun anew and not forked: a browser's threads are in none of them.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        asked = {pool.submit(one.prove): one for one in shares if one not in known}
        for done in as_completed(asked):
            tally = done.result()
            if keep:
                append(keep, asked[done], tally)
            yield tally


def append(keep: Path, share: Share, tally: Tally) -> None:
    """Add what was found of a share to the file."""
    with keep.open("ab") as handle:
        handle.write(orjson.dumps({"share": share, "tally": tally}) + b"\n")


def _kept(keep: Path) -> Iterator[tuple[Share, Tally]]:
    for line in keep.read_bytes().splitlines():
        found = orjson.loads(line)
        tally = Tally(**found["tally"])
        tally.by_page = Counter(tally.by_page)
        yield Share(**found["share"]), tally


def main() -> None:
    """Run it, print what was found; the exit code is 1 where anything was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payloads", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2, help="shares at a time")
    parser.add_argument("--keep", type=Path, help="file of what was found so far")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    numbers = range(-(-given.payloads // SHARE))
    shares = [Share(given.payloads, given.each, given.seed, number) for number in numbers]
    tally, began = Tally(), time.monotonic()
    for one in proved(shares, given.jobs, given.keep):
        tally += one
        found = "nothing" if tally.clean else "SOMETHING"
        print(f"{tally.payloads:,} of {given.payloads:,}, {time.monotonic() - began:,.0f} s, found {found}", flush=True)
    print(f"{tally.payloads:,} payloads, seed {given.seed}, {tally.loads:,} page loads of {len(tally.by_page)} kinds:")
    for kind, count in sorted(tally.by_page.items()):
        print(f"  {kind}: {count}")
    for name, found in (
        ("scripts, handlers or foreign elements", tally.ran),
        ("requests to another host", tally.left),
        ("reports of the content policy", tally.reports),
        ("things that act in exports, packs and mails", tally.files),
        ("pages that did not show them all", tally.unseen),
    ):
        print(f"{len(found):,} {name}{': ' if found else ''}{'; '.join(dict.fromkeys(found[:12]))}")
    raise SystemExit(not tally.clean)


if __name__ == "__main__":
    main()
