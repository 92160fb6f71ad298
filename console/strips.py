"""A site's runs as a strip of bars: how many ads each saw, in the colour of its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.health import State

STEP, WIDTH, HEIGHT, LEAST = 14, 11, 44, 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One run in pixels."""

    x: int
    y: float
    height: float
    state: str
    told: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Everything a template draws."""

    width: int
    height: int
    bar: int
    bars: tuple[Bar, ...]


def strip(runs: Sequence[tuple[datetime, State | None, int]]) -> Strip | None:
    """Bars for runs, oldest first, as high as their share of the most ads; None without runs."""
    if not runs:
        return None
    most = max(ads for _, _, ads in runs) or 1
    bars = []
    for place, (moment, state, ads) in enumerate(runs):
        height = round(max(LEAST, (HEIGHT - 2) * ads / most), 1)
        verdict = state.value if state else "not ended"
        told = f"{moment:%Y-%m-%d}: {ads:,} ads, {verdict}"
        bars.append(Bar(STEP * place + 1, round(HEIGHT - height, 1), height, state.value if state else "none", told))
    return Strip(STEP * len(runs) + 1, HEIGHT, WIDTH, tuple(bars))
