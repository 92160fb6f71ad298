"""The scorecard in the form that scikit-learn expects, for notebooks: to be cloned, compared, and asked what-if questions."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from models import scorecard
from models.scorecard import SECOND, Flags, Floats


class Scorecard(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Scores rows of `features.matrix`. `weights` replaces published ones by id."""

    def __init__(self, weights: Mapping[str, float] | None = None, second: float = SECOND) -> None:
        self.weights = weights
        self.second = second

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002, N803  nothing is learned
        """Checks the columns; the points are published, not fitted."""
        self.n_features_in_ = self.points(X).shape[1]
        self.classes_ = np.array([0, 1])
        return self

    def points(self, X: ArrayLike) -> Floats:  # noqa: N803  scikit-learn's name
        """Points of each row and feature, the second and later ones of a family halved."""
        return scorecard.points(X, self.weights, self.second)

    def leads(self, X: ArrayLike) -> Flags:  # noqa: N803
        """Which rows may be leads: two families that raise, at least one of them by structure."""
        return scorecard.leads(X)

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Columns 1 - value and value. The value is an order of review; it is no calibrated probability."""
        value = scorecard.gated(scorecard.raw(self.points(X)), scorecard.leads(X))
        return np.column_stack((1 - value, value))

    def predict(self, X: ArrayLike) -> NDArray[np.int_]:  # noqa: N803
        """1 for a lead."""
        return scorecard.leads(X).astype(int)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags
