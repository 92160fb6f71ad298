"""How much structure a page may hold, found out before a tree is built of it.

A tree takes a hundred times the bytes of its source, and libxml2 takes quadratic time over the attributes of one element.
So a page of any size is first run through the same parser without a tree, which stops at the first figure too many.
"""

from typing import Any

from lxml import html

ELEMENTS = 200_000  # elements, comments and instructions of a page
ATTRIBUTES = 300_000
ATTRIBUTES_OF_ONE = 500
# Nothing that fits in here takes noticeable time or memory, whatever it is.
SMALL = 32 * 1024
PIECE = 64 * 1024
TOKEN_PIECES = 24  # of one tag or comment, together 1.5 MB
JSON_VALUES = 250_000  # objects and lists
JSON_STRINGS = 1_000_000  # quotes: two for each key and each text
JSON_COMMAS = 1_000_000
EVENTS = 500_000  # elements and pieces of text between them


class _Excess(Exception):  # noqa: N818  a way out of the parser, never an error
    """The page is beyond a bound."""


class _Meter:
    """Counts what the parser meets."""

    def __init__(self) -> None:
        self.events = 0
        self._nodes = 0
        self._attributes = 0

    def start(self, _tag: str, attributes: Any) -> None:
        self._attributes += len(attributes)
        if len(attributes) > ATTRIBUTES_OF_ONE:
            raise _Excess(f"an element with {len(attributes)} attributes")
        if self._attributes > ATTRIBUTES:
            raise _Excess(f"more than {ATTRIBUTES} attributes")
        self._count()

    def comment(self, _text: str) -> None:
        self._count()

    def pi(self, _target: str, _data: str | None = None) -> None:
        self._count()

    def data(self, _text: str) -> None:
        self.events += 1
        if self.events > EVENTS:
            raise _Excess(f"more than {EVENTS} pieces of text")

    def close(self) -> None:
        """Asked for by the parser at the end."""

    def _count(self) -> None:
        self.events += 1
        self._nodes += 1
        if self._nodes > ELEMENTS:
            raise _Excess(f"more than {ELEMENTS} elements")


def beyond_html(source: bytes) -> str | None:
    """What a page in UTF-8 has too much of, or None."""
    if len(source) <= SMALL:
        return None
    meter = _Meter()
    parser = html.HTMLParser(recover=True, encoding="utf-8", huge_tree=False, target=meter)
    met = silent = 0
    try:
        for start in range(0, len(source), PIECE):
            parser.feed(source[start : start + PIECE])
            silent = silent + 1 if meter.events == met else 0
            met = meter.events
            if silent > TOKEN_PIECES:
                return f"a tag or comment of more than {TOKEN_PIECES * PIECE} bytes"
        parser.close()
    except _Excess as excess:
        return str(excess)
    except Exception:
        return None  # what the parser cannot read is told where the tree is built
    return None


def beyond_json(source: bytes) -> str | None:
    """What a JSON text has too much of, or None."""
    if len(source) <= SMALL:
        return None
    if source.count(b"{") + source.count(b"[") > JSON_VALUES:
        return f"more than {JSON_VALUES} objects and lists"
    if source.count(b",") > JSON_COMMAS:
        return f"more than {JSON_COMMAS} commas"
    return f"more than {JSON_STRINGS} quotes" if source.count(b'"') > JSON_STRINGS else None
