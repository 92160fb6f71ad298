"""Sitemaps and feeds (RSS, Atom, JSON Feed) as one shape of JSON each, which the selectors of a manifest then read.

- A sitemap: `{"sitemaps": [{"loc": ...}], "urls": [{"loc": ..., "lastmod": ...}]}`.
- A feed, whatever its format, is a JSON Feed: `{"title": ..., "next_url": ..., "items": [{"id", "url", "title", "content_html",
  "content_text", "summary", "date_published", "authors", "tags", ...}]}`; other elements of an entry keep their local name.

The XML is read as a stream, without entities, external or not, and without the network.
"""

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree, html

from crawlers.errors import PageError
from crawlers.text import text_of

PIECE = 64 * 1024
ENTRIES = 60_000  # a sitemap may name 50,000 addresses
EVENTS = 1_500_000
NAMES = {
    "guid": "id",
    "pubDate": "date_published",
    "published": "date_published",
    "issued": "date_published",
    "date": "date_published",
    "updated": "date_modified",
    "modified": "date_modified",
    "description": "summary",
    "encoded": "content_html",
    "content": "content_html",
}
# Selectors of a manifest that says no others.
LISTINGS: Mapping[str, Mapping[str, str]] = {
    "sitemap": {"ads": "jmespath:urls[].loc", "categories": "jmespath:sitemaps[].loc"},
    "feed": {"ads": "jmespath:items[].url", "next": "jmespath:next_url"},
}
ENTRY = {
    "native_id": "jmespath:id",
    "url": "jmespath:url",
    "title": "jmespath:title",
    "body": "jmespath:content_text",
    "posted_at": "jmespath:date_published",
}


def read_xml(text: str) -> dict[str, Any]:
    """A sitemap or feed in XML as JSON; raises PageError where the text is neither, or beyond its bounds."""
    if "<!ENTITY" in text:
        raise PageError("XML that declares entities", "bounds.elements")
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    found: dict[str, Any] = {}
    source, events = text.encode("utf-8", errors="replace"), 0
    for start in range(0, len(source) + 1, PIECE):
        try:
            parser.feed(source[start : start + PIECE])
        except etree.XMLSyntaxError as problem:
            raise PageError(f"no XML: {problem.msg}") from None
        for event, element in parser.read_events():
            events += 1
            if events > EVENTS:
                raise PageError(f"more than {EVENTS // 2} elements", "bounds.elements")
            _take(found, event, element)
    if not found:
        raise PageError("neither a sitemap nor a feed")
    return found


def with_texts(feed: Any) -> Any:
    """A JSON Feed whose items have their text beside their HTML; any other value as it is."""
    if not isinstance(feed, Mapping) or not str(feed.get("version", "")).startswith("https://jsonfeed.org/"):
        return feed
    items = feed.get("items")
    if not isinstance(items, list):
        return feed
    return {**feed, "items": [_with_text(dict(one)) if isinstance(one, Mapping) else one for one in items]}


def _take(found: dict[str, Any], event: str, element: Any) -> None:
    name = _name(element)
    if event == "start":
        if not found:
            kinds = {"urlset": ("urls", "sitemaps"), "sitemapindex": ("urls", "sitemaps")}
            found.update({key: [] for key in kinds.get(name, ("items",) if name in ("rss", "RDF", "feed") else ())})
            if not found:
                raise PageError(f"neither a sitemap nor a feed but <{name[:40]}>")
        return
    plural = {"url": "urls", "sitemap": "sitemaps", "item": "items", "entry": "items"}.get(name, "")
    if plural in found and (plural == "items" or element.getparent() is element.getroottree().getroot()):
        entry = _entry(element) if plural == "items" else {_name(one): _text(one) for one in _children(element)}
        if len(found[plural]) >= ENTRIES:
            raise PageError(f"more than {ENTRIES} entries", "bounds.elements")
        found[plural].append(entry)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    elif "items" in found and name == "link" and element.get("rel") == "next" and element.get("href"):
        found["next_url"] = element.get("href")
    elif "items" in found and name == "title" and _name(element.getparent()) in ("channel", "feed"):
        found.setdefault("title", _text(element))


def _entry(element: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for one in _children(element):
        name, text = _name(one), _text(one)
        if name == "link":
            if one.get("rel", "alternate") == "alternate" and (url := one.get("href") or text):
                entry.setdefault("url", url)
        elif name in ("category", "subject"):
            entry.setdefault("tags", []).append(one.get("term") or text)
        elif name in ("author", "creator"):
            entry.setdefault("authors", []).append({"name": next((_text(n) for n in one if _name(n) == "name"), text)})
        elif name not in ("enclosure", "thumbnail", "group"):  # pictures and films: never asked for, never kept
            key = NAMES.get(name, name)
            entry.setdefault(key, _date(text) if key.startswith("date_") else text)
    if about := element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"):
        entry.setdefault("id", about)
    entry.setdefault("content_html", entry.get("summary", ""))
    if "id" not in entry and "url" in entry:
        entry["id"] = entry["url"]
    return _with_text(entry)


def _with_text(entry: dict[str, Any]) -> dict[str, Any]:
    source = entry.get("content_html")
    if not entry.get("content_text") and isinstance(source, str) and source:
        entry["content_text"] = _shown(source)
    return entry


def _shown(source: str) -> str:
    """HTML as its reader sees it; text that holds no markup as it is."""
    if "<" not in source and "&" not in source:
        return source
    parser = html.HTMLParser(recover=True, encoding="utf-8", huge_tree=False)
    root = etree.fromstring(f"<div>{source}</div>".encode("utf-8", errors="replace"), parser)
    return source if root is None else text_of(root)


def _children(element: Any) -> Iterator[Any]:
    return (one for one in element if isinstance(one.tag, str))


def _name(element: Any) -> str:
    """Its name without the namespace; none for a comment, or for the parent of what was cut off with an entry before it."""
    if element is None:
        return ""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: Any) -> str:
    """Its text; where an entry holds its HTML as elements (XHTML), their source."""
    if len(element) and element.get("type") == "xhtml":
        return "".join(etree.tostring(one, encoding="unicode", with_tail=False) for one in _children(element))
    return "".join(element.itertext()).strip()


def _date(written: str) -> str:
    """The date of RSS (RFC 822) in ISO 8601; any other as it is."""
    try:
        return parsedate_to_datetime(written).isoformat()
    except ValueError:
        return written
