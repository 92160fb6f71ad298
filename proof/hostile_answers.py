"""Answers that mean harm or are broken: bombs, floods, drips, lies about length and charset. Each with what a verdict must say.

They stand in groups, each a site of its own; what a verdict says of one is looked for among the sentences with its address.
"""

import gzip
import random
import socket
import struct
import time
import zlib
from collections.abc import Callable
from functools import partial

from proof.hostile_server import Answer, page

HTML = "text/html; charset=utf-8"
MIB = 1024 * 1024
ARTICLE = '<article data-id="{0}"><div class="title">T</div><div class="body">B</div></article>'
SLOW = 300.0  # seconds a slow answer would take, far beyond the crawler's patience


def _packed(encoding: str, body: bytes) -> bytes:
    return page(body, HTML, Content_Encoding=encoding)


def _bare(body: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(body) + machine.flush()


def _members(count: int, size: int) -> bytes:
    return gzip.compress(b"x" * size) * count


def squeezed() -> dict[str, tuple[Answer, str]]:
    """Little that becomes much, and compression that lies."""
    bomb = b"<p>" * (20 * MIB)
    once = gzip.compress(b"\0" * (64 * MIB))
    return {
        "gzip-tags": (_packed("gzip", gzip.compress(bomb)), "unpack to more"),
        "gzip-zeros": (_packed("gzip", once), "unpack to more"),
        "gzip-ratio": (_packed("gzip", gzip.compress(b" " * (3 * MIB))), "unpack to more"),
        "zlib-tags": (_packed("deflate", zlib.compress(bomb)), "unpack to more"),
        "bare-deflate": (_packed("deflate", _bare(bomb)), "unpack to more"),
        "x-gzip": (_packed("x-gzip", once), "unpack to more"),
        "members": (_packed("gzip", _members(200, MIB)), "unpack to more"),
        "nested": (_packed("gzip, gzip", gzip.compress(once)), "not asked for"),
        "thrice": (_packed("deflate, gzip, deflate", gzip.compress(gzip.compress(once))), "not asked for"),
        "brotli": (_packed("br", b"\x0b\x02\x80"), "not asked for"),
        "zstandard": (_packed("zstd", b"\x28\xb5\x2f\xfd\x04\x00"), "not asked for"),
        "cut-gzip": (_packed("gzip", gzip.compress(random.Random(1).randbytes(9000))[:-500]), "cut short"),
    }


def grown() -> dict[str, tuple[Answer, str]]:
    """Structure beyond what a page needs."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    many = b" ".join(b"a%d" % number for number in range(100_000))
    return {
        "deep": (page("<div>" * 50_000 + ARTICLE), "bounds"),
        "deep-tables": (page("<table><tr><td>" * 20_000), "bounds"),
        "formatting": (page("<b><i><p>" * 500_000), "elements"),
        "elements": (page("<p>" * (2 * MIB)), "elements"),
        "comments": (page("<!---->" * MIB), "elements"),
        "attributes": (page(b"<p " + many + b">"), "100000 attributes"),
        "attributes-many": (page((b"<p " + many[:2500] + b">") * 3000), "attributes"),
        "one-tag": (page(b"<p " + b"a=1 " * (1_900_000) + b">"), "a tag or comment"),
        "huge-attribute": (page(f"<p title='{'x' * (7 * MIB)}'>"), "a tag or comment"),
        "megabyte-attributes": (page(f"<p a='{'x' * MIB}' b='{'y' * MIB}'>"), "a tag or comment"),
        "open-comment": (page("<!--" + "-x" * (3 * MIB)), "a tag or comment"),
        "entities": (
            page(f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><x>&a9;</x>', "application/xml"),
            "no ad",
        ),
    }


def charsets() -> dict[str, tuple[Answer, str]]:
    """Pages that are not written in what they say."""
    text = ARTICLE.replace("T", "Tä").encode()

    def said(kind: str, number: int, body: bytes = text) -> bytes:
        return page(body.replace(b"{0}", b"%d" % (900 + number)), kind)

    return {
        "klingon": (said("text/html; charset=klingon", 1), "unknown encoding"),
        "long-name": (said(f"text/html; charset={'x' * 5000}", 2), "unknown encoding"),
        "rot13": (said("text/html; charset=rot13", 3), "unknown encoding"),
        "utf-7": (said("text/html; charset=utf-7", 4), "unknown encoding"),
        "idna": (said("text/html; charset=idna", 5), "unknown encoding"),
        "ascii": (said("text/html; charset=utf-8", 6, text.decode().encode("latin-1")), "are not the utf-8"),
        "utf-16": (said("text/html; charset=utf-16", 7), ""),
        "nul": (said("text/html", 8, b"\0".join(text[n : n + 1] for n in range(len(text)))), ""),
        "noise": (page(random.Random(2).randbytes(200_000), "text/html"), ""),
        "empty": (page(" \n"), "empty"),
    }


def broken() -> dict[str, tuple[Answer, str]]:
    """HTTP that is not."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    return {
        "short": (head + b"Content-Length: 5000\r\n\r\n<p>short", "broke off"),
        "no-last-chunk": (chunked + b"5\r\nhello\r\n", "broke off"),
        "bad-chunk": (chunked + b"zz\r\nhello\r\n0\r\n\r\n", "ValueError|broke off|Failed"),
        "negative-chunk": (chunked + b"-5\r\nhello\r\n0\r\n\r\n", "ValueError|broke off|Failed"),
        "chunk-too-short": (chunked + b"2\r\nhello\r\n0\r\n\r\n", "broke off|Failed"),
        "two-lengths": (head + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nhello", "Failed"),
        "negative-length": (head + b"Content-Length: -5\r\n\r\nhello", "Failed"),
        "no-http": (b"hello, this is no HTTP\r\n\r\n", "Failed"),
        "nothing": (b"", "Failed"),
        "reset": (_reset, "Failed"),
    }


def heads() -> dict[str, tuple[Answer, str]]:
    """Heads that do not end, and sizes beyond any page."""
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    piece = b"<p>more</p>" * 6000
    return {
        "endless-headers": (partial(_flood, start, b"X-A: b\r\n" * 4000), "headers"),
        "endless-header": (partial(_flood, start + b"X-A: ", b"b" * 60_000), "Failed|headers"),
        "endless-folds": (partial(_flood, start + b"X-A: b\r\n", b" c\r\n" * 9000), "headers"),
        "endless-interim": (partial(_flood, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000), "headers"),
        "many-headers": (start + b"X-A: b\r\n" * 400 + b"Content-Length: 1\r\n\r\nx", "headers"),
        "said-large": (start + b"Content-Length: 9000000\r\n\r\nx", "larger than the limit"),
        "said-huge": (start + b"Content-Length: 99999999999999999\r\n\r\nx", "larger than the limit"),
        "endless-body": (partial(_flood, start + b"\r\n", piece), "larger than the limit"),
        "endless-chunks": (
            partial(_flood, start + b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n" % (len(piece), piece)),
            "larger than the limit",
        ),
        "tiny-chunks": (
            partial(_flood, start + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 9000),
            "a few bytes",
        ),
    }


def slow() -> dict[str, tuple[Answer, str]]:
    """Answers that take for ever."""
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    return {
        "silent": (partial(_drip, b"", b""), "too long"),
        "drip-status": (partial(_drip, b"", b"H"), "too long"),
        "drip-headers": (partial(_drip, start, b"X-A: b\r\n"), "too long"),
        "drip-body": (partial(_drip, start + b"Content-Length: 90000\r\n\r\n", b"x"), "too long"),
        "drip-chunks": (partial(_drip, start + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "too long"),
        "stalled": (partial(_drip, start + b"Content-Length: 9\r\n\r\nhello", b""), "too long"),
    }


def led_on() -> dict[str, tuple[Answer, str]]:
    """Redirects without an end; `further` goes on with the one that grows."""

    def to(target: str, **more: str) -> bytes:
        return page("", None, 302, Location=target, **more)

    return {
        "itself": (to("/led_on/itself"), "redirect refused"),
        "fragment": (to("/led_on/fragment#x"), "redirect refused"),
        "growing": (to("/led_on/growing?a"), "redirect refused"),
        "nowhere": (page("", None, 302), "redirect refused"),
        "long": (to("/" + "x" * 9000), "redirect refused"),
        "script": (to("javascript:alert(1)"), "redirect refused"),
        "unreadable": (to("http://["), "redirect refused"),
    }


GROUPS: dict[str, Callable[[], dict[str, tuple[Answer, str]]]] = {
    "squeezed": squeezed,
    "grown": grown,
    "charsets": charsets,
    "broken": broken,
    "heads": heads,
    "led_on": led_on,
    "slow": slow,
}


def further(path: str) -> Answer | None:
    """One more step of the redirects that grow."""
    return page("", None, 302, Location=f"{path}a") if path.startswith("/led_on/growing?") else None


def _flood(start: bytes, piece: bytes, connection: socket.socket) -> None:
    connection.sendall(start)
    deadline = time.monotonic() + SLOW
    while time.monotonic() < deadline:
        connection.sendall(piece)


def _drip(start: bytes, piece: bytes, connection: socket.socket) -> None:
    connection.sendall(start)
    deadline = time.monotonic() + SLOW
    while time.monotonic() < deadline:
        time.sleep(1)
        connection.sendall(piece)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n")
