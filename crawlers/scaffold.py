"""`sites new`: a folder with a manifest to correct and a first fixture that fails until a person has read it."""

import re
import shutil
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import orjson
import yaml

from crawlers.errors import PageError
from crawlers.feeds import LISTINGS
from crawlers.fetch import fetch_page
from crawlers.fixtures import EXPECTED, FOLDER, found_in
from crawlers.guess import Guess, guess
from crawlers.manifest import FILE_NAME, NAME, netloc
from crawlers.page import Page
from crawlers.parse import parse, select
from crawlers.project import user_agent
from crawlers.selectors import texts
from crawlers.sites import load_site
from store.errors import SettingsError, UsageError
from store.settings import FILE_NAME as SETTINGS
from store.workspace import Workspace

NOWHERE = "https://example.com/"
HEAD = """# Written by `sidelight sites new` from one page: every selector is a guess. Correct it, then compare the fixture's
# expected.json with its page and put your name under "read_by". Every key: docs/adding-a-site.md
"""


def scaffold(workspace: Workspace, name: str, source: str) -> Path:
    """Make `sites/<name>/` from an ad's page or a listing page, in a file or on the web; returns the folder.

    Raises UsageError. From a listing on the web that leads to ads, the first of them is fetched too.
    """
    if not re.fullmatch(NAME, name):
        raise UsageError(
            f"{name!r} is no name for a site: small letters, digits, - and _, a letter first, such as harbor-2"
        )
    folder = workspace.sites / name
    if folder.exists():
        raise UsageError(f"{folder} is there already; choose another name or edit it")
    page = _fetched(workspace, source) if "://" in source else _saved(source)
    guessed, start = guess(page), page.url
    if guessed.kind == "links":
        page, leading = _first_ad(workspace, page, guessed), guessed
        guessed = replace(guess(page), kind="ad", listing=leading.listing, style=leading.style)
    folder.mkdir()
    try:
        _write(folder, name, page, guessed, start)
    except Exception:
        shutil.rmtree(folder)
        raise
    return folder


def _write(folder: Path, name: str, page: Page, guessed: Guess, start: str) -> None:
    is_json = page.text.lstrip()[:1] in ("{", "[")
    feed = guessed.style in LISTINGS
    holds_ads = guessed.kind == "listing"
    parts = urlsplit(start)
    under = urlsplit(page.url).path.rpartition("/")[0] + "/"
    usual = (
        {"ads": "jmespath:ads[].url", "next": "jmespath:next"}
        if is_json
        else {"ads": f'a[href*="{under}"]::attr(href)', "next": 'a[rel="next"]::attr(href)'}
    )
    if feed:
        usual = {}
    elif holds_ads:
        usual.pop("ads")
    manifest = {
        "name": name,
        "start": [start if guessed.listing else f"{parts.scheme}://{netloc(start)}/"],
        "listing": guessed.style,
        "timezone": "UTC",
        # An address with a port that was typed is on this machine or in this network more often than not.
        **({"allow_private": [netloc(start)]} if _is_inward(netloc(start)) else {}),
        "select": {"listing": usual | dict(guessed.listing), "ad": dict(guessed.ad)},
        "floors": {"ads": 10, "fill": {name: 0.9 for name in ("title", "body") if name in guessed.ad}},
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
    (folder / FILE_NAME).write_text(HEAD + text, encoding="utf-8")
    fixture = folder / FOLDER / "first"
    fixture.mkdir(parents=True)
    ending = "json" if is_json else "xml" if feed and holds_ads else "html"
    (fixture / f"page.{ending}").write_bytes(page.content)
    site = load_site(folder, trusted=False)
    kind = "listing" if holds_ads else "ad"
    expected = {"url": page.url, "content_type": page.content_type, "kind": kind, "read_by": None}
    expected |= found_in(parse(site, replace(page, kind=kind)), kind)
    (fixture / EXPECTED).write_bytes(orjson.dumps(expected, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _first_ad(workspace: Workspace, page: Page, guessed: Guess) -> Page:
    """The page of the first ad that a listing leads to."""
    found = texts(select(guessed.listing["ads"], page, page))
    if page.url.startswith(NOWHERE) or not found:
        raise UsageError(
            f"{page.url}: a listing of links; begin from one of its ads' pages, or from the listing's address"
        )
    return _fetched(workspace, urljoin(page.url, found[0]))


def _is_inward(host: str) -> bool:
    try:
        return not ip_address(host.rpartition(":")[0].strip("[]")).is_global
    except ValueError:
        return False


def _saved(source: str) -> Page:
    try:
        body = Path(source).read_bytes()
    except OSError as problem:
        raise UsageError(f"{source}: cannot be read: {problem.strerror}") from None
    # Where the page came from is for the person to fill in; example.com never answers with an ad.
    return Page(f"{NOWHERE}ads/{Path(source).stem}", body)


def _fetched(workspace: Workspace, source: str) -> Page:
    """The page at an address the operator typed, asked for as the crawler would: named, and only where robots.txt allows."""
    if not workspace.settings.contact and not _is_inward(netloc(source)):
        raise SettingsError(
            f"set 'contact' in {workspace.root / SETTINGS} to an e-mail or web address first, so that the site's operator can "
            "reach you: it is sent with every request"
        )
    try:
        answer = fetch_page(source, user_agent(workspace.settings.contact))
    except PageError as problem:
        raise UsageError(str(problem)) from None
    return Page(source, answer.body, answer.content_type, answer.content_encoding)
