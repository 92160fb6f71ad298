"""`sites new`: a folder with a manifest to correct and a first fixture that fails until a person has read it."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import yaml

from crawlers.errors import PageError
from crawlers.fetch import fetch_page
from crawlers.fixtures import EXPECTED, FOLDER, found_in
from crawlers.guess import guess
from crawlers.manifest import FILE_NAME, netloc
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.project import user_agent
from crawlers.sites import load_site
from store.errors import SettingsError, UsageError
from store.workspace import Workspace

HEAD = """# Written by `sidelight sites new` from one page: every selector is a guess. Correct it, then compare the fixture's
# expected.json with its page and put your name under "read_by". Every key: docs/adding-a-site.md
"""


def scaffold(workspace: Workspace, name: str, source: str) -> Path:
    """Make `sites/<name>/` from an ad's page in a file or on the web; returns the folder. Raises UsageError."""
    folder = workspace.sites / name
    if folder.exists():
        raise UsageError(f"{folder} is there already; choose another name or edit it")
    page = _fetched(workspace, source) if "://" in source else _saved(source)
    is_json = page.text.lstrip()[:1] in ("{", "[")
    folder.mkdir()
    try:
        _write(folder, name, page, is_json=is_json)
    except Exception:
        shutil.rmtree(folder)
        raise
    return folder


def _write(folder: Path, name: str, page: Page, *, is_json: bool) -> None:
    parts = urlsplit(page.url)
    under = parts.path.rpartition("/")[0] + "/"
    manifest = {
        "name": name,
        "start": [f"{parts.scheme}://{netloc(page.url)}/"],
        "listing": "json" if is_json else "pages",
        "timezone": "UTC",
        "select": {
            "listing": {"ads": "jmespath:ads[].url", "next": "jmespath:next"}
            if is_json
            else {"ads": f'a[href*="{under}"]::attr(href)', "next": 'a[rel="next"]::attr(href)'},
            "ad": guess(page, is_json=is_json),
        },
        "floors": {"ads": 10, "fill": {"title": 0.9, "body": 0.9}},
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
    (folder / FILE_NAME).write_text(HEAD + text, encoding="utf-8")
    fixture = folder / FOLDER / "first"
    fixture.mkdir(parents=True)
    (fixture / ("page.json" if is_json else "page.html")).write_bytes(page.content)
    site = load_site(folder, trusted=False)
    expected = {"url": page.url, "content_type": page.content_type, "kind": "ad", "read_by": None}
    expected |= found_in(parse(site, page), "ad")
    (fixture / EXPECTED).write_bytes(orjson.dumps(expected, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _saved(source: str) -> Page:
    try:
        body = Path(source).read_bytes()
    except OSError as problem:
        raise UsageError(f"{source}: cannot be read: {problem.strerror}") from None
    # Where the page came from is for the person to fill in; example.com never answers with an ad.
    return Page(f"https://example.com/ads/{Path(source).stem}", body)


def _fetched(workspace: Workspace, source: str) -> Page:
    """The page at an address the operator typed, asked for as the crawler would: named, and only where robots.txt allows."""
    if not workspace.settings.contact:
        raise SettingsError("set 'contact' in sidelight.toml first: it is sent with every request")
    try:
        answer = fetch_page(source, user_agent(workspace.settings.contact))
    except PageError as problem:
        raise UsageError(str(problem)) from None
    return Page(source, answer.body, answer.content_type, answer.content_encoding)
