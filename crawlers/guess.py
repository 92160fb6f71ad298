"""Selectors guessed from one page: a start for a person, never taken for right (the first fixture fails until read).

In the order of trust: what the page says for machines (microdata, OpenGraph, the values of JSON-LD where they stand on the page
too) and values beside a label; then words in classes and keys; last the longest text. Listings are told by what repeats.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from crawlers.labels import Labelled, css_of, labelled
from crawlers.page import Page
from crawlers.text import text_of

# Words of labels, classes and keys, in the order the fields are settled.
WORDS: Mapping[str, str] = {
    "posted_at": r"posted|published|listed|created|added|since|date|fecha|publicad|data\b|veröffentlicht|publié",
    "contact": r"contact|phone|telephone|tel\b|tel[eé]fono|telefone|mobile|m[oó]vil|celular|cell|whatsapp|reach|call|text me",
    "age": r"\bage\b|years|edad|idade|alter\b|\bâge",
    "price": r"price|rate|cost|fee|donation|asks|precio|tarifa|pre[cç]o|preis|tarif|roses",
    "location": r"location|place|city|town|area|where|neighbou?rhood|address|ciudad|zona|cidade|\bort\b|ville|locality",
    "name": r"alias|nickname|goes by|\bname|nombre|nome\b",
    "title": r"title|headline|subject|t[ií]tulo|heading",
    "body": r"body|\btext\b|description|content|wording|about|descripci[oó]n|descri[cç]",
    "native_id": r"^(?:ad_?|native_?|listing_?|post_?)?(?:id|no|number|ref(?:erence)?|sku)$|ad id|listing id",
}
ORDER = ("native_id", "title", "body", *WORDS)
PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in WORDS.items()}
# What a value of the field looks like; a guess by words alone that does not is no guess.
LIKE: Mapping[str, re.Pattern[str]] = {
    "age": re.compile(r"\A\D{0,12}\d{2}\D{0,12}\Z"),
    "price": re.compile(r"\A.{0,80}\d.{0,80}\Z", re.DOTALL),
    "posted_at": re.compile(r"\A.{0,40}\d.{0,40}\Z", re.DOTALL),
    "contact": re.compile(r"\A.{3,200}\Z", re.DOTALL),
    "name": re.compile(r"\A.{1,60}\Z"),
    "location": re.compile(r"\A.{2,120}\Z"),
}
XML = re.compile(r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
HEAD = 2000  # characters in which a feed says what it is
ADDRESSES = ("href", "url", "link", "permalink", "uri")
LINKS = 8  # as many links alike, and no text beside them, are a listing too
ROWS = 20  # looked at for what the first lacks
ITEMS = 5  # as many like siblings with text are a listing
SMALL = 12  # elements within a field
LONG = 40  # characters; so much text in a row of a list is an ad's own
SHORT_OF = ("script", "style", "nav", "footer", "header")


@dataclass(frozen=True, slots=True)
class Guess:
    """`kind` is what the page seems to be; `listing` and `ad` are selectors as a manifest has them, `style` its `listing`.

    "ad", "listing" (its items are the ads), or "links": a listing that leads to ads and tells nothing of their pages.
    """

    kind: str
    ad: Mapping[str, str]
    listing: Mapping[str, str] = field(default_factory=dict)
    style: str = "pages"


def guess(page: Page) -> Guess:
    """What the page is and where its fields stand; raises PageError where it cannot be read."""
    if page.text.lstrip()[:1] in ("{", "["):
        return replace(_from_json(page.json), style="json")
    if XML.search(page.text[:HEAD]):
        return _from_xml(page.json)
    root = page.root
    if rows := _repeated(root):
        listing = {"items": css_of(rows[0]) or str(rows[0].tag)}
        if onward := _onward(root):
            listing["next"] = onward
        return Guess("listing", _together([_fields(row, item=True) for row in rows[:ROWS]]), listing)
    if (link := _links(root)) is not None:
        onward = _onward(root)
        return Guess("links", {}, {"ads": f"{link}::attr(href)"} | ({"next": onward} if onward else {}))
    return Guess("ad", _fields(root, item=False))


def _together(guesses: list[dict[str, str]]) -> dict[str, str]:
    """The first guess with what the others add: not every row has every field."""
    found: dict[str, str] = dict(guesses[0])
    for other in guesses[1:]:
        found.update({name: one for name, one in other.items() if name not in found and one not in found.values()})
    return {name: found[name] for name in dict.fromkeys(ORDER) if name in found}


def _links(root: Any) -> str | None:
    """The selector of the links of a page that is little else."""
    alike: dict[str, set[str]] = {}
    for one in root.iter("a"):
        above = one.getparent()
        css = css_of(one) or (f"{up} {one.tag}" if above is not None and (up := css_of(above) or above.tag) else "a")
        if one.get("href") and len(text_of(one)) > 2:
            alike.setdefault(css, set()).add(one.get("href"))
    css, addresses = max(alike.items(), key=lambda one: len(one[1]), default=("", set()))
    longest = max((len(one.text or "") for one in root.iter("p", "div", "pre", "td", "section", "article")), default=0)
    return css if len(addresses) >= LINKS and longest < LONG else None


def _fields(root: Any, *, item: bool) -> dict[str, str]:
    found: dict[str, str] = {"native_id": _identity(root, item=item)}
    labels = [one for one in (_found_again(root, each) for each in labelled(root)) if one.selector]
    for name in WORDS:
        if name not in found and (selector := _by_label(name, labels, found) or _by_class(name, root, found)):
            found[name] = selector
    if not item:
        _usual(root, found)
    if "body" not in found and (body := _longest(root)):
        found["body"] = body
    return {name: found[name] for name in dict.fromkeys(ORDER) if name in found}


def _found_again(root: Any, one: Labelled) -> Labelled:
    """What JSON-LD says, with the selector of an element that says the same."""
    if one.selector or not one.label.startswith("ld:") or not one.value:
        return one
    label = one.label.rpartition(".")[2].rpartition(":")[2]
    same = (each for each in root.iter() if css_of(each) and _own(each) and text_of(each).strip() == one.value.strip())
    place = next(same, None)
    # The name of a posting is its title; who posted it has a name further down.
    label = "title" if one.label == "ld:name" else label
    return Labelled(label, one.value, css_of(place) or "" if place is not None else "")


def _usual(root: Any, found: dict[str, str]) -> None:
    """The places where titles and dates stand by the meaning of HTML."""
    heads = (one for tag in ("h1", "h2", "title") for one in root.iter(tag))
    if "title" not in found and (title := next(heads, None)) is not None:
        found["title"] = css_of(title) or str(title.tag)
    if (time := next(root.iter("time"), None)) is not None:
        found["posted_at"] = "time::attr(datetime)" if time.get("datetime") else "time"


def _identity(root: Any, *, item: bool) -> str:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for key in ("data-id", "data-ad-id", "data-listing-id", "data-post-id"):
            if element.get(key):
                return f"{'' if element is root else css_of(element) or element.tag}::attr({key})"
    if item and root.get("id"):
        return f"{root.tag}::attr(id)"
    holder = next((one for one in root.iter("main", "article") if one.get("id")), None)
    if holder is not None and re.search(r"\d", holder.get("id", "")):
        return f"{holder.tag}::attr(id)"
    if item:
        return "a::attr(href)"
    return r"url:([A-Za-z0-9_-]+)/?(?:[?#]|$)"


def _by_label(name: str, labels: list[Labelled], found: Mapping[str, str]) -> str | None:
    for one in labels:
        if PATTERNS[name].search(one.label) and one.selector not in found.values() and _like(name, one.value):
            return one.selector
    return None


def _by_class(name: str, root: Any, found: Mapping[str, str]) -> str | None:
    pattern = PATTERNS[name]
    for element in root.iter():
        css = css_of(element)
        if css is None or css in found.values() or element.tag in SHORT_OF:
            continue
        if pattern.search(css.partition(element.tag)[2].replace("-", " ").replace("_", " ")) and _own(element):
            value = text_of(element)
            if value and _like(name, value):
                return f"{css}::attr(datetime)" if name == "posted_at" and element.get("datetime") else css
    return None


def _own(element: Any) -> bool:
    """Whether the element is no frame around others: fields are small."""
    return sum(1 for _ in islice(element.iter(), SMALL + 1)) <= SMALL


def _like(name: str, value: str) -> bool:
    pattern = LIKE.get(name)
    return pattern is None or pattern.match(value.strip()) is not None


def _longest(root: Any) -> str | None:
    """The selector of the element that holds the most text of its own, links and structure aside."""
    best, size = None, 0
    for element in root.iter("div", "p", "section", "article", "pre", "td"):
        own = len(element.text or "") + sum(len(child.tail or "") for child in element)
        if own > size:
            best, size = css_of(element) or str(element.tag), own
    return best


def _repeated(root: Any) -> list[Any]:
    """The rows of a list whose rows are ads: alike, many, and each with text of its own; none where there is no such list."""
    best: list[Any] = []
    most = 0.0
    for parent in root.iter("table", "tbody", "ul", "ol", "div", "section", "main", "body"):
        alike: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            if isinstance(child.tag, str) and (css := css_of(child)):
                alike.setdefault((child.tag, css), []).append(child)
        for (_tag, css), rows in alike.items():
            if len(rows) < ITEMS or "#" in css:
                continue
            own = sum(len(text_of(row)) - _linked(row) for row in rows[:20]) / min(len(rows), 20)
            if own > LONG and own * len(rows) > most:
                best, most = rows, own * len(rows)
    return best


def _linked(row: Any) -> int:
    return sum(len(text_of(one)) for one in row.iter("a"))


def _onward(root: Any) -> str | None:
    for one in root.iter("a", "link"):
        said = " ".join((one.get("rel") or "", one.get("class") or "", one.get("id") or "", one.text or "")).lower()
        if one.get("href") and re.search(r"\b(?:next|more|older|siguiente|pr[oó]xima|weiter|suivant)", said):
            css = f'{one.tag}[rel="next"]' if one.get("rel") == "next" else css_of(one)
            return f"{css or one.tag}::attr(href)"
    return None


def _from_xml(value: Mapping[str, Any]) -> Guess:
    if "items" not in value:
        return Guess("links", {}, {"ads": "jmespath:urls[].loc"}, "sitemap")
    if _full(value["items"]):
        return Guess("listing", {}, {"items": "jmespath:items"}, "feed")
    return Guess("links", {}, {"ads": "jmespath:items[].url"}, "feed")


def _from_json(value: Any) -> Guess:
    rows = next(((key, one) for key, one in _lists(value) if _full(one)), None)
    if rows is not None:
        path, items = rows
        listing = {"items": f"jmespath:{path}"} | _json_onward(value)
        return Guess("listing", _together([_json_fields(one) for one in items[:ROWS]]), listing)
    for path, items in _lists(value):
        key = next(
            (key for key in ADDRESSES if sum(isinstance(one, Mapping) and key in one for one in items) >= 2), None
        )
        if key is not None:
            return Guess("links", {}, {"ads": f"jmespath:{path}[].{key}"} | _json_onward(value))
    return Guess("ad", _json_fields(value))


def _json_onward(value: Any) -> dict[str, str]:
    """What leads on: an address, or a token that an address is made with."""
    key = next((key for key in value if "next" in str(key).lower()), None) if isinstance(value, Mapping) else None
    if key is None:
        return {}
    token = isinstance(value[key], str | int) and "/" not in str(value[key])
    return {"next": f"jmespath:{key}"} | ({"follow": "?cursor={next}"} if token else {})


def _json_fields(value: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("native_id", *WORDS):
        for one in labelled(value):
            key = one.label.rpartition(".")[2].replace("_", " ")
            if PATTERNS[name].search(key if name != "native_id" else one.label.rpartition(".")[2]) and (
                one.selector not in found.values() and _like(name, one.value)
            ):
                found.setdefault(name, one.selector)
    found.setdefault("native_id", "jmespath:id")
    return found


def _lists(value: Any) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        yield "@", value
    elif isinstance(value, Mapping):
        yield from ((str(key), below) for key, below in value.items() if isinstance(below, list))


def _full(rows: list[Any]) -> bool:
    """Whether the rows are ads rather than links to them: objects with a long text."""
    objects = [one for one in rows if isinstance(one, Mapping)]
    long = sum(any(len(below.value) > 2 * LONG for below in labelled(one)) for one in objects[:10])
    return len(objects) >= 2 and long * 2 >= len(objects[:10])
