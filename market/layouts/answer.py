"""What a layout answers, and the pieces of HTML that layouts have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import orjson

from market.catalogue import View

HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type and body of a response; `more` are further header lines, each with its line's end."""

    status: int
    content_type: str
    body: bytes
    more: str = ""


# (the site today, the path below the site's own, the query) -> the answer
Layout = Callable[[View, str, Mapping[str, str]], Answer]


def page(title: str, body: str, *, status: int = 200, charset: str = "utf-8", content_type: str = HTML) -> Answer:
    """A whole HTML page; `charset` is what the page itself says, whatever it is encoded in (always UTF-8)."""
    text = (
        f'<!doctype html>\n<html><head><meta charset="{charset}"><title>{escape(title)}</title></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )
    return Answer(status, content_type, text.encode())


def json(value: object, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, JSON, orjson.dumps(value))


def missing(status: int = 404) -> Answer:
    """Nothing here."""
    return page("Not found", "<h1>Not found</h1><p>There is nothing at this address.</p>", status=status)


def lines(text: str) -> str:
    """Text with its line feeds as <br>."""
    return escape(text).replace("\n", "<br>")


def number(query: Mapping[str, str], name: str) -> int | None:
    """A whole number from the query, 1 where it is missing, None where it is no number above 0."""
    written = query.get(name, "1")
    return int(written) if written.isdecimal() and len(written) < 9 and int(written) > 0 else None
