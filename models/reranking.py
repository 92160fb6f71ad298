"""What a trained model is: the scorecard's points, a bounded correction learned from strengths, and a share of what text says.

    margin = intercept + slope x points + strengths x correction + share x (what the text says, within LIMIT either way)
    probability = a curve over the margin that only rises: a sigmoid, or steps (models.calibrating)

With slope 1, no correction and share 0 it ranks as the scorecard does. Indicators that may raise never lower a margin, those
that may lower never raise it, whatever was learned; all other grades have no column.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline

from models import scorecard
from models.calibrating import chance
from models.features import NAMES
from models.indicators import LOWERS, RAISES, indicators

Floats = NDArray[np.float64]
Truth = NDArray[np.int_]

TEXT = "text"
LEARNED = tuple(name for name in NAMES if indicators()[name].grade in RAISES | LOWERS)
LIMIT = 3.0  # log odds that text may add or take at a share of 1
STEADY = 0.01  # how firmly the slope of the points is held at 1, once


class Reranker(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fitted model; `models.training.fit` makes it. Takes the rows of `models.training.table`."""

    steps: Floats | None = None  # also of a model file from before there were any

    def __init__(
        self,
        correction: Floats | None = None,
        slope: float = 1.0,
        intercept: float = 0.0,
        text: Pipeline | None = None,
        prior: float = 0.0,
        share: float = 0.0,
        calibration: tuple[float, float] = (1.0, 0.0),
        steps: Floats | None = None,
    ) -> None:
        self.correction = correction
        self.slope = slope
        self.intercept = intercept
        self.text = text
        self.prior = prior  # log odds of the labels that the text was learned from
        self.share = share
        self.calibration = calibration
        self.steps = steps

    def fit(self, X: pd.DataFrame, y: Truth) -> "Reranker":  # noqa: ARG002, N803  made by models.training.fit
        """Changes nothing; a model is made whole."""
        return self

    def margin(self, rows: pd.DataFrame, said: Floats | None = None) -> Floats:
        """Log odds before calibration. `said` is what `says` gives for these rows, where that is known already."""
        strengths = rows[list(LEARNED)].to_numpy(dtype=np.float64)
        correction = np.zeros(len(LEARNED)) if self.correction is None else self.correction
        made: Floats = self.intercept + self.slope * points(strengths) + strengths @ correction
        if self.share and self.text is not None:
            said = says(self.text, self.prior, rows[TEXT]) if said is None else said
            made = made + self.share * said
        return made

    def predict_proba(self, X: pd.DataFrame) -> Floats:  # noqa: N803  scikit-learn's name
        """Columns of the calibrated probability of no and yes."""
        made = chance(self.margin(X), self.calibration, self.steps)
        return np.column_stack((1 - made, made))

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def says(text: Pipeline, prior: float, texts: Iterable[str]) -> Floats:
    """Log odds that the text adds to those of the labels, within LIMIT either way."""
    found: Floats = np.clip(text.decision_function(texts) - prior, -LIMIT, LIMIT)
    return found


def points(strengths: Floats) -> Floats:
    """The scorecard's sum of points, from the columns of LEARNED; indicators of other grades weigh nothing."""
    found: Floats = np.clip(scorecard.points(widened(strengths)).sum(axis=1), 0.0, None)
    return found


def widened(strengths: Floats) -> Floats:
    """Columns of LEARNED as columns of NAMES, zero for all others."""
    wide = np.zeros((len(strengths), len(NAMES)))
    wide[:, [NAMES.index(name) for name in LEARNED]] = strengths
    return wide


def correct(strengths: Floats, y: Truth, spread: float) -> tuple[float, float, Floats]:
    """Intercept, slope of the points and correction: the likeliest, the correction held near zero by `spread`.

    Bounds are part of the fit, so what one column may not take goes to none by clipping afterwards.
    """
    said = points(strengths)

    def loss(free: Floats) -> tuple[float, Floats]:
        intercept, slope, correction = free[0], free[1], free[2:]
        margin = intercept + slope * said + strengths @ correction
        wrong = 1 / (1 + np.exp(-margin)) - y
        value = np.logaddexp(0, margin).sum() - y @ margin
        value += correction @ correction / (2 * spread) + STEADY * (slope - 1) ** 2
        slopes = (wrong @ said + 2 * STEADY * (slope - 1), *(strengths.T @ wrong + correction / spread))
        return float(value), np.array([wrong.sum(), *slopes])

    raises = [indicators()[name].grade in RAISES for name in LEARNED]
    bounds: list[tuple[float | None, float | None]] = [
        (None, None),
        (0.0, None),
        *((0.0, None) if one else (None, 0.0) for one in raises),
    ]
    start = np.array([log_odds(y), 1.0, *np.zeros(len(LEARNED))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    return float(found[0]), float(found[1]), found[2:]


def log_odds(y: Truth) -> float:
    """Log odds of the share of yes, of which a half is added to either side."""
    share = (y.sum() + 0.5) / (len(y) + 1)
    return float(np.log(share / (1 - share)))
