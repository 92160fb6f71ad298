"""One page as it came: bytes, and from these its text, its tree of elements, or its JSON. A pure value; no network."""

import codecs
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from lxml import etree, html
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from crawlers.bounds import beyond_html, beyond_json
from crawlers.errors import PageError
from crawlers.feeds import read_xml, with_texts

BODY_LIMIT = 8 * 1024 * 1024
# A page that grows more than this when its compression is undone is a trap; below the second figure nobody minds.
RATIO_LIMIT = 200
SMALL = 1024 * 1024
# Tried in this order where a page names no encoding, or one that nobody knows; the last reads any byte.
FALLBACKS = ("utf-8", "cp1252", "latin-1")


@dataclass(frozen=True)
class Page:
    """A fetched page. `kind` says what the site expects there: "listing" or "ad"."""

    url: str
    body: bytes
    content_type: str = ""
    content_encoding: str = ""
    kind: str = "ad"

    @cached_property
    def content(self) -> bytes:
        """The body with its content encoding (gzip, deflate) undone, at most BODY_LIMIT bytes; raises PageError."""
        try:
            body = inflated(self.body, self.content_encoding)
            if body.startswith(b"\x1f\x8b"):  # a packed sitemap, or a page packed twice
                body = inflated(body, "gzip")
        except PageError as problem:
            raise PageError(f"{self.url}: {problem}", problem.trouble) from None
        if not body.strip():
            raise PageError(f"{self.url}: the page is empty")
        if len(body) > BODY_LIMIT:
            raise PageError(f"{self.url}: the page is larger than {BODY_LIMIT} bytes", "bounds.size")
        return body

    @cached_property
    def declared(self) -> str | None:
        """The encoding the page names: byte order mark, then header, then its own meta element."""
        bom, _ = read_bom(self.content[:4])
        if bom:
            return bom
        if named := _usable(http_content_type_encoding(self.content_type)):
            return named
        inside = _usable(html_body_declared_encoding(self.content[:4096]))
        # A meta element that could be read byte by byte does not stand in UTF-16 or UTF-32.
        return "utf-8" if inside and inside.startswith(("utf-16", "utf-32")) else inside

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """What was odd about the page though it could be read."""
        named = _named_charset(self.content_type)
        if named and _usable(resolve_encoding(named)) is None:
            return (f"{self.url}: unknown encoding {named[:40]!r}, read as {self._decoded[1]}",)
        if "\ufffd" in self.text and self.declared and self.text.encode(self.declared, "replace") != self.content:
            return (f"{self.url}: bytes that are not the {self.declared} it declares",)
        if "\0" in self.text:
            return (f"{self.url}: NUL characters, left out",)
        return ()

    @cached_property
    def text(self) -> str:
        """The page's characters. Bytes that do not fit the declared encoding become U+FFFD."""
        return self._decoded[0]

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        _, mark = read_bom(self.content[:4])
        body = self.content.removeprefix(mark) if mark else self.content
        if self.declared:
            return body.decode(self.declared, errors="replace"), self.declared
        for name in FALLBACKS[:-1]:
            try:
                return body.decode(name), name
            except UnicodeDecodeError:
                continue
        return body.decode(FALLBACKS[-1]), FALLBACKS[-1]

    @cached_property
    def root(self) -> etree._Element:
        """The HTML tree; raises PageError where the page or the parser is beyond its bounds (elements, attributes, depth)."""
        source = self.text.replace("\x00", "").encode("utf-8", errors="replace")
        if excess := beyond_html(source):
            raise PageError(f"{self.url}: beyond the bounds of a page: {excess}", "bounds.elements")
        parser = html.HTMLParser(recover=True, encoding="utf-8", huge_tree=False)
        try:
            root = etree.fromstring(source, parser)
        except etree.XMLSyntaxError as problem:
            raise PageError(f"{self.url}: no HTML: {problem.msg}") from None
        for entry in parser.error_log:
            if "XML_PARSE_HUGE" in entry.message:
                what = entry.message.split(",")[0].strip()
                raise PageError(f"{self.url}: beyond the parser's bounds: {what}", "bounds.nesting")
        if root is None:
            raise PageError(f"{self.url}: no element on the page")
        return root

    @cached_property
    def json(self) -> Any:
        """The JSON value, which a sitemap or feed in XML has too; raises PageError."""
        if self.text.lstrip()[:1] == "<":
            try:
                return read_xml(self.text)
            except PageError as problem:
                raise PageError(f"{self.url}: {problem}", problem.trouble) from None
        if excess := beyond_json(self.content):
            raise PageError(f"{self.url}: beyond the bounds of a page: {excess}", "bounds.elements")
        try:
            return with_texts(orjson.loads(self.text))
        except orjson.JSONDecodeError as problem:
            raise PageError(f"{self.url}: no JSON: {problem}") from None


# Codecs of Python that no page is written in; some take quadratic time.
NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem"}
)


def _usable(name: str | None) -> str | None:
    if name is None or name in NO_CHARSETS:
        return None
    return name if codecs.lookup(name)._is_text_encoding else None


def _named_charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def inflated(body: bytes, encoding: str) -> bytes:
    """`body` with one content encoding (gzip, deflate) undone; raises PageError beyond BODY_LIMIT or RATIO_LIMIT."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in ("gzip", "x-gzip", "deflate"):
        raise PageError(f"a content encoding that was not asked for: {name[:40]!r}", "bounds.inflated")
    # 32 + 15: zlib or gzip by its header; -15: bare deflate, which some servers send under the same name.
    for window in (47, -15):
        try:
            plain, left, whole = _undone(body, window)
        except zlib.error:
            continue
        if left or len(plain) > max(SMALL, RATIO_LIMIT * len(body)):
            raise PageError(
                f"{len(body)} bytes that unpack to more than {min(BODY_LIMIT, RATIO_LIMIT * len(body))}",
                "bounds.inflated",
            )
        if not whole:
            raise PageError("the page's compression is cut short", "damaged")
        return plain
    raise PageError("the page's compression is damaged", "damaged")


def _undone(body: bytes, window: int) -> tuple[bytes, bool, bool]:
    """What the members of `body` hold, whether more than BODY_LIMIT was in them, and whether the last one is whole."""
    parts, room, machine = [], BODY_LIMIT + 1, zlib.decompressobj(window)
    while True:
        parts.append(machine.decompress(body, room))
        room -= len(parts[-1])
        if not machine.eof or room <= 0 or not machine.unused_data.startswith(b"\x1f\x8b"):
            return b"".join(parts), room <= 0, machine.eof
        body, machine = machine.unused_data, zlib.decompressobj(window)
