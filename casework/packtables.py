"""Tables for people's own tools, CSV and a spreadsheet: no cell is ever a formula, and every character can be had back.

In CSV a cell that a spreadsheet might take for a formula gets an apostrophe before it, and so does one that begins with an
apostrophe: `unguard` takes one off. In the spreadsheet cells are typed as text; one too long goes on in the next row.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter

# With the full-width forms, which some programs turn into plain ones, and what may stand before a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠", "'")
LONGEST_CELL = 32_000  # characters; a spreadsheet's own limit is 32,767
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  of every spreadsheet, so that equal content is equal bytes
FORBIDDEN = {code: f"\\u{code:04x}" for code in (0xFFFE, 0xFFFF)}  # which XML cannot hold

Rows = Sequence[Sequence[object]]


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(RISKY) else text


def unguard(cell: str) -> str:
    """The text of a cell that `guard` made."""
    return cell.removeprefix("'")


def as_csv(head: Sequence[str], rows: Rows) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([guard(_text(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Iterable[tuple[str, Sequence[str], Rows]]) -> bytes:
    """One sheet per table; the first column numbers the rows, and says where a long cell goes on."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": MADE, "title": "Sidelight"})
    for name, head, rows in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(("row", *head)):
            sheet.write_string(0, column, title)
        line = 1
        for number, row in enumerate(rows, start=1):
            cells = [_text(cell).translate(FORBIDDEN) for cell in row]
            parts = max(1, *(-(-len(cell) // LONGEST_CELL) for cell in cells)) if cells else 1
            for part in range(parts):
                sheet.write_string(line, 0, f"{number}" if part == 0 else f"{number} continued")
                for column, cell in enumerate(cells, start=1):
                    if piece := cell[part * LONGEST_CELL : (part + 1) * LONGEST_CELL]:
                        sheet.write_string(line, column, piece)
                line += 1
    book.close()
    return out.getvalue()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)
