"""A small histogram by month, drawn as bars in one SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT = 720, 84, 18
WIDEST = 46
LABELS = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in pixels; `label` is empty where there is no room for one."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    month: str
    count: int
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Everything a template draws, in pixels."""

    width: int
    height: int
    foot: int
    bars: tuple[Bar, ...]


def histogram(counts: Sequence[tuple[str, int]]) -> Histogram | None:
    """Bars for months such as `2026-05`, those without ads included; None where there are fewer than two."""
    known = {month: count for month, count in counts if len(month) == 7 and month[:4].isdigit() and month[5:].isdigit()}
    months = _between(min(known), max(known)) if known else []
    if len(months) < 2:
        return None
    most = max(known.values())
    step = min(WIDTH / len(months), WIDEST)
    bars = []
    for position, month in enumerate(months):
        count = known.get(month, 0)
        height = round((HEIGHT - FOOT - 6) * count / most, 1)
        labelled = position % max(1, -(-len(months) // LABELS)) == 0
        bars.append(
            Bar(
                x=round(position * step + 1, 1),
                y=round(HEIGHT - FOOT - height, 1),
                width=round(max(step - 3, 1), 1),
                height=height,
                middle=round(position * step + step / 2, 1),
                month=month,
                count=count,
                label=month if labelled else "",
            )
        )
    return Histogram(WIDTH, HEIGHT, HEIGHT - FOOT, tuple(bars))


def _between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, min(end, start + 600) + 1)]
