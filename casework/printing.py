"""A report on paper: the same sections as a page of HTML without scripts, links or loads, and as a PDF with its font in it.

Ads are hostile text: marks that hide, turn or break it are spelled out, and what a font cannot show is named by its number.
"""

import hashlib
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.25em .5em;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap}h2{margin-top:2em}p{white-space:pre-wrap;overflow-wrap:anywhere}"
)
SIZE, LINE = 9, 4.6  # points, millimetres
HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, then a table where there is one."""

    title: str
    paragraphs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def plain(text: str) -> str:
    """The text with everything that cannot be seen, or turns or breaks a line, spelled out."""
    return "".join(
        one if one == "\n" or unicodedata.category(one) not in HIDDEN else f"⟨U+{ord(one):04X}⟩" for one in text
    )


def as_html(title: str, sections: Sequence[Section]) -> bytes:
    """One page that loads nothing and runs nothing."""
    style = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'"
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        f"<title>{_html(title)}</title><style>{STYLE}</style></head><body><h1>{_html(title)}</h1>"
    ]
    for one in sections:
        parts.append(f"<h2>{_html(one.title)}</h2>")
        parts += [f"<p>{_html(text)}</p>" for text in one.paragraphs]
        if one.head:
            head = "".join(f"<th>{_html(cell)}</th>" for cell in one.head)
            rows = ("<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in row) + "</tr>" for row in one.rows)
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>")
    return "\n".join([*parts, "</body></html>\n"]).encode()


def as_pdf(title: str, sections: Sequence[Section], at: datetime) -> bytes:
    """A4; `at` is the time in the file, so that equal content is equal bytes. A row of a table is printed as lines."""
    paper = _Paper(format="A4")
    paper.set_creation_date(at)
    paper.set_title(_glyphs(title))
    paper.set_producer("Sidelight")
    paper.add_font("plain", fname=FONT)
    paper.set_font("plain", size=SIZE)
    paper.add_page()
    _write(paper, title, 15)
    for one in sections:
        paper.ln(3)
        _write(paper, one.title, 12)
        for text in one.paragraphs:
            _write(paper, text, SIZE)
        for row in one.rows:
            _write(paper, "\n".join(f"{name}: {cell}" for name, cell in zip(one.head, row, strict=True)), SIZE)
            paper.ln(1.5)
    return bytes(paper.output())


class _Paper(FPDF):
    def footer(self) -> None:
        """The page's number."""
        self.set_y(-12)
        self.set_font("plain", size=7)
        self.cell(0, 5, f"page {self.page_no()} · a review priority orders people's work; it is never a finding")
        self.set_font("plain", size=SIZE)


def _write(paper: FPDF, text: str, size: int) -> None:
    paper.set_font("plain", size=size)
    height = LINE * size / SIZE
    paper.multi_cell(
        0, height, _glyphs(text), wrapmode=WrapMode.CHAR, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT, markdown=False
    )


def _html(text: str) -> str:
    return escape(plain(text))


def _glyphs(text: str) -> str:
    known = _known()
    return "".join(one if one == "\n" or ord(one) in known else f"⟨U+{ord(one):04X}⟩" for one in plain(text))


@cache
def _known() -> frozenset[int]:
    return frozenset(TTFont(FONT, lazy=True).getBestCmap())
