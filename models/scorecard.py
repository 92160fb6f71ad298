"""The scorecard: published points by grade of evidence, no labels needed.

    points of an indicator = weight x strength; within a family the strongest counts whole, every other one half
    raw = 1 - exp(-sum of points)
    value = CUT + (1 - CUT) x raw for a lead, CUT x raw for anything else

A lead has two families that raise, one of them of grade L. So every lead stands before everything that is none.
`models.scorecard_estimator` has it in the form that scikit-learn expects, which takes seconds to import.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def points(X: ArrayLike, weights: Mapping[str, float] | None = None, second: float = SECOND) -> Floats:  # noqa: N803
    """Points of each row of `features.matrix` and each feature, the second and later ones of a family times `second`.

    `weights` replaces published ones by id. Raises ValueError where X holds no strengths.
    """
    made: Floats = _rows(X) * weighing(weights)
    for columns in _families().values():
        if len(columns) == 1:
            continue
        some = made[:, columns]
        raising = np.where(some > 0, some, 0.0)
        strongest = np.zeros(some.shape, dtype=bool)
        strongest[np.arange(len(some)), raising.argmax(axis=1)] = True
        made[:, columns] = np.where(strongest | (some <= 0), some, some * second)
    return made


def weighing(weights: Mapping[str, float] | None = None) -> Floats:
    """The weight of each of NAMES, published or replaced."""
    table = indicators()
    return np.array([(weights or {}).get(name, table[name].weight) for name in NAMES])


def raw(points: Floats) -> Floats:
    """1 - exp(-sum) of each row of points, in [0, 1]."""
    made: Floats = 1 - np.exp(-np.clip(points.sum(axis=1), 0.0, None))
    return made


def values(X: ArrayLike) -> Floats:  # noqa: N803
    """The priority of each row by published points. It is an order of review, and no calibrated probability."""
    return gated(raw(points(X)), leads(X))


def gated(raw: Floats, lead: Flags) -> Floats:
    """Raw values in [0, 1] as priorities: every lead at CUT or above, everything else below it."""
    value: Floats = np.where(lead, CUT + (1 - CUT) * raw, CUT * raw * (1 - 1e-9))
    return value


def leads(X: ArrayLike) -> Flags:  # noqa: N803
    """The gate that binds every scorer. Structure of one kind alone, or words alone, make no lead."""
    present = _rows(X) >= TRACE
    raising, structure = _gate()
    families = np.sum([present[:, columns].any(axis=1) for columns in raising], axis=0)
    lead: Flags = (families >= 2) & present[:, structure].any(axis=1)
    return lead


@cache
def _gate() -> tuple[list[list[int]], list[int]]:
    """The columns that raise, by family, and those of structure."""
    table = indicators()
    raising = [[one for one in columns if table[NAMES[one]].weight > 0] for columns in _families().values()]
    structure = [column for column, name in enumerate(NAMES) if table[name].grade is Grade.STRUCTURE]
    return [columns for columns in raising if columns], structure


@cache
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
