"""The scorecard is a scikit-learn estimator whose points anybody can add up by hand."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from models.features import NAMES
from models.scorecard import CUT
from models.scorecard_estimator import Scorecard


def row(**strengths: float) -> np.ndarray:
    found = np.zeros((1, len(NAMES)))
    for name, strength in strengths.items():
        found[0, NAMES.index(name)] = strength
    return found


def test_it_can_be_cloned_and_put_into_a_pipeline() -> None:
    scorer = clone(Scorecard(weights={"circuit": 0.9}))
    assert scorer.get_params() == {"weights": {"circuit": 0.9}, "second": 0.5}
    piped = make_pipeline(FunctionTransformer(), scorer).fit(row(), [0])
    assert piped.predict_proba(row()).tolist() == [[1.0, 0.0]]


def test_points_are_weight_times_strength_and_half_for_the_second_of_a_family() -> None:
    points = Scorecard().points(row(circuit=1.0, concurrent_presence=0.5, youth_implying=0.4))[0]
    told = {name: round(float(points[NAMES.index(name)]), 4) for name in NAMES if points[NAMES.index(name)]}
    assert told == {"circuit": 0.5, "concurrent_presence": 0.125, "youth_implying": 0.14}
    value = Scorecard().predict_proba(row(circuit=1.0, concurrent_presence=0.5, youth_implying=0.4))[0, 1]
    assert value == pytest.approx(CUT + (1 - CUT) * (1 - np.exp(-0.765)))


@pytest.mark.parametrize("bad", [np.zeros((1, 3)), np.full((1, len(NAMES)), 1.5), np.full((1, len(NAMES)), np.nan)])
def test_what_is_no_row_of_strengths_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected one column|between 0 and 1"):
        Scorecard().predict_proba(bad)
