"""A page is read as its writer wrote it, whatever its encoding, and within bounds."""

import gzip
import time
import zlib
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawlers.dates import parse_date
from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.text import text_of
from tests.pace import slowdown

# Without a clock in them the names of the tests stay the same.
gzipped = partial(gzip.compress, mtime=0)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b", "a\nb"),
        ("a<br>\n   b<br> <br>c", "a\nb\n \nc"),
        ("<p>a</p>\n<p>b</p>", "a\nb"),
        ("<p>a</p><br><p>b</p>", "a\n\nb"),
        ("\n  one\n  two  three\n", "one two  three"),
        ("call<pre>5 5 5\n  0 1</pre>now", "call\n5 5 5\n  0 1\nnow"),
        ("<table><tr><td>1h</td>\n<td>80</td></tr><tr><td>2h</td></tr></table>", "1h\t80\n2h"),
        ("a<script>x()</script>b<!-- c --><style>d</style>", "ab"),
        ("5<b>5</b>5 &#8203;0&nbsp;1", "555 \u200b0\u00a01"),
    ],
)
def test_text_keeps_lines_and_blanks_as_written(markup: str, text: str) -> None:
    assert text_of(html.fromstring(f"<div>{markup}</div>")) == text


PRINTED = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from(" \t"), max_size=60)


@given(st.lists(PRINTED, min_size=1, max_size=5))
def test_lines_of_any_characters_come_back_through_br(lines: list[str]) -> None:
    written = "\n".join(lines).strip(" \t\r\n")
    element = html.fragment_fromstring("<div></div>")
    first, *rest = written.split("\n")
    element.text = first
    for line in rest:
        below = element.makeelement("br")
        below.tail = line
        element.append(below)
    assert text_of(element) == written


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), "text/html", "é"),
        ("é".encode("cp1252"), "text/html", "é"),
        ("é".encode("utf-16"), "text/html; charset=latin-1", "é"),
        ("<meta charset=windows-1251>Ж".encode("cp1251"), "", "<meta charset=windows-1251>Ж"),
        ("<meta charset=utf-16>é".encode(), "", "<meta charset=utf-16>é"),
        ("é".encode(), "text/html; charset=punycode", "é"),
        (b"a\xff", "text/html; charset=utf-8", "a\ufffd"),
    ],
)
def test_the_encoding_is_taken_from_mark_header_page_or_bytes(body: bytes, content_type: str, text: str) -> None:
    assert Page("http://x.example/", body, content_type).text == text


def test_an_unknown_encoding_is_read_anyway_and_named() -> None:
    page = Page("http://x.example/", b"a", "text/html; charset=klingon")
    assert page.text == "a"
    assert page.problems == ("http://x.example/: unknown encoding 'klingon', read as utf-8",)


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b" \n", "", "empty"),
        (b"x" * 9_000_000, "", "larger than"),
        (gzipped(b"x" * 9_000_000), "gzip", "unpack to more"),
        (gzipped(b"x" * 2_000_000), "gzip", "unpack to more"),
        (gzipped(gzipped(b"x")), "gzip, gzip", "not asked for"),
        (gzipped(b"<p>whole</p>")[:-9], "gzip", "cut short"),
        (b"<p " + b" ".join(b"a%d" % number for number in range(20_000)) + b">", "", "20000 attributes"),
        (b"<b></b>" * 400_000, "", "200000 elements"),
        (b"<p a='" + b"x y" * 600_000 + b"'>", "", "a tag or comment of more"),
        (b"<div>" * 400 + b"x", "", "depth"),
        (b"no gzip at all", "gzip", "damaged"),
        (b"x", "br", "not asked for"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(body: bytes, encoding: str, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        Page("http://x.example/", body, "", encoding).root  # noqa: B018  reading raises


@pytest.mark.parametrize("packed", [gzipped(b"hello"), zlib.compress(b"hello"), zlib.compress(b"hello")[2:-4]])
def test_compressed_pages_are_unpacked_whatever_deflate_means(packed: bytes) -> None:
    encoding = "gzip" if packed.startswith(b"\x1f") else "deflate"
    assert Page("http://x.example/", packed, "", encoding).text == "hello"


@pytest.mark.parametrize(
    "body", ["<div>" * 100_000, f"<p title='{'x' * 8_000_000}'>", "<" * 1_000_000, "<a " * 300_000]
)
def test_a_hostile_page_is_done_with_quickly(body: str) -> None:
    begun = time.process_time()
    with suppress(PageError):
        text_of(Page("http://x.example/", body.encode()).root)
    assert time.process_time() - begun < 5 * slowdown()


def test_blanks_cost_linear_time() -> None:
    begun = time.process_time()
    text_of(html.fromstring(f"<div>a{' ' * 1_000_000}b{' <br> ' * 50_000}c</div>"))
    assert time.process_time() - begun < 5 * slowdown()


def test_dates_are_read_in_the_sites_time_zone() -> None:
    from zoneinfo import ZoneInfo

    chicago = ZoneInfo("America/Chicago")
    assert parse_date("2026-07-01 12:00", (), chicago).isoformat() == "2026-07-01T17:00:00+00:00"
    assert parse_date("01 Jul 2026,  12:00", ["%d %b %Y, %H:%M"], chicago).hour == 17
    assert parse_date("2026-07-01T12:00:00+02:00", (), chicago).hour == 10
    with pytest.raises(ValueError, match="dates"):
        parse_date("yesterday", ["%d %b %Y"], chicago)
