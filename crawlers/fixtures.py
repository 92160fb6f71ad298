"""Fixtures of a site: folders under `fixtures/` with a page as it came and what a person expects of it.

`expected.json`: `url`, `content_type`, `kind` ("ad" or "listing"), `read_by` (who compared it with the page), and `ad` with
its fields, or `ads` and `listing` with the addresses a listing page leads to and `items` with the first ads it holds itself.
"""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson

from crawlers.errors import PageError
from crawlers.labels import untaken
from crawlers.page import Page
from crawlers.parse import Parsed, items_of, parse, select
from crawlers.records import TEXT_FIELDS, Ad
from crawlers.selectors import texts
from crawlers.shape import whole
from crawlers.sites import Site

FOLDER = "fixtures"
EXPECTED = "expected.json"
KNOWN = frozenset({"url", "content_type", "kind", "read_by", "ad", "ads", "listing", "items"})
ITEMS = 5  # of a listing that holds the ads: enough that most fields are filled in one of them


def check(site: Site) -> dict[str, list[str]]:
    """For each fixture of the site, what is wrong: a sentence for each field."""
    return {path.parent.name: _check(site, path) for path in sorted((site.folder / FOLDER).glob(f"*/{EXPECTED}"))}


def found_in(parsed: Parsed, kind: str) -> dict[str, Any]:
    """What a page yields, in the shape of `expected.json`."""
    if kind == "listing":
        links = {name: [url for what, url in parsed.links if what == wanted] for name, wanted in LINKS.items()}
        return {**links, **({"items": [_fields(ad) for ad in parsed.ads[:ITEMS]]} if parsed.ads else {})}
    return {"ad": _fields(parsed.ads[0])}


def unread(site: Site, page: Page, parsed: Parsed) -> list[str]:
    """Labelled values on a page that no rule takes and that are not ignored, each as a sentence."""
    contexts = [page] if page.kind == "ad" else items_of(site, page)[:ITEMS]
    found: dict[str, str] = {}
    for number, context in enumerate(contexts):
        taken = [text for ad in parsed.ads[number : number + 1] for text in ad.texts().values()]
        for written in site.manifest.select.ad.values():
            taken.extend(texts(select(written, page, context)))
        for one in untaken(whole(page, context), taken, site.manifest.ignore):
            found.setdefault(one.label, one.value)
    return [
        f"no rule takes {label!r} ({' '.join(value.split())[:60]!r}): add one, or list the label under 'ignore'"
        for label, value in found.items()
    ]


LINKS = {"ads": "ad", "listing": "listing"}


def _fields(ad: Ad) -> dict[str, Any]:
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
        parsed = parse(site, page)
        return [*wrong, *_differences(expected, found_in(parsed, kind)), *unread(site, page, parsed)]
    except PageError as problem:
        return [*wrong, f"{pages[0]}: {problem}"]


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"{name}: expected {expected[name]!r}, found {found.get(name)!r}"
        for name in LINKS
        if name in expected and expected[name] != found.get(name)
    ]
    empty: Mapping[str, Any] = {}
    pairs = [("", expected.get("ad") or {}, found.get("ad") or {})]
    rows = zip_longest(expected.get("items") or [], found.get("items") or [], fillvalue=empty)
    pairs += [(f"item {number}: ", wanted, got) for number, (wanted, got) in enumerate(rows, start=1)]
    # A field the person left out is expected to be empty: nothing that a rule finds goes unread.
    return wrong + [
        f"{where}{name}: expected {wanted.get(name)!r}, found {got.get(name)!r}"
        for where, wanted, got in pairs
        for name in sorted(set(wanted) | set(got))
        if (wanted.get(name) or None) != (got.get(name) or None)
    ]
