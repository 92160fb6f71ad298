"""A trained, calibrated classifier over group features and masked text: pipeline, fit, and the model it makes.

Indicators that may raise get no negative coefficient, those that may lower no positive one, and all others no column.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from models.features import NAMES
from models.indicators import LOWERS, RAISES, indicators
from store.errors import SidelightError

TEXT = "text"
LEARNED = tuple(name for name in NAMES if indicators()[name].grade in RAISES | LOWERS)
TERMS = 30_000  # of each kind: words and characters
FEWEST = 5  # of each class in the training split, and two in the calibrating one


class TrainingError(SidelightError):
    """There is not enough, or not the right thing, to learn from."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A fitted, calibrated classifier that puts leads in order (models.priority.Model)."""

    name: str
    classifier: CalibratedClassifierCV
    digest: str
    rehearsal: bool
    reads: bool = True

    @property
    def label(self) -> str:
        """Name and the start of its digest, and what it was trained on where that was the market."""
        return f"{self.name} {self.digest[:12]}{' (rehearsal only)' if self.rehearsal else ''}"

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        """The calibrated probability of each group."""
        probability: NDArray[np.float64] = self.classifier.predict_proba(table(strengths, texts))[:, 1]
        return probability


def table(strengths: NDArray[np.float64], texts: Sequence[str]) -> pd.DataFrame:
    """What the pipeline takes: a column for each of LEARNED, and the masked text."""
    columns = {name: strengths[:, NAMES.index(name)] for name in LEARNED}
    return pd.DataFrame({**columns, TEXT: list(texts)})


def pipeline(seed: int) -> Pipeline:
    """The untrained pipeline: strengths as they are, word and character n-grams of the masked text, logistic regression."""
    columns = ColumnTransformer(
        [
            ("strengths", "passthrough", list(LEARNED)),
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=TERMS, sublinear_tf=True), TEXT),
            (
                "characters",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=TERMS, sublinear_tf=True
                ),
                TEXT,
            ),
        ]
    )
    return Pipeline([("columns", columns), ("classifier", LogisticRegression(C=4.0, max_iter=1000, random_state=seed))])


def fit(
    rows: pd.DataFrame, y: NDArray[np.int_], later: pd.DataFrame, later_y: NDArray[np.int_], seed: int
) -> CalibratedClassifierCV:
    """Fit on `rows`, calibrate on `later`; raises TrainingError where either has too few of a class."""
    _enough(y, FEWEST, "the training split")
    _enough(later_y, 2, "the calibrating split")
    fitted = pipeline(seed).fit(rows, y)
    _bind_signs(fitted)
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted), method="sigmoid", cv=2)  # frozen: folds change nothing
    return calibrated.fit(later, later_y)


def canonical_digest(classifier: CalibratedClassifierCV) -> str:
    """SHA-256 of vocabulary, coefficients and calibration, sorted: equal for equal data and seed, whatever the clock."""
    found = hashlib.sha256()
    for calibrated in classifier.calibrated_classifiers_:
        fitted = calibrated.estimator.estimator
        columns = fitted.named_steps["columns"]
        for name in ("words", "characters"):
            vectorizer = columns.named_transformers_[name]
            vocabulary = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
            found.update(orjson.dumps(vocabulary, option=orjson.OPT_SORT_KEYS))
            found.update(np.round(vectorizer.idf_, 9).tobytes())
        logistic = fitted.named_steps["classifier"]
        found.update(np.round(logistic.coef_, 9).tobytes() + np.round(logistic.intercept_, 9).tobytes())
        found.update(repr([(round(one.a_, 9), round(one.b_, 9)) for one in calibrated.calibrators]).encode())
    return found.hexdigest()


def weights(classifier: CalibratedClassifierCV) -> dict[str, float]:
    """The coefficient of every strength and term, by name, strongest first."""
    fitted = classifier.calibrated_classifiers_[0].estimator.estimator
    names = fitted.named_steps["columns"].get_feature_names_out()
    pairs = zip(names, fitted.named_steps["classifier"].coef_[0].tolist(), strict=True)
    return dict(sorted(((str(name), value) for name, value in pairs), key=lambda one: (-abs(one[1]), one[0])))


def _bind_signs(fitted: Pipeline) -> None:
    """Hold the coefficients of strengths to the sign their grade allows. Strengths are the pipeline's first columns."""
    coefficients = fitted.named_steps["classifier"].coef_
    for column, name in enumerate(LEARNED):
        value = coefficients[0, column]
        coefficients[0, column] = max(0.0, value) if indicators()[name].grade in RAISES else min(0.0, value)


def _enough(y: NDArray[np.int_], fewest: int, where: str) -> None:
    positive = int(y.sum())
    negative = len(y) - positive
    if min(positive, negative) < fewest:
        raise TrainingError(
            f"{where} has {positive} groups labelled as indicated and {negative} as not; at least {fewest} of each are "
            "needed: label more groups, of both kinds and over a longer time"
        )
