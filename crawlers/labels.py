"""Labelled values on a page: definition lists, table rows, "Label: value", microdata, meta and JSON-LD properties, JSON keys.

What a site says of an ad it mostly says beside a label. A label that no rule takes is reported, never dropped in silence.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from lxml import etree

from crawlers.text import text_of

LIMIT = 300  # labels of one page
DEPTH = 8
PAIRS = 2_000  # looked at on one page
SMALL = 40  # elements within a value
LONG = 200  # characters of a line that is "Label: value"; a longer one is prose
COLON = re.compile(r"([^\W\d_][^:\n]{0,31}+):\s*+(\S[^\n]*+)\Z")
PLAIN = re.compile(r"\A[A-Za-z][\w-]*\Z")
ADDRESS = re.compile(r"\A(?:(?:https?:)?/|[a-z0-9+/=_-]{33,}\Z)", re.IGNORECASE)
LINES = frozenset({"li", "p", "div", "span", "td", "h3", "h4", "small"})
# Properties about the page and the site, not about the ad.
FURNITURE = re.compile(
    r"\A(?:(?:og:|twitter:)(?:type|site_name|image|video|url|locale|card|site|creator|description|title)|fb:|al:|@"
    r"|article:(?:author|section|tag)"
    r"|(?:.*[.:])?(?:@context|@type|@id|position|width|height|image|thumbnail|logo)(?:\.|\Z))"
)
SPACED = ("og:", "product:", "place:", "article:", "profile:")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with its label (a JSON value: its path) and a selector that finds such a value on pages of this kind."""

    label: str
    value: str
    selector: str


def labelled(context: Any) -> list[Labelled]:
    """The labelled values of an HTML element or a JSON value, in the order of the page, each label once."""
    pairs = _of_html(context) if isinstance(context, etree._Element) else _of_json(context)
    found: dict[str, Labelled] = {}
    for one in islice(pairs, PAIRS):
        if len(found) >= LIMIT:
            break
        if one.value and len(one.label) <= 80 and not FURNITURE.match(one.label):
            found.setdefault(one.label, one)
    return list(found.values())


def untaken(context: Any, taken: Iterable[str], ignored: Collection[str] = ()) -> list[Labelled]:
    """Those labelled values that do not stand in `taken` (what the rules found) and whose label is not ignored."""
    values = {_plain(text) for text in taken}
    whole = "\n".join(values)
    passed = {_plain(label) for label in ignored}
    return [
        one
        for one in labelled(context)
        if _plain(one.label) not in passed
        and (value := _plain(one.value)) not in values
        and not (len(value) > 3 and value in whole)
        and not ADDRESS.match(value)
    ]


def css_of(element: Any) -> str | None:
    """A short selector of the element by its id or first class, where it has one that reads plainly."""
    if not isinstance(element.tag, str):
        return None
    if (name := element.get("id")) and PLAIN.match(name) and not re.search(r"\d", name):
        return f"{element.tag}#{name}"
    named = next((one for one in (element.get("class") or "").split() if PLAIN.match(one)), None)
    return f"{element.tag}.{named}" if named else None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _of_html(root: etree._Element) -> Iterator[Labelled]:
    if root.tag == "tr":
        yield from _columns(root)
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "dt":
            yield from _defined(element)
        elif tag == "tr":
            yield from _row(element)
        elif tag == "meta":
            yield from _meta(element)
        elif tag == "script" and element.get("type") == "application/ld+json":
            yield from _linked(element)
        elif name := element.get("itemprop"):
            value = element.get("content") or element.get("datetime") or _short(element)
            kind = next((f"::attr({key})" for key in ("content", "datetime") if element.get(key)), "")
            yield Labelled(name, value, f'[itemprop="{name}"]{kind}' if PLAIN.match(name) else "")
        elif tag in LINES:
            yield from _line(element)


def _defined(term: etree._Element) -> Iterator[Labelled]:
    below = next((one for one in term.itersiblings() if isinstance(one.tag, str)), None)
    if below is not None and below.tag == "dd":
        label = _short(term).rstrip(":")
        yield Labelled(label, _short(below), _beside(below, "dt", _trimmed(term), "dd"))


def _row(row: etree._Element) -> Iterator[Labelled]:
    cells = [one for one in row if one.tag in ("th", "td")]
    if len(cells) != 2 or cells[1].tag != "td":
        return
    label = _short(cells[0])
    if cells[0].tag == "th" or label.endswith(":"):
        yield Labelled(label.rstrip(":"), _short(cells[1]), _beside(cells[1], cells[0].tag, _trimmed(cells[0]), "td"))


def _columns(row: etree._Element) -> Iterator[Labelled]:
    """The cells of one row of a table, named by the table's head."""
    table = next(row.iterancestors("table"), None)
    head = next(table.iter("tr"), None) if table is not None else None
    if head is None or head is row:
        return
    names = [_short(one).rstrip(":") for one in head if one.tag == "th"]
    for place, (name, cell) in enumerate(zip(names, (one for one in row if one.tag == "td"), strict=False), start=1):
        yield Labelled(name, _short(cell), css_of(cell) or f"td:nth-child({place})")


def _line(element: etree._Element) -> Iterator[Labelled]:
    """`<li>Age: <b>30</b></li>`, `<p><b>Age:</b> 30</p>` and the like."""
    first = element[0] if len(element) and isinstance(element[0].tag, str) else None
    begins = (element.text or "").strip() or ((first.text or "").strip() if first is not None else "")
    if ":" not in begins[:33] or len(element) > 4:
        return
    text = _short(element)
    if len(text) > LONG or not (found := COLON.match(text)):
        return
    label, value = found.group(1).strip(), found.group(2).strip()
    children = [one for one in element if isinstance(one.tag, str)]
    css = css_of(children[0]) if len(children) == 1 and text_of(children[0]).strip() == value else None
    line = f"//{element.tag}[starts-with(normalize-space(), {_quoted(label + ':')})]"
    yield Labelled(label, value, css or f"xpath:substring-after(normalize-space({line}), {_quoted(label + ':')})")


def _meta(element: etree._Element) -> Iterator[Labelled]:
    name = element.get("property") or ""
    if name.startswith(SPACED):
        yield Labelled(name, (element.get("content") or "").strip(), f'meta[property="{name}"]::attr(content)')


def _linked(element: etree._Element) -> Iterator[Labelled]:
    # What a script holds is no text of the page that a selector of the manifest could take apart: it has no selector.
    try:
        value = orjson.loads(element.text or "")
    except orjson.JSONDecodeError:
        return
    for one in value if isinstance(value, list) else [value]:
        for below in _of_json(one):
            yield Labelled(f"ld:{below.label}", below.value, "")


def _of_json(value: Any, path: tuple[str, ...] = ()) -> Iterator[Labelled]:
    if not isinstance(value, Mapping) or len(path) >= DEPTH:
        return
    for key, below in value.items():
        here = (*path, str(key))
        if isinstance(below, Mapping):
            yield from _of_json(below, here)
        elif isinstance(below, list) and below and all(isinstance(one, str | int | float) for one in below[:20]):
            yield Labelled(".".join(here), "\n".join(map(str, below[:20])), f"jmespath:{_dotted(here)}")
        elif isinstance(below, str | int | float) and not isinstance(below, bool):
            yield Labelled(".".join(here), str(below).strip(), f"jmespath:{_dotted(here)}")


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(one if re.fullmatch(r"[A-Za-z_]\w*", one) else orjson.dumps(one).decode() for one in path)


def _beside(value: etree._Element, tag: str, label: str, kind: str) -> str:
    css = css_of(value)
    return css or f"xpath://{tag}[normalize-space()={_quoted(label)}]/following-sibling::{kind}[1]"


def _trimmed(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _short(element: etree._Element) -> str:
    """Its text; nothing where it is a part of the page and no value, which is also what tags that are not closed look like."""
    if sum(1 for _ in islice(element.iter(), SMALL + 1)) > SMALL:
        return ""
    return text_of(element).strip()[:500]


def _quoted(text: str) -> str:
    """The text as a literal of XPath, which knows no escapes."""
    return f'"{text}"' if '"' not in text else f"'{text.replace(chr(39), ' ')}'"
