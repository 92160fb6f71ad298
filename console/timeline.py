"""Time drawn as rows of marks: when a group was where, and when it used which name and contact."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

WIDTH, ROW, TOP, LABELS = 720, 20, 22, 186
LABEL = 23  # characters
STEPS = (1, 2, 7, 14, 30, 91, 182, 365)  # days between two lines
LINES = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What is drawn in one row: a label, the instants at which an ad shows it, and whether they are joined by a bar."""

    label: str
    kind: str
    instants: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row in pixels: the bar from first to last, and a mark for each day with ads, its radius by their number."""

    label: str
    kind: str
    y: float
    start: float
    end: float
    marks: tuple[tuple[float, float], ...]

    @property
    def strokes(self) -> list[tuple[float, str]]:
        """The marks as SVG paths of round dots, one for each width: a year of days is a few elements and not hundreds."""
        by_width: dict[float, list[str]] = defaultdict(list)
        for x, radius in self.marks:
            by_width[round(2 * radius, 1)].append(f"M{x:g} {self.y:g}h0")
        return [(width, "".join(dots)) for width, dots in by_width.items()]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything a template draws, in pixels."""

    width: int
    height: int
    left: int
    rows: tuple[Drawn, ...]
    lines: tuple[tuple[float, str], ...]


def timeline(rows: Sequence[Row], zone: ZoneInfo) -> Timeline | None:
    """The rows over the days they span, a day in the team's zone; None where there is no instant."""
    rows = [row for row in rows if row.instants]
    day_of = {moment: moment.astimezone(zone).date() for moment in {one for row in rows for one in row.instants}}
    days = [[day_of[moment] for moment in row.instants] for row in rows]
    every = [day for own in days for day in own]
    if not every:
        return None
    first, last = min(every), max(every)
    span = max((last - first).days, 1)
    across = (WIDTH - LABELS - 14) / span

    def x(day: date) -> float:
        return round(LABELS + 6 + (day - first).days * across, 1)

    drawn = []
    for position, (row, own) in enumerate(zip(rows, days, strict=True)):
        marks = tuple((x(day), _radius(ads)) for day, ads in sorted(Counter(own).items()))
        y = TOP + ROW * (position + 0.5)
        drawn.append(Drawn(_short(row.label), row.kind, y, x(min(own)), x(max(own)), marks))
    step = next((one for one in STEPS if span / one <= LINES), STEPS[-1])
    lines = [first + timedelta(days=offset) for offset in range(0, span + 1, step)]
    return Timeline(
        WIDTH,
        TOP + ROW * len(rows) + 6,
        LABELS,
        tuple(drawn),
        tuple((x(day), f"{day:%d %b %y}".lstrip("0")) for day in lines),
    )


def _radius(ads: int) -> float:
    return round(min(2.6 + 0.9 * sqrt(ads - 1), 7.0), 1)


def _short(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
