"""The scorecard: published points by grade of evidence, no labels needed, in the form scikit-learn expects.

    points of an indicator = weight x strength; within a family the strongest counts whole, every other one half
    raw = 1 - exp(-sum of points)
    value = CUT + (1 - CUT) x raw for a lead, CUT x raw for anything else

A lead has two families that raise, one of them of grade L. So every lead stands before everything that is none.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from models.features import NAMES
from models.indicators import Grade, indicators

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NAME = "scorecard"
VERSION = "1"
CUT = 0.2
# A family counts towards a lead once one of its indicators is this strong; a trace in one ad of twenty is not.
TRACE = 0.25
SECOND = 0.5


class Scorecard(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Scores rows of `features.matrix`. `weights` replaces published ones by id, for what-if questions in a notebook."""

    def __init__(self, weights: Mapping[str, float] | None = None, second: float = SECOND) -> None:
        self.weights = weights
        self.second = second

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002, N803  nothing is learned
        """Checks the number of columns; the points are published, not fitted."""
        self.n_features_in_ = _rows(X).shape[1]
        self.classes_ = np.array([0, 1])
        return self

    def points(self, X: ArrayLike) -> Floats:  # noqa: N803  scikit-learn's name
        """Points of each row and feature, the second and later ones of a family halved."""
        table = indicators()
        weights = np.array([(self.weights or {}).get(name, table[name].weight) for name in NAMES])
        points: Floats = _rows(X) * weights
        for columns in _families().values():
            some = points[:, columns]
            raising = np.where(some > 0, some, 0.0)
            strongest = np.zeros(some.shape, dtype=bool)
            strongest[np.arange(len(some)), raising.argmax(axis=1)] = True
            points[:, columns] = np.where(strongest | (some <= 0), some, some * self.second)
        return points

    def leads(self, X: ArrayLike) -> Flags:  # noqa: N803
        """Which rows may be leads: two families that raise, at least one of them by structure."""
        return leads(X)

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Columns 1 - value and value. The value is an order of review; it is no calibrated probability."""
        value = gated(1 - np.exp(-np.clip(self.points(X).sum(axis=1), 0.0, None)), leads(X))
        return np.column_stack((1 - value, value))

    def predict(self, X: ArrayLike) -> NDArray[np.int_]:  # noqa: N803
        """1 for a lead."""
        return leads(X).astype(int)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def gated(raw: Floats, lead: Flags) -> Floats:
    """Raw values in [0, 1] as priorities: every lead at CUT or above, everything else below it."""
    value: Floats = np.where(lead, CUT + (1 - CUT) * raw, CUT * raw * (1 - 1e-9))
    return value


def leads(X: ArrayLike) -> Flags:  # noqa: N803
    """The gate that binds every scorer. Structure of one kind alone, or words alone, make no lead."""
    present = _rows(X) >= TRACE
    table = indicators()
    raising = {
        family: [column for column in columns if table[NAMES[column]].weight > 0]
        for family, columns in _families().items()
    }
    families = np.sum([present[:, columns].any(axis=1) for columns in raising.values() if columns], axis=0)
    structure = [column for column, name in enumerate(NAMES) if table[name].grade is Grade.STRUCTURE]
    lead: Flags = (families >= 2) & present[:, structure].any(axis=1)
    return lead


def _families() -> dict[str, list[int]]:
    table = indicators()
    families: dict[str, list[int]] = {}
    for column, name in enumerate(NAMES):
        families.setdefault(table[name].family, []).append(column)
    return families


def _rows(X: ArrayLike) -> Floats:  # noqa: N803
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(NAMES):
        raise ValueError(f"expected one column for each of the {len(NAMES)} features, found shape {rows.shape}")
    if not ((rows >= 0) & (rows <= 1)).all():
        raise ValueError("every strength is between 0 and 1")
    return rows
