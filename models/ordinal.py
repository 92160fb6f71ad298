"""Figures for labels that have an order: how firm what is known of a group is, from "not" to "convicted".

A ranking says nothing about levels. So it is cut where the levels' own shares lie: the highest values get the highest
level, as many as there are, and so on down. What is measured is how far apart these and the given levels are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from models.labels import FIRMNESS, Label, Tier, Value
from models.metrics import Floats

Levels = NDArray[np.int_]

LEVELS = ("not", "opinion", "corroborated", "charged", "convicted")
FEWEST = 5  # groups of a level for it to count, and three such levels to be measured at all


def level(label: Label) -> int:
    """Where on LEVELS a label stands: 0 for what says no, else its tier."""
    indicated = label.value is Value.INDICATED and label.tier is not Tier.CLEARED
    return LEVELS.index(label.tier.value) if indicated else 0


def firmest(given: list[Label]) -> int:
    """The level of the firmest label of a group."""
    return level(max(given, key=lambda one: (FIRMNESS.index(one.tier), one.at)))


def cut(levels: Levels, value: Floats) -> Levels:
    """The levels as the ranking would give them out: as many of each as there are, the highest values first."""
    said = np.empty_like(levels)
    said[np.argsort(value, kind="stable")] = np.sort(levels)
    return said


def quadratic_kappa(one: Levels, other: Levels) -> float:
    """Cohen's kappa with squared weights: 1 is the same, 0 is chance, and far apart counts more than near."""
    apart = float(((one - other) ** 2).mean())
    chance = float(((one[:, None] - other[None, :]) ** 2).mean())
    return 1 - apart / chance if chance else 1.0


def rank_error(one: Levels, other: Levels) -> float:
    """Mean absolute difference, in levels."""
    return float(np.abs(one - other).mean())


def ordinal(levels: Levels, value: Floats) -> dict[str, Any]:
    """Kappa, mean error of ranks and Kendall's tau-b of a ranking against ordered levels; None where there are too few."""
    counts = {LEVELS[one]: int((levels == one).sum()) for one in sorted(set(levels.tolist()))}
    found: dict[str, Any] = {"n": len(levels), "levels": counts}
    if sum(count >= FEWEST for count in counts.values()) < 3:
        return {**found, "quadratic_kappa": None, "rank_error": None, "kendall_tau": None}
    # Steps between the levels that there are: a level nobody is at makes no two others further apart.
    steps = np.searchsorted(np.unique(levels), levels)
    said = cut(steps, value)
    return {
        **found,
        "quadratic_kappa": round(quadratic_kappa(steps, said), 4),
        "rank_error": round(rank_error(steps, said), 4),
        "kendall_tau": round(float(kendalltau(steps, value).statistic), 4),
    }
