"""Selectors of a manifest: CSS unless prefixed; `xpath:`, `jmespath:` (JSON), `url:` (a pattern over the page's address).

A selector is compiled once and yields what it finds as a list: strings as they stand, elements as their text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jmespath
from cssselect import SelectorError, SelectorSyntaxError
from jmespath.exceptions import JMESPathError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from crawlers.text import text_of

_css = HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Selector:
    """`find(context)` lists what is there. `reads` says what the context is: "html" element, "json" value, or "url"."""

    reads: str
    find: Callable[[Any], list[Any]]


@lru_cache(maxsize=4096)
def compiled(written: str) -> Selector:
    """The selector `written` describes; raises ValueError where it is not valid."""
    prefix, found, rest = written.partition(":")
    if found and prefix == "jmespath":
        return Selector("json", _jmespath(rest))
    if found and prefix == "url":
        return Selector("url", _pattern(rest))
    if found and prefix == "xpath":
        return Selector("html", _xpath(rest))
    return Selector("html", _xpath(_from_css(rest if found and prefix == "css" else written)))


def texts(found: list[Any]) -> list[str]:
    """What a selector found, as text: an element by its text, a number by its JSON text.

    What an element within an element says has been said: on a page whose tags do not close it would be said n * n times.
    """
    elements = {one for one in found if isinstance(one, etree._Element)}
    return [
        text
        for one in found
        if not (len(elements) > 1 and isinstance(one, etree._Element) and _within(one, elements))
        and (text := _text(one))
    ]


def _within(element: etree._Element, others: set[etree._Element]) -> bool:
    return any(above in others for above in element.iterancestors())


def _text(one: Any) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, etree._Element):
        return text_of(one)
    if one is None or isinstance(one, bool | dict | list):
        return ""
    return str(one)


def _from_css(written: str) -> str:
    try:
        return _css.css_to_xpath(written)
    except (SelectorError, SelectorSyntaxError) as problem:
        raise ValueError(f"{written!r} is no CSS selector: {problem}") from None


def _xpath(written: str) -> Callable[[Any], list[Any]]:
    try:
        expression = etree.XPath(written, smart_strings=False)
    except etree.XPathSyntaxError as problem:
        raise ValueError(f"{written!r} is no XPath: {problem}") from None

    def find(context: Any) -> list[Any]:
        found = expression(context)
        if not isinstance(found, list):
            found = [found]
        return [one.strip() if isinstance(one, str) else one for one in found]

    return find


def _jmespath(written: str) -> Callable[[Any], list[Any]]:
    try:
        expression = jmespath.compile(written)
    except JMESPathError as problem:
        raise ValueError(f"{written!r} is no JMESPath: {problem}") from None

    def find(context: Any) -> list[Any]:
        found = expression.search(context)
        if isinstance(found, list):
            return found
        return [] if found is None else [found]

    return find


def _pattern(written: str) -> Callable[[Any], list[Any]]:
    try:
        expression = re.compile(written)
    except re.error as problem:
        raise ValueError(f"{written!r} is no pattern: {problem}") from None
    if expression.groups != 1:
        raise ValueError(f"{written!r} needs exactly one group, the part of the address to take")

    def find(url: Any) -> list[Any]:
        return [found.group(1)] if (found := expression.search(url)) else []

    return find
