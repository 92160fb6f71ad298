"""The figures on the pages of docs/reading/: each has a block between two marks that a run of the bench writes anew."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.tally import Row

FOLDER = Path(__file__).parents[1] / "docs" / "reading"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = ("| what | who | precision | recall | F1 | values | |", "|---|---|---|---|---|---|---|")


def write_pages(rows: Iterable[Row], made: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Put every row on its page; a page that no row belongs to keeps what it has.

    Raises ValueError for a row whose page is missing or has no marks.
    """
    pages: dict[str, list[Row]] = {}
    for row in rows:
        pages.setdefault(row.page, []).append(row)
    pages.pop("", None)
    for name, there in pages.items():
        path = folder / f"{name}.md"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{path}: no page with {BEGIN} and {END}; add it")
        path.write_text(before + block(there, made) + after, encoding="utf-8")


def block(rows: Iterable[Row], made: Mapping[str, Any]) -> str:
    """The measured part of a page."""
    rows = list(rows)
    versions = sorted(f"{peer} {made['peers'][peer]}" for peer in {row.who for row in rows} & made["peers"].keys())
    taken = f"Taken on {made['on']} with Python {made['python']}" + (
        f", beside {', '.join(versions)}." if versions else "."
    )
    lines = (f"| {' | '.join(cell.replace('|', '/') for cell in row.cells())} |" for row in rows)
    return "\n".join((BEGIN, taken, "", *HEAD, *lines, END))
