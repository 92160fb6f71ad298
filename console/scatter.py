"""Values over time as dots: what the ads of a group ask for an hour, and the ages they state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, FOOT, TOP = 720, 170, 46, 22, 10
LINES = 4
LABELS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One value an ad gives, at the ad's time."""

    at: datetime
    value: float
    told: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Everything a template draws, in pixels, and the points for a script (seconds since 1970, value)."""

    width: int
    height: int
    left: int
    foot: int
    dots: tuple[tuple[float, float, str], ...]
    rules: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]
    points: tuple[tuple[float, float], ...]

    def as_json(self) -> list[list[float]]:
        """Instants and values, as two lists."""
        return [[at for at, _ in self.points], [value for _, value in self.points]]


def scatter(given: Sequence[Point]) -> Scatter | None:
    """Dots over the time they span; None for fewer than two."""
    points = sorted(given, key=lambda one: (one.at, one.value))
    if len(points) < 2:
        return None
    first, last = points[0].at, points[-1].at
    span = max((last - first).total_seconds(), 86400.0)
    step = _step(max(one.value for one in points) - min(one.value for one in points))
    low = floor(min(one.value for one in points) / step) * step
    high = max(ceil(max(one.value for one in points) / step) * step, low + step)

    def x(moment: datetime) -> float:
        return round(LEFT + 8 + (moment - first).total_seconds() / span * (WIDTH - LEFT - 18), 1)

    def y(value: float) -> float:
        return round(HEIGHT - FOOT - (value - low) / (high - low) * (HEIGHT - FOOT - TOP), 1)

    heights = [low + step * number for number in range(round((high - low) / step) + 1)]
    every = span / (LABELS - 1)
    return Scatter(
        WIDTH,
        HEIGHT,
        LEFT,
        HEIGHT - FOOT,
        tuple((x(one.at), y(one.value), one.told) for one in points),
        tuple((y(value), f"{value:g}") for value in heights),
        tuple(
            (x(moment), f"{moment:%d %b %y}".lstrip("0"))
            for moment in (first + timedelta(seconds=every * number) for number in range(LABELS))
        ),
        tuple((one.at.timestamp(), one.value) for one in points),
    )


def _step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that some four lines cover the span."""
    rough = max(span, 1.0) / LINES
    power: float = 10.0 ** floor(log10(rough))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
