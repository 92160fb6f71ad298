"""Figures are what their names say, with intervals, and base rates stay in sight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from models import metrics


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40).filter(
        lambda rows: any(y for y, _ in rows)
    )
)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    y = np.array([int(yes) for yes, _ in rows])
    value = np.array([number / 6 for _, number in rows])
    assert metrics.average_precision(y, value) == pytest.approx(average_precision_score(y, value))


def test_a_good_detector_is_mostly_wrong_where_little_matters() -> None:
    assert metrics.expected_precision(0.9, 0.01, 0.01) == pytest.approx(0.48, abs=0.005)
    assert metrics.expected_precision(0.9, 0.01, 0.001) == pytest.approx(0.08, abs=0.005)


def test_precision_and_recall_of_the_first_k() -> None:
    y, value = np.array([1, 0, 1, 0, 1]), np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    assert metrics.precision_at(y, value, 2) == 0.5
    assert metrics.recall_at(y, value, 3) == pytest.approx(2 / 3)
    assert metrics.precision_at(y, value, 50) == 0.6


def test_a_paired_difference_of_equal_rankings_is_nothing_and_of_opposite_ones_is_sure() -> None:
    y = np.array([1, 0] * 40)
    value = np.linspace(0, 0.1, 80) + y * 0.5
    assert metrics.difference(y, value, value) == {"value": 0.0, "interval": [0.0, 0.0]}
    low, high = metrics.difference(y, value, -value)["interval"]
    assert 0 < low < high


def test_calibration_error_is_that_of_the_top_by_value() -> None:
    y = np.array([1] * 10 + [0] * 190)
    sure = np.array([1.0] * 10 + [0.0] * 190)
    assert metrics.calibration_error(y, sure) == 0
    assert metrics.calibration_error(y, np.where(sure == 1, 0.5, 0.0)) == pytest.approx(0.5)
