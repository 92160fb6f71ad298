"""The figures on the pages of docs/reading/: each has a block between two marks that a run of the bench writes anew."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.tally import Row

FOLDER = Path(__file__).parents[1] / "docs" / "reading"
SYNTHETIC = 'Rows that begin with "market:", "red team:" or "unseen:" are of synthetic ads.'
HEAD = ("| what | who | precision | recall | F1 | values | |", "|---|---|---|---|---|---|---|")


def write_pages(rows: Iterable[Row], made: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Put every row on its page; a page that no row belongs to keeps what it has.

    Raises ValueError for a row whose page has no marks, FileNotFoundError where there is no such page.
    """
    pages: dict[str, list[Row]] = {}
    for row in rows:
        pages.setdefault(row.page, []).append(row)
    pages.pop("", None)
    for name, there in pages.items():
        path = folder / f"{name}.md"
        path.write_text(between(path.read_text(encoding="utf-8"), "measured", block(there, made)), encoding="utf-8")


def between(page: str, name: str, text: str) -> str:
    """A page with other text between the marks of that name. Raises ValueError where it has none."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"the page that begins {page[:40]!r} lacks {begin.strip()} or {end}")
    return f"{before}{begin}{text}{end}{after}"


def block(rows: Iterable[Row], made: Mapping[str, Any]) -> str:
    """The measured part of a page."""
    rows = list(rows)
    versions = sorted(f"{peer} {made['peers'][peer]}" for peer in {row.who for row in rows} & made["peers"].keys())
    beside = f", beside {', '.join(versions)}" if versions else ""
    taken = f"Taken on {made['on']} with Python {made['python']}{beside}. {SYNTHETIC}"
    lines = (f"| {' | '.join(cell.replace('|', '/') for cell in row.cells())} |" for row in rows)
    return "\n".join((taken, "", *HEAD, *lines, ""))
