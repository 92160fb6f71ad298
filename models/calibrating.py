"""Calibration: from margins to probabilities, fitted on margins of groups that the model in question did not learn from.

A few hundred groups held aside have a handful of positives, and a curve through these says little about the first groups of
a queue. So the groups that were learned from count too, each with the margin of a model that was fitted without its fold.
A sigmoid (Platt 1999) has two numbers and bends too little where the gate makes two populations; steps that only rise
(isotonic) bend as they must and need more positives. The one with the lesser cross-validated loss is taken.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Truth = NDArray[np.int_]
Sigmoid = tuple[float, float]  # slope and intercept

FOLDS = 5
# Steps are flat, and what stands on one has no order; this share of the sigmoid gives it the order of the margins.
KEPT = 0.05


def folds(blocks: Sequence[str], y: Truth, seed: int) -> NDArray[np.int_]:
    """A fold for each row, FOLDS of them: rows of one block together, and the blocks with a positive spread evenly."""
    positive = dict.fromkeys(blocks, 0)
    for block, yes in zip(blocks, y.tolist(), strict=True):
        positive[block] = max(positive[block], yes)
    random = np.random.default_rng(seed)
    place: dict[str, int] = {}
    for yes in (1, 0):
        some = sorted(block for block, found in positive.items() if found == yes)
        place |= {some[row]: turn % FOLDS for turn, row in enumerate(random.permutation(len(some)).tolist())}
    return np.array([place[block] for block in blocks], dtype=int)


def calibrated(margin: Floats, y: Truth, fold: NDArray[np.int_]) -> tuple[Sigmoid, Floats | None]:
    """The sigmoid, and the steps (two rows: margins, probabilities) where they do better; rows of one fold stay together."""
    loss = np.zeros(2)
    for one in range(FOLDS):
        rest = fold != one
        if rest.all() or not 0 < y[rest].sum() < rest.sum():
            continue
        curve = sigmoid(margin[rest], y[rest])
        for place, stepped in enumerate((None, steps(margin[rest], y[rest]))):
            loss[place] += _loss(y[~rest], chance(margin[~rest], curve, stepped))
    curve = sigmoid(margin, y)
    return curve, (steps(margin, y) if loss[1] < loss[0] else None)


def chance(margin: Floats, curve: Sigmoid, stepped: Floats | None) -> Floats:
    """The probability at each margin. It rises with the margin, whichever curve it is of."""
    smooth: Floats = 1 / (1 + np.exp(-(curve[0] * margin + curve[1])))
    if stepped is None:
        return smooth
    made: Floats = KEPT * smooth + (1 - KEPT) * np.interp(margin, stepped[0], stepped[1])
    return made


def sigmoid(margin: Floats, y: Truth) -> Sigmoid:
    """Slope and intercept of Platt's sigmoid. A slope that is not positive would turn the order round: it stays 1."""
    middle, spread = float(margin.mean()), float(margin.std()) or 1.0
    fitted = LogisticRegression(C=100.0).fit(((margin - middle) / spread).reshape(-1, 1), y)
    slope = float(fitted.coef_[0, 0]) / spread
    if slope <= 0:
        return 1.0, float(np.log(y.mean() / (1 - y.mean()))) - middle
    return slope, float(fitted.intercept_[0]) - slope * middle


def steps(margin: Floats, y: Truth) -> Floats:
    """Isotonic steps as two rows, margins and probabilities; none is quite 0 or 1, for a few hundred groups prove neither."""
    least, most = 0.5 / len(y), 1 - 0.5 / (y.sum() + 1)
    fitted = IsotonicRegression(y_min=least, y_max=most).fit(margin, y)
    return np.array([fitted.X_thresholds_, fitted.y_thresholds_], dtype=np.float64)


def _loss(y: Truth, claimed: Floats) -> float:
    inside = np.clip(claimed, 1e-9, 1 - 1e-9)
    return float(-np.sum(np.log(np.where(y == 1, inside, 1 - inside))))
