"""Figures of a ranking, each with what it was counted on. Too few groups give None, which is shown as "not measured"."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss

Floats = NDArray[np.float64]
Truth = NDArray[np.int_]

FEWEST = 5  # positives, and negatives, below which nothing is measured
FEWEST_OF_SHARE = 10  # groups below which a share of them is not measured
ROUNDS = 500  # of the bootstrap
TOP = 0.05

MEANING = (
    "The market is synthetic: its figures show that the mechanics work (linking, gate, ranking, no leaks), and say "
    "nothing about how well anything is detected in the world."
)


def precision_at(y: Truth, value: Floats, k: int) -> float:
    """Share of positives in the first k of the ranking (of all, where there are fewer); ties in order of row."""
    order = np.argsort(-value, kind="stable")[:k]
    return float(y[order].mean())


def recall_at(y: Truth, value: Floats, k: int) -> float:
    """Share of all positives that are among the first k."""
    order = np.argsort(-value, kind="stable")[:k]
    return float(y[order].sum() / y.sum())


def average_precision(y: Truth, value: Floats) -> float:
    """Area under precision over recall, tied values as one step: scikit-learn's figure, in a tenth of its time."""
    order = np.argsort(-value, kind="stable")
    found, ranked = np.cumsum(y[order]), value[order]
    steps = np.append(np.flatnonzero(np.diff(ranked)), len(y) - 1)
    precision, recall = found[steps] / (steps + 1), found[steps] / found[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def area_under_roc(y: Truth, value: Floats) -> float:
    """How often a positive stands before a negative, ties counting half."""
    negatives, positives = np.sort(value[y == 0]), value[y == 1]
    before = np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")
    return float(before.mean() / 2 / len(negatives))


def calibration_error(y: Truth, value: Floats, bins: int = 5, top: float = TOP) -> float:
    """Expected calibration error within the top share by value, in bins of equal mass."""
    order = np.argsort(-value, kind="stable")[: max(bins, round(len(y) * top))]
    parts = np.array_split(order, bins)
    return float(sum(len(part) * abs(y[part].mean() - value[part].mean()) for part in parts) / len(order))


def expected_precision(recall: float, false_alarms: float, prevalence: float) -> float:
    """Of the groups put forward, the share that matters, where `prevalence` of all groups does (Bayes)."""
    right = recall * prevalence
    wrong = false_alarms * (1 - prevalence)
    return right / (right + wrong) if right + wrong else 0.0


def share(hits: int, of: int) -> dict[str, Any]:
    """A share with its Wilson score interval of 95 % (Wilson 1927); "not measured" below FEWEST_OF_SHARE."""
    if of < FEWEST_OF_SHARE:
        return {"value": None, "interval": None}
    z, found = 1.959964, hits / of
    middle, spread = found + z * z / (2 * of), z * sqrt(found * (1 - found) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    low, high = max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
    return {"value": round(found, 4), "interval": [round(low, 4), round(high, 4)]}


def reliability(y: Truth, chance: Floats, bins: int = 10) -> list[dict[str, Any]]:
    """The points of a reliability plot: bins of equal mass, lowest first, with what was claimed and what was found."""
    order = np.argsort(chance, kind="stable")
    return [
        {
            "n": len(part),
            "claimed": round(float(chance[part].mean()), 4),
            "found": round(float(y[part].mean()), 4),
            "interval": share(int(y[part].sum()), len(part))["interval"],
        }
        for part in np.array_split(order, min(bins, max(1, len(order) // FEWEST_OF_SHARE)))
        if len(part)
    ]


def brier_skill(y: Truth, chance: Floats) -> float:
    """1 less the Brier score over that of always claiming the prevalence: above 0 it says more than the prevalence does."""
    return float(1 - brier_score_loss(y, np.clip(chance, 0.0, 1.0)) / (y.mean() * (1 - y.mean())))


def figures(
    y: Truth, value: Floats, chance: Floats | None = None, *, capacity: int = 50, seed: int = 0
) -> dict[str, Any]:
    """The figures of one ranking with bootstrap intervals of 95 %. `capacity` is how many groups the queue holds.

    `chance` holds the probabilities behind the ranking where a model claims any; without it calibration is not measured,
    and Brier is of the values. A queue that would hold all of the groups says nothing about their order: not measured.
    """
    base = round(float(y.mean()), 6) if len(y) else None
    found: dict[str, Any] = {"n": len(y), "positives": int(y.sum()), "prevalence": base, "capacity": capacity}
    if not enough(y):
        return {**found, **dict.fromkeys((*MEASURES, *AT_QUEUE, *CALIBRATION)), "reliability": []}
    for name, measure in MEASURES.items():
        found[name] = measured(y, value, measure, seed)
    for name, at in AT_QUEUE.items():
        found[name] = measured(y, value, partial(at, k=capacity), seed) if len(y) > capacity else None
    claimed = np.clip(value if chance is None else chance, 0.0, 1.0)
    found["brier"] = round(float(brier_score_loss(y, claimed)), 5)
    found["brier_skill"] = None if chance is None else round(brier_skill(y, chance), 4)
    found["ece_top"] = None if chance is None else round(calibration_error(y, chance), 4)
    found["reliability"] = [] if chance is None else reliability(y, chance)
    return found


def measured(y: Truth, value: Floats, measure: Callable[[Truth, Floats], float], seed: int) -> dict[str, Any]:
    """A measure of a ranking with its interval."""
    return {"value": round(measure(y, value), 4), "interval": interval(y, [value], _first(measure), seed)}


def difference(y: Truth, ours: Floats, theirs: Floats, seed: int = 0) -> dict[str, Any]:
    """Average precision of `ours` less that of `theirs` on the same groups, with a paired bootstrap interval of 95 %."""
    if not enough(y):
        return {"value": None, "interval": None}
    value = average_precision(y, ours) - average_precision(y, theirs)
    spread = interval(y, [ours, theirs], lambda t, v: average_precision(t, v[0]) - average_precision(t, v[1]), seed)
    return {"value": round(value, 4), "interval": spread}


def interval(y: Truth, values: Sequence[Floats], measure: Callable[..., float], seed: int) -> list[float]:
    """The middle 95 % of `measure` over resampled groups; resamples without a positive are drawn again."""
    random = np.random.default_rng(seed)
    found: list[float] = []
    while len(found) < ROUNDS:
        rows = random.integers(0, len(y), len(y))
        if 0 < y[rows].sum() < len(y):
            found.append(measure(y[rows], [value[rows] for value in values]))
    low, high = np.percentile(found, [2.5, 97.5])
    return [round(float(low), 4), round(float(high), 4)]


def slices(y: Truth, value: Floats, by: Mapping[str, Sequence[str]], seed: int = 0) -> dict[str, dict[str, Any]]:
    """Average precision within each value of each slice, with its interval; None with its n where a slice is too small."""
    found: dict[str, dict[str, Any]] = {}
    for name, members in by.items():
        for member in sorted(set(members)):
            rows = np.array([one == member for one in members])
            part = y[rows]
            found[f"{name}: {member}"] = {
                "n": int(rows.sum()),
                "positives": int(part.sum()),
                "average_precision": measured(part, value[rows], average_precision, seed) if enough(part) else None,
            }
    return found


def enough(y: Truth) -> bool:
    """Whether there are FEWEST of either kind, so that a ranking of them can be measured."""
    positives = int(y.sum())
    return min(positives, len(y) - positives) >= FEWEST


MEASURES: dict[str, Callable[[Truth, Floats], float]] = {
    "average_precision": average_precision,
    "p_at_5": partial(precision_at, k=5),
}
AT_QUEUE: dict[str, Callable[..., float]] = {"p_at_queue": precision_at, "recall_at_queue": recall_at}
CALIBRATION = ("brier", "brier_skill", "ece_top")


def _first(measure: Callable[[Truth, Floats], float]) -> Callable[[Truth, Sequence[Floats]], float]:
    return lambda truth, values: measure(truth, values[0])
