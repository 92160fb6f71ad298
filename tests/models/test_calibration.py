"""Calibration: a curve that only rises, fitted on margins that no model learned from, and bent where it has to be."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.calibrating import FOLDS, calibrated, chance, folds
from models.metrics import calibration_error
from models.training import shifted

Floats = NDArray[np.float64]
GROUPS = 4_000


def drawn(claimed: Floats, seed: int = 0) -> NDArray[np.int_]:
    return (np.random.default_rng(seed).random(len(claimed)) < claimed).astype(int)


def two_populations(margin: Floats) -> Floats:
    """Next to nothing below a gate, and a fifth to a half above it: no sigmoid has this shape."""
    return np.where(margin < 2.0, 0.005, np.where(margin < 3.0, 0.2, 0.5))


def test_a_block_is_in_one_fold_and_the_folds_share_the_positives() -> None:
    blocks = [f"block {row // 3}" for row in range(90)]
    y = np.array([int(row % 9 == 0) for row in range(90)])
    found = folds(blocks, y, seed=0)
    assert all(len(set(found[start : start + 3])) == 1 for start in range(0, 90, 3))
    assert [int(y[found == one].sum()) for one in range(FOLDS)] == [2] * FOLDS
    assert (folds(blocks, y, seed=0) == found).all()


def test_where_the_gate_makes_two_populations_steps_are_taken_and_hold_on_others() -> None:
    margins = np.random.default_rng(1).normal(size=(2, GROUPS)) * 1.5
    y = drawn(two_populations(margins[0]))
    fold = np.arange(GROUPS) % FOLDS
    curve, stepped = calibrated(margins[0], y, fold)
    assert stepped is not None
    held = drawn(two_populations(margins[1]), seed=2)
    claimed = chance(margins[1], curve, stepped)
    assert calibration_error(held, claimed) <= 0.08
    assert calibration_error(held, claimed) < calibration_error(held, chance(margins[1], curve, None))


def test_a_probability_never_falls_as_the_margin_rises_and_keeps_its_order_on_a_step() -> None:
    margin = np.random.default_rng(3).normal(size=GROUPS)
    curve, stepped = calibrated(margin, drawn(two_populations(margin + 1)), np.arange(GROUPS) % FOLDS)
    claimed = chance(np.linspace(-4, 4, 500), curve, stepped)
    assert (np.diff(claimed) > 0).all()
    assert claimed.min() > 0
    assert claimed.max() < 1


@pytest.mark.parametrize("stated", [0.02, 0.2])
def test_after_a_change_of_prevalence_the_documented_correction_holds(stated: float) -> None:
    margin = np.random.default_rng(4).normal(size=GROUPS * 4)
    truth = 1 / (1 + np.exp(-(2 * margin - 3)))
    y = drawn(truth)
    curve, stepped = calibrated(margin, y, np.arange(len(y)) % FOLDS)
    learned = float(y.mean())
    odds = stated / (1 - stated) / (learned / (1 - learned))
    kept = np.random.default_rng(5).random(len(y)) < np.where(y == 1, min(1, odds), min(1, 1 / odds))
    assert calibration_error(y[kept], shifted(chance(margin[kept], curve, stepped), learned, stated)) <= 0.08
