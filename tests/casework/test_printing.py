"""A report on paper says all that it was given, with nothing in it that hides or acts, and is the same bytes each time."""

import re
import zlib
from datetime import UTC, datetime

import pytest

from casework.printing import Section, as_html, as_pdf, plain

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECTIONS = (
    Section(
        "What it rests on", ("First paragraph.", "Tab\tand \u202eturn"), ("ad", "text"), (("harbor:1", "<b>quiet</b>"),)
    ),
    Section("Empty"),
)


def _words(paper: bytes) -> str:
    """The text of a PDF, by its own table from glyphs to characters."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL):
        try:
            streams.append(zlib.decompress(found[1]))
        except zlib.error:
            streams.append(found[1])
    table: dict[str, str] = {}
    for stream in streams:
        if b"beginbfchar" in stream:
            pairs = re.findall(rb"<([0-9A-Fa-f]{4})> *<([0-9A-Fa-f]{4})>", stream)
            table |= {left.decode().lower(): chr(int(right, 16)) for left, right in pairs}
    shown = []
    for stream in streams:
        if b" Tj" in stream or b" TJ" in stream:
            for text in re.findall(rb"\(((?:\\.|[^\\)])*)\) *Tj", stream, re.DOTALL):
                raw = re.sub(rb"\\([()\\rn])", lambda one: {b"r": b"\r", b"n": b"\n"}.get(one[1], one[1]), text)
                codes = (raw[at : at + 2].hex() for at in range(0, len(raw), 2))
                shown.append("".join(table.get(code, "?") for code in codes))
    return "\n".join(shown)


def test_everything_stands_on_the_paper_with_the_pages_number() -> None:
    words = _words(as_pdf("Report of a case", SECTIONS, AT))
    for said in (
        "Report of a case",
        "What it rests on",
        "First paragraph.",
        "ad: harbor:1",
        "text: <b>quiet</b>",
        "Empty",
    ):
        assert said in words
    assert "⟨U+0009⟩and ⟨U+202E⟩turn" in words
    assert "page 1" in words
    assert "page 2" not in words
    assert "never a finding" in words


def test_the_file_is_named_after_the_report() -> None:
    paper = as_pdf("Report \u202e7", SECTIONS, AT)
    [title] = re.findall(rb"/Title <([0-9a-f]+)>", paper)
    assert bytes.fromhex(title.decode()).decode("utf-16") == "Report ⟨U+202E⟩7"
    assert b"Sidelight" in paper


def test_each_page_has_its_number_and_words_that_look_like_marks_stay_words() -> None:
    words = _words(as_pdf("Report", [Section("a", ("**bold** --off-- [x](https://a.example)",) * 200)], AT))
    assert all(f"page {number} " in words for number in (1, 2, 3))
    assert words.count("**bold** --off-- [x](https://a.example)") == 200


def test_equal_content_is_equal_bytes_and_the_time_in_it_is_that_of_the_report() -> None:
    paper = as_pdf("Report", SECTIONS, AT)
    assert paper == as_pdf("Report", SECTIONS, AT)
    assert b"20260501120000" in paper
    assert paper != as_pdf("Report", SECTIONS, AT.replace(year=2025))


def test_a_row_has_a_cell_for_each_heading() -> None:
    with pytest.raises(ValueError, match="argument"):
        as_pdf("Report", [Section("a", head=("one", "two"), rows=[("alone",)])], AT)


def test_the_page_escapes_what_it_is_given_and_allows_its_own_style_alone() -> None:
    page = as_html("<i>Report</i>", SECTIONS).decode()
    assert "<title>&lt;i&gt;Report&lt;/i&gt;</title>" in page
    assert "<h1>&lt;i&gt;Report&lt;/i&gt;</h1>" in page
    assert "<td>harbor:1</td><td>&lt;b&gt;quiet&lt;/b&gt;</td>" in page
    assert "<th>ad</th><th>text</th>" in page
    assert page.count("<table>") == 1
    assert "default-src &#x27;none&#x27;; style-src &#x27;sha256-" in page
    assert page.endswith("</body></html>\n")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\nb", "a\nb"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("\u2028", "⟨U+2028⟩"),
        ("\ufeffé", "⟨U+FEFF⟩é"),
        ("\ue000", "⟨U+E000⟩"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, seen: str) -> None:
    assert plain(text) == seen
