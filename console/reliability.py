"""A reliability plot: what a model claimed against what was found, with the interval of each point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SIZE, LEFT, FOOT, TOP, RIGHT = 320, 38, 30, 8, 10
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin in pixels; `low` and `high` are the ends of its interval, or None where it is too small to have one."""

    x: float
    y: float
    low: float | None
    high: float | None
    radius: float
    told: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a template draws, in pixels."""

    size: int
    ideal: tuple[float, float, float, float]
    dots: tuple[Dot, ...]
    down: tuple[tuple[float, str], ...]
    across: tuple[tuple[float, str], ...]


def reliability(points: Sequence[Mapping[str, Any]]) -> Plot | None:
    """The plot of a model's reliability bins (models.metrics.reliability); None where nothing was claimed."""
    if not points:
        return None
    most = max(one["n"] for one in points)
    dots = []
    for one in points:
        interval = one.get("interval")
        told = f"claimed {one['claimed']:.2f}, found {one['found']:.2f}, {one['n']} groups"
        low, high = (_y(interval[0]), _y(interval[1])) if interval else (None, None)
        dots.append(Dot(_x(one["claimed"]), _y(one["found"]), low, high, round(3 + 4 * one["n"] / most, 1), told))
    return Plot(
        SIZE,
        (_x(0), _y(0), _x(1), _y(1)),
        tuple(dots),
        tuple((_y(value), f"{value:g}") for value in TICKS),
        tuple((_x(value), f"{value:g}") for value in TICKS),
    )


def _x(value: float) -> float:
    return round(LEFT + value * (SIZE - LEFT - RIGHT), 1)


def _y(value: float) -> float:
    return round(SIZE - FOOT - value * (SIZE - FOOT - TOP), 1)
