"""Tables for a spreadsheet run nothing and lose nothing."""

import csv
import tempfile
import zipfile
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import packtables


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_guarded_cell_is_safe_and_loses_nothing(text: str) -> None:
    cell = packtables.guard(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert packtables.unguard(cell) == text
    [_, [back]] = csv.reader(StringIO(packtables.as_csv(("a",), [[text]]).decode("utf-8-sig"), newline=""))
    assert packtables.unguard(back) == text


def _sheets(book: bytes) -> list[dict[str, str]]:
    """Cell -> text, by sheet, as a spreadsheet shows them."""
    with zipfile.ZipFile(BytesIO(book)) as opened:
        known = ["".join(one.itertext()) for one in _tags(opened.read("xl/sharedStrings.xml"), "si")]
        names = sorted(name for name in opened.namelist() if name.startswith("xl/worksheets/"))
        return [
            {cell.attrib["r"]: known[int("".join(cell.itertext()))] for cell in _tags(opened.read(name), "c")}
            for name in names
        ]


def _tags(page: bytes, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(page).findall(f".//{{*}}{tag}")  # noqa: S314  our own


def test_each_row_stands_below_the_one_before_under_its_number() -> None:
    ads, empty = _sheets(packtables.as_workbook([
        ("ads", ("text", "seen"), [["a", datetime(2026, 5, 1, tzinfo=UTC)], [None, 7], ["=1+1", "http://a.example"]]),
        ("a name of more than thirty-one letters", (), [[]]),
    ]))  # fmt: skip
    assert ads == {
        "A1": "row", "B1": "text", "C1": "seen",
        "A2": "1", "B2": "a", "C2": "2026-05-01T00:00:00+00:00",
        "A3": "2", "C3": "7",
        "A4": "3", "B4": "=1+1", "C4": "http://a.example",
    }  # fmt: skip
    assert empty == {"A1": "row", "A2": "1"}


def test_a_text_too_long_for_a_cell_goes_on_in_the_next_row() -> None:
    rows = [["x" * 32_000, "b"], ["x" * 64_000 + "y", "b"], ["c", "d"]]
    [cells] = _sheets(packtables.as_workbook([("a", ("text", "more"), rows)]))
    assert [cells.get(f"A{line}") for line in range(2, 8)] == ["1", "2", "2 continued", "2 continued", "3", None]
    assert [len(cells[f"B{line}"]) for line in range(2, 7)] == [32_000, 32_000, 32_000, 1, 1]
    assert [line for line in range(2, 7) if f"C{line}" in cells] == [2, 3, 6]


def test_what_the_format_cannot_hold_is_written_by_its_number() -> None:
    [cells] = _sheets(packtables.as_workbook([("a", ("text",), [["\ufffe and \uffff"]])]))
    assert cells["B2"] == "\\ufffe and \\uffff"


def test_equal_tables_are_equal_bytes_and_nothing_of_them_is_written_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    tables = [("a", ("text",), [["quiet"]])]
    book = packtables.as_workbook(tables)
    assert book == packtables.as_workbook(tables)
    with zipfile.ZipFile(BytesIO(book)) as opened:
        assert b"2000-01-01T00:00:00Z" in opened.read("docProps/core.xml")


def test_a_spreadsheet_tells_the_csv_from_one_in_its_own_alphabet() -> None:
    assert packtables.as_csv(("a",), [["é"]]) == b'\xef\xbb\xbf"a"\r\n"\xc3\xa9"\r\n'
