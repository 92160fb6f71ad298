"""Tables for a spreadsheet run nothing and lose nothing."""

import csv
import zipfile
from io import StringIO

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


def test_a_text_too_long_for_a_cell_goes_on_in_the_next_row() -> None:
    import xml.etree.ElementTree as Tree

    text = "x" * 70_000
    book = packtables.as_workbook([("a", ("text",), [[text]])])
    with zipfile.ZipFile(__import__("io").BytesIO(book)) as opened:
        held = "".join(Tree.fromstring(opened.read("xl/sharedStrings.xml")).itertext())  # noqa: S314
    assert held.count("continued") == 2
    assert "x" * 32_000 in held
