"""Fixtures of a site: folders under `fixtures/` with a page as it came and what a person expects of it.

`expected.json`: `url`, `content_type`, `kind` ("ad" or "listing"), `read_by` (who compared it with the page), and `ad` with
its fields, or `ads` and `listing` with the addresses a listing page leads to.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.parse import Parsed, parse
from crawlers.records import TEXT_FIELDS
from crawlers.sites import Site

FOLDER = "fixtures"
EXPECTED = "expected.json"
KNOWN = frozenset({"url", "content_type", "kind", "read_by", "ad", "ads", "listing"})


def check(site: Site) -> dict[str, list[str]]:
    """For each fixture of the site, what is wrong: a sentence for each field."""
    return {path.parent.name: _check(site, path) for path in sorted((site.folder / FOLDER).glob(f"*/{EXPECTED}"))}


def found_in(parsed: Parsed, kind: str) -> dict[str, Any]:
    """What a page yields, in the shape of `expected.json`."""
    if kind == "listing":
        links = {name: [url for what, url in parsed.links if what == wanted] for name, wanted in LINKS.items()}
        return {**links, **({"ad": _fields(parsed)} if parsed.ads else {})}
    return {"ad": _fields(parsed)}


LINKS = {"ads": "ad", "listing": "listing"}


def _fields(parsed: Parsed) -> dict[str, Any]:
    ad = parsed.ads[0]
    return {
        "ad_id": ad.ad_id,
        "url": ad.url,
        "posted_at": ad.posted_at.isoformat() if ad.posted_at else None,
        **{name: getattr(ad, name) for name in TEXT_FIELDS},
        "region": ad.region,
        "image_hashes": list(ad.image_hashes),
    }


def _check(site: Site, path: Path) -> list[str]:
    try:
        expected = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as problem:
        return [f"{path}: not valid JSON: {problem}"]
    if not isinstance(expected, Mapping) or not isinstance(expected.get("url"), str):
        return [f"{path}: expected an object with 'url'"]
    wrong = [f"{path}: unknown key {name!r}" for name in sorted(set(expected) - KNOWN)]
    if not expected.get("read_by"):
        wrong.append(f"{path}: nobody has read it; compare it with the page, then put your name under 'read_by'")
    pages = sorted(one for one in path.parent.iterdir() if one.stem == "page")
    if not pages:
        return [*wrong, f"{path.parent}: no page beside {EXPECTED}; save it as page.html or page.json"]
    kind = expected.get("kind", "ad")
    page = Page(expected["url"], pages[0].read_bytes(), expected.get("content_type", ""), "", kind)
    try:
        found = found_in(parse(site, page), kind)
    except PageError as problem:
        return [*wrong, f"{pages[0]}: {problem}"]
    return wrong + _differences(expected, found)


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"{name}: expected {expected[name]!r}, found {found.get(name)!r}"
        for name in LINKS
        if name in expected and expected[name] != found.get(name)
    ]
    wanted, got = expected.get("ad") or {}, found.get("ad") or {}
    # A field the person left out is expected to be empty: nothing that a rule finds goes unread.
    return wrong + [
        f"{name}: expected {wanted.get(name)!r}, found {got.get(name)!r}"
        for name in sorted(set(wanted) | set(got))
        if (wanted.get(name) or None) != (got.get(name) or None)
    ]
