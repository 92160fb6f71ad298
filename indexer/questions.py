"""Questions over everything that answers a query: counts and prices by place, month or anything else that is counted; how
ads spread over time; and over a map. All are exact, at any size, and the same from both engines."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from indexer.backend import SearchBackend
from indexer.columns import TILE_ZOOM
from indexer.counting import Value
from indexer.fields import FACETS
from indexer.inquiry import inquire, moment
from store.errors import UsageError
from store.workspace import Workspace

# What people say -> the field of the index.
NAMES: Mapping[str, str] = {"city": "place_label", "town": "place_label", **{name: name for name in FACETS}}
MOST_BY = 3
MOST_BARS = 1_500
TIMES = {"posted": "posted", "found": "first_seen", "seen": "last_seen"}


class Measure(StrEnum):
    """What is measured of each ad beside counting it."""

    PRICE = "price"  # per hour, by currency
    AGE = "age"


MEASURED = {Measure.PRICE: "hourly", Measure.AGE: "age"}


class Step(StrEnum):
    """How wide the bars of a histogram are; days begin in the team's zone, weeks on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spread:
    """The values of a measure: an ad that states several counts with each of them."""

    unit: str  # the currency, or years
    values: int
    low: float
    median: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One combination of values, the ads that hold it, and the measure over them. None where an ad says nothing."""

    by: tuple[str | None, ...]
    ads: int
    spreads: tuple[Spread, ...]

    def as_json(self, names: Sequence[str]) -> dict[str, Any]:
        """The object `search --by --json` writes."""
        spreads = [
            {
                "unit": one.unit,
                "values": one.values,
                "low": one.low,
                "median": one.median,
                "mean": one.mean,
                "high": one.high,
            }
            for one in self.spreads
        ]
        return {"by": dict(zip(names, self.by, strict=True)), "ads": self.ads, "measure": spreads}


@dataclass(frozen=True, slots=True)
class Bar:
    """So many ads from `start` to before `end`."""

    start: datetime
    end: datetime
    ads: int


@dataclass(frozen=True, slots=True)
class Cell:
    """So many ads in the square of a map (Web Mercator tile `zoom`/`x`/`y`) between these edges, in degrees."""

    zoom: int
    x: int
    y: int
    ads: int
    west: float
    south: float
    east: float
    north: float


def table(
    workspace: Workspace,
    text: str,
    by: Sequence[str],
    measure: Measure | None = None,
    backend: SearchBackend | None = None,
) -> list[Row]:
    """Ads that answer the query, by up to three fields; with `measure` the spread of prices per hour or ages in each.

    An ad with two values of a field stands in two rows. The most ads come first. Raises UsageError, QueryError, SearchError.
    """
    unknown = sorted(set(by) - set(NAMES))
    if unknown or not 1 <= len(by) <= MOST_BY:
        known = ", ".join(sorted(NAMES))
        raise UsageError(f"by {unknown[0] if unknown else len(by)!r}: name 1 to {MOST_BY} of {known}")
    fields = [NAMES[name] for name in by]
    if len(set(fields)) < len(fields):
        raise UsageError("by: the same field stands twice")
    with inquire(workspace, text, backend) as (own, _, node):
        ads = dict(own.combinations(node, fields))
        values: dict[tuple[Value, ...], dict[str, list[tuple[float, int]]]] = defaultdict(lambda: defaultdict(list))
        if measure:
            field = MEASURED[measure]
            for (*key, value), count in own.combinations(node, [*(one for one in fields if one != field), field]):
                if value is not None:
                    unit, number = _measured(value)
                    values[_whole(key, value, fields, field)][unit].append((number, count))
    rows = [
        Row(
            tuple(None if one is None else str(one) for one in key),
            count,
            tuple(_spread(unit, counted) for unit, counted in sorted(values[key].items())),
        )
        for key, count in ads.items()
    ]
    return sorted(rows, key=lambda row: (-row.ads, tuple(one or "" for one in row.by)))


def histogram(
    workspace: Workspace,
    text: str,
    step: Step = Step.DAY,
    of: str = "posted",
    backend: SearchBackend | None = None,
) -> list[Bar]:
    """How the ads that answer spread over time, from the first to the last, empty bars too.

    `of` is posted, found (first collected) or seen (last). Raises UsageError where there would be more than 1,500 bars.
    """
    if of not in TIMES:
        raise UsageError(f"a histogram of {of!r}; known are {', '.join(TIMES)}")
    with inquire(workspace, text, backend) as (own, _, node):
        found = own.extent(node, TIMES[of])
        if found is None:
            return []
        present = moment(workspace)
        first, last = (datetime.fromtimestamp(one, UTC).astimezone(present.zone).date() for one in found)
        days = [_begin(first, step)]
        while days[-1] <= last:
            days.append(_following(days[-1], step))
            if len(days) > MOST_BARS:
                raise UsageError(f"more than {MOST_BARS:,} bars by {step}; ask for wider ones, or for a shorter time")
        edges = [present.midnight(day) for day in days]
        counts = own.between(node, TIMES[of], [int(edge.timestamp()) for edge in edges])
    return [Bar(start, end, count) for start, end, count in zip(edges, edges[1:], counts, strict=False)]


def map_grid(workspace: Workspace, text: str, zoom: int = 6, backend: SearchBackend | None = None) -> list[Cell]:
    """The ads that answer, by where their first place with coordinates lies; zoom 0 is one square for the world, 12 the finest.

    Raises UsageError, QueryError, SearchError.
    """
    if not 0 <= zoom <= TILE_ZOOM:
        raise UsageError(f"a grid of zoom {zoom}; ask for 0 to {TILE_ZOOM}")
    counts: dict[tuple[int, int], int] = defaultdict(int)
    with inquire(workspace, text, backend) as (own, _, node):
        for (tile,), count in own.combinations(node, ["tile"]):
            if tile is not None:
                _, x, y = map(int, str(tile).split("/"))
                counts[x >> (TILE_ZOOM - zoom), y >> (TILE_ZOOM - zoom)] += count
    return [_cell(zoom, x, y, count) for (x, y), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _measured(value: Value) -> tuple[str, float]:
    if isinstance(value, str):
        unit, _, number = value.rpartition(" ")
        return unit, float(number)
    return "years", float(value or 0)


def _whole(key: Sequence[Value], value: Value, fields: Sequence[str], measured: str) -> tuple[Value, ...]:
    """The key of the row, where the measure may itself be what rows are told apart by."""
    rest = iter(key)
    return tuple(value if field == measured else next(rest) for field in fields)


def _spread(unit: str, counted: list[tuple[float, int]]) -> Spread:
    """From each value and how many ads state it; the median of an even number is the middle of the two."""
    counted = sorted(counted)
    values = sum(count for _, count in counted)
    mean = math.fsum(value * count for value, count in counted) / values
    middle = (_at(counted, (values - 1) // 2) + _at(counted, values // 2)) / 2
    return Spread(unit, values, counted[0][0], round(middle, 2), round(mean, 2), counted[-1][0])


def _at(counted: list[tuple[float, int]], place: int) -> float:
    for value, count in counted:
        if place < count:
            return value
        place -= count
    raise IndexError(place)


def _begin(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def _following(day: date, step: Step) -> date:
    if step is Step.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if step is Step.WEEK else 1)


def _cell(zoom: int, x: int, y: int, ads: int) -> Cell:
    side = 2**zoom

    def latitude(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

    return Cell(zoom, x, y, ads, x / side * 360 - 180, latitude(y + 1), (x + 1) / side * 360 - 180, latitude(y))
