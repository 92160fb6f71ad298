"""Tables for a spreadsheet run nothing and lose nothing."""

import csv
import zipfile
from io import BytesIO, StringIO
from xml.etree import ElementTree

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
    book = packtables.as_workbook([("a", ("text",), [["x" * 32_000 + "y" * 6_000]])])
    with zipfile.ZipFile(BytesIO(book)) as opened:
        cells = list(ElementTree.fromstring(opened.read("xl/sharedStrings.xml")).itertext())  # noqa: S314  our own
    assert cells == ["row", "text", "1", "x" * 32_000, "1 continued", "y" * 6_000]
