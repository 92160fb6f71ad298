"""Answers as a terminal shows them: tables of counts, bars over time, hits and misses of a list."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from indexer.page_print import safe

if TYPE_CHECKING:
    from indexer.lists import Row as Listed
    from indexer.questions import Bar, Cell, Row

BAR = 40  # characters of the longest bar


def print_table(rows: "Sequence[Row]", names: Sequence[str], limit: int, *, measured: bool) -> None:
    """Counts by combination, and the spread of the measure."""
    from rich.table import Table

    out = Console(highlight=False)
    heads = ["unit", "values", "low", "median", "mean", "high"] if measured else []
    table = Table(*names, "ads", *heads)
    for row in rows[:limit]:
        by = ["-" if one is None else safe(one) for one in row.by]
        for place, one in enumerate(row.spreads or (None,)):
            spread = (
                [one.unit, f"{one.values}", *map(_number, (one.low, one.median, one.mean, one.high))] if one else []
            )
            table.add_row(*(map(Text, [*by, f"{row.ads}"] if place == 0 else [""] * (len(by) + 1))), *spread)
    out.print(table)
    if len(rows) > limit:
        out.print(f"and {len(rows) - limit} more rows; --limit shows them", style="dim")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def print_bars(bars: "Sequence[Bar]") -> None:
    """A line for each bar, as long as it has ads."""
    out = Console(highlight=False)
    most = max((one.ads for one in bars), default=1) or 1
    for one in bars:
        out.print(f"{one.start:%Y-%m-%d}  {one.ads:>8,}  {'█' * round(one.ads / most * BAR)}")
    out.print(f"{sum(one.ads for one in bars):,} ads with a date", style="dim")


def print_cells(cells: "Sequence[Cell]", limit: int) -> None:
    """A line for each square."""
    from rich.table import Table

    out = Console(highlight=False)
    table = Table("square", "ads", "south to north", "west to east")
    for one in cells[:limit]:
        table.add_row(
            f"{one.zoom}/{one.x}/{one.y}",
            f"{one.ads:,}",
            f"{one.south:.2f} to {one.north:.2f}",
            f"{one.west:.2f} to {one.east:.2f}",
        )
    out.print(table)


def print_list(rows: "Iterable[Listed]") -> None:
    """A line for each identifier as it is looked up, then how many were found."""
    out = Console(highlight=False)
    counts: dict[str, int] = {"hit": 0, "miss": 0, "unread": 0}
    for row in rows:
        counts[row.said] += 1
        facts: list[Any] = [f"{row.ads} ads", f"{row.groups} groups", *row.newest] if row.ads else []
        out.print(Text(f"{row.said:>6}  {safe(row.identifier)}  {'  '.join(map(safe, facts))}"), soft_wrap=True)
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    out.print(f"{sum(counts.values()):,} identifiers: {said}", style="dim")
