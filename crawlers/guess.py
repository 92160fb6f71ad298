"""Selectors guessed from one ad page: a start for a person, never taken for right (the first fixture fails until read)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from crawlers.page import Page
from crawlers.text import text_of

# A field is guessed by a word in an element's class or id, or in a JSON key.
WORDS: Mapping[str, str] = {
    "location": r"location|place|city|town|area|where",
    "contact": r"contact|phone|tel|mobile|reach",
    "name": r"alias|nickname|name",
    "age": r"\bage|years",
    "price": r"price|rate|cost|fee",
}
JSON_WORDS: Mapping[str, str] = {
    "native_id": r"^(ad_?|native_?)?id$",
    "title": r"title|headline|subject",
    "body": r"body|text|description|content",
    "posted_at": r"posted|published|created|date",
    **WORDS,
}
PLAIN = re.compile(r"^[A-Za-z][\w-]*$")


def guess(page: Page, *, is_json: bool) -> dict[str, str]:
    """Selectors of an ad's fields."""
    return _from_json(page.json) if is_json else _from_html(page)


def _from_html(page: Page) -> dict[str, str]:
    root = page.root
    found: dict[str, str] = {}
    marked = next((one for one in root.iter() if isinstance(one.tag, str) and one.get("data-id")), None)
    found["native_id"] = (
        f"{_css(marked) or marked.tag}::attr(data-id)" if marked is not None else r"url:([A-Za-z0-9_-]+)/?(?:[?#]|$)"
    )
    if (title := next(root.iter("h1", "h2", "title"), None)) is not None:
        found["title"] = _css(title) or str(title.tag)
    if (body := _longest(root)) is not None:
        found["body"] = body
    if (time := next(root.iter("time"), None)) is not None:
        found["posted_at"] = "time::attr(datetime)" if time.get("datetime") else "time"
    for field, words in WORDS.items():
        pattern = re.compile(words, re.IGNORECASE)
        for element in root.iter():
            css = _css(element)
            if css and css not in found.values() and pattern.search(css.partition(element.tag)[2]) and text_of(element):
                found[field] = css
                break
    return found


def _css(element: Any) -> str | None:
    """A short selector of the element by its id or first class, where it has one that reads plainly."""
    if not isinstance(element.tag, str):
        return None
    if (name := element.get("id")) and PLAIN.match(name) and not re.search(r"\d", name):
        return f"{element.tag}#{name}"
    classes = (element.get("class") or "").split()
    return f"{element.tag}.{classes[0]}" if classes and PLAIN.match(classes[0]) else None


def _longest(root: etree._Element) -> str | None:
    """The selector of the element that holds the most text of its own, links and structure aside."""
    best, size = None, 0
    for element in root.iter("div", "p", "section", "article", "pre", "td"):
        own = len(element.text or "") + sum(len(child.tail or "") for child in element)
        if own > size and (css := _css(element)):
            best, size = css, own
    return best


def _from_json(value: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, key in _keys(value, ()):
        for field, words in JSON_WORDS.items():
            if field not in found and re.search(words, key, re.IGNORECASE):
                found[field] = "jmespath:" + ".".join(path)
                break
    return found


def _keys(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(value, Mapping) or len(path) > 8:
        return
    for key, below in value.items():
        if not PLAIN.match(str(key)):
            continue
        if isinstance(below, Mapping):
            yield from _keys(below, (*path, key))
        elif isinstance(below, str | int | float):
            yield (*path, key), str(key)
