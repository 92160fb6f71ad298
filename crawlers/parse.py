"""A page -> ads and links: a pure function of the page and the site's manifest (and parser), which a replay repeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from crawlers.adlines import FIELD_LIMIT
from crawlers.dates import parse_date
from crawlers.errors import PageError
from crawlers.manifest import AD_FIELDS
from crawlers.page import Page
from crawlers.records import TEXT_FIELDS, Ad, Origin
from crawlers.selectors import compiled, texts
from crawlers.sites import Site

LINKS = ("ads", "next", "categories")
# Values a selector may find for one field of one page, and links on one page: a bound on hostile pages.
VALUES_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a page holds: ads, links (kind "ad" or "listing", with absolute address), and what was odd about it."""

    ads: tuple[Ad, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


def parse(site: Site, page: Page) -> Parsed:
    """Everything on `page`. Raises PageError where it cannot be read, or is an ad page without an ad's id."""
    own = _own(site, page)
    if page.kind == "ad":
        fields: dict[str, list[Any]] = {
            name: select(written, page, page) for name, written in site.manifest.select.ad.items()
        }
        ad, problems = _ad(site, page, {**fields, **own})
        return Parsed((ad,), (), (*problems, *page.problems))
    return _listing(site, page, own)


def _own(site: Site, page: Page) -> dict[str, Any]:
    """What the site's own parser finds; its keys win over the manifest's selectors."""
    if site.parser is None:
        return {}
    try:
        found = site.parser(page)
    except PageError:
        raise
    except Exception as problem:
        raise PageError(f"{page.url}: parser.py raised {type(problem).__name__}: {problem}") from problem
    known = set(AD_FIELDS) if page.kind == "ad" else {*LINKS, "items"}
    if not isinstance(found, Mapping) or (unknown := set(found) - known):
        detail = f"unknown key {min(unknown)!r}" if isinstance(found, Mapping) else f"a {type(found).__name__}"
        raise PageError(f"{page.url}: parser.py returned {detail}; known are {', '.join(sorted(known))}")
    return {key: list(value) if isinstance(value, list | tuple) else [value] for key, value in found.items()}


def _listing(site: Site, page: Page, own: Mapping[str, Any]) -> Parsed:
    rules = site.manifest.select.listing
    base = _base(page)
    links: dict[tuple[str, str], None] = {}
    for name in LINKS:
        written = getattr(rules, name)
        found = texts(own[name] if name in own else select(written, page, page) if written else [])
        for value in found[:VALUES_LIMIT]:
            target = rules.follow.replace("{next}", value) if name == "next" and rules.follow else value
            try:
                links[("ad" if name == "ads" else "listing", urljoin(base, target.strip()))] = None
            except ValueError:
                continue  # an address such as http://[ that cannot be read leads nowhere
    ads: list[Ad] = []
    problems = list(page.problems)
    for number, item in enumerate(items_of(site, page, own), start=1):
        try:
            ad, odd = _ad(site, page, _fields(site, page, item), fragment=True)
        except PageError as problem:
            problems.append(f"item {number}: {problem}")
            continue
        ads.append(ad)
        problems.extend(odd)
    return Parsed(tuple(ads), tuple(links), tuple(problems))


def items_of(site: Site, page: Page, own: Mapping[str, Any] | None = None) -> list[Any]:
    """The ads that a listing page holds itself, as elements or values for the rules of an ad."""
    own = _own(site, page) if own is None else own
    written = site.manifest.select.listing.items
    found = own["items"] if "items" in own else select(written, page, page) if written else []
    return list(found[:VALUES_LIMIT])


def _fields(site: Site, page: Page, item: Any) -> Mapping[str, list[Any]]:
    if site.parser is not None and isinstance(item, Mapping) and not site.manifest.select.ad:
        return {key: list(value) if isinstance(value, list | tuple) else [value] for key, value in item.items()}
    return {name: select(written, page, item) for name, written in site.manifest.select.ad.items()}


def select(written: str, page: Page, context: Any) -> list[Any]:
    """What the selector finds in `context`: the page itself, or one of its items."""
    selector = compiled(written)
    if selector.reads == "url":
        return selector.find(page.url)
    if context is page:
        context = page.json if selector.reads == "json" else page.root
    return selector.find(context)[:VALUES_LIMIT]


def _ad(
    site: Site, page: Page, fields: Mapping[str, list[Any]], *, fragment: bool = False
) -> tuple[Ad, tuple[str, ...]]:
    manifest = site.manifest
    native_id = _first(fields, "native_id").strip()
    if not native_id:
        raise PageError(f"{page.url}: no ad on the page: nothing found for 'native_id'", "layout")
    said = {name: "\n".join(texts(fields.get(name, []))) for name in TEXT_FIELDS}
    if not any(said.values()):
        raise PageError(f"{page.url}: ad {native_id!r} says nothing: no text field was found", "layout")
    for name, text in {**said, "native_id": native_id}.items():
        if len(text) > FIELD_LIMIT:
            raise PageError(f"{page.url}: {name!r} has {len(text)} characters; the limit is {FIELD_LIMIT}")
    problems = []
    posted_at = None
    if written := _first(fields, "posted_at"):
        try:
            posted_at = parse_date(written, manifest.dates, manifest.zone)
        except ValueError as problem:
            problems.append(f"{page.url}: 'posted_at' {problem}")
    url = _first(fields, "url")
    return Ad(
        ad_id=f"{site.name}:{native_id}",
        site=site.name,
        url=urljoin(page.url, url) if url else f"{page.url}#{native_id}" if fragment else page.url,
        posted_at=posted_at,
        **said,
        region=_first(fields, "region").strip().upper() or manifest.region,
        image_hashes=tuple(texts(fields.get("image_hashes", []))),
        origin=Origin(parser=site.version),
    ), tuple(problems)


def _first(fields: Mapping[str, list[Any]], name: str) -> str:
    return next(iter(texts(fields.get(name, []))), "")


def _base(page: Page) -> str:
    if "root" not in page.__dict__ or (base := page.root.find(".//base[@href]")) is None:
        return page.url
    return str(urljoin(page.url, base.get("href", "")))
