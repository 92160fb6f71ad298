"""Fitting a model: a correction on the scorecard's points and a share of the masked text, chosen on groups of their own,
calibrated on these and, fold by fold, on those it learned from (models.calibrating).

Few or noisy labels leave the scorecard's order as it is: a candidate takes its place only where it does better on the third
split by more than its standard error.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from models import calibrating, grams, scorecard
from models.features import NAMES
from models.indicators import indicators
from models.metrics import average_precision
from models.reranking import LEARNED, LIMIT, TEXT, Floats, Reranker, Truth, correct, log_odds, says, widened
from store.errors import SidelightError

TERMS = 30_000  # of each kind: words and characters
FEWEST = 5  # of each class in the training split, and two in the calibrating one
SPREADS = (0.03, 0.3)  # how far the correction may go from nothing
SHARES = (0.0, 0.1, 0.25, 0.5)  # of what the text says
ROUNDS = 200  # of the bootstrap that tells a better candidate from a lucky one


class TrainingError(SidelightError):
    """There is not enough, or not the right thing, to learn from."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A fitted, calibrated classifier that puts leads in order (models.priority.Model)."""

    name: str
    classifier: Reranker
    digest: str
    rehearsal: bool

    @property
    def label(self) -> str:
        """Name and the start of its digest, and what it was trained on where that was the market."""
        return f"{self.name} {self.digest[:12]}{' (rehearsal only)' if self.rehearsal else ''}"

    @property
    def reads(self) -> bool:
        """Whether the text has a share in it."""
        return bool(self.classifier.share)

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        """The calibrated probability of each group."""
        probability: NDArray[np.float64] = self.classifier.predict_proba(table(strengths, texts))[:, 1]
        return probability


def table(strengths: NDArray[np.float64], texts: Sequence[str]) -> pd.DataFrame:
    """What a model takes: a column for each of LEARNED, and the masked text."""
    columns = {name: strengths[:, NAMES.index(name)] for name in LEARNED}
    return pd.DataFrame({**columns, TEXT: list(texts)})


def fit(
    rows: pd.DataFrame,
    y: Truth,
    later: pd.DataFrame,
    later_y: Truth,
    seed: int,
    ranked: NDArray[np.bool_] | None = None,
    blocks: Sequence[str] | None = None,
) -> Reranker:
    """Fit candidates on `rows`; choose one on `later`, and calibrate it on both. `ranked` tells which of `later` a queue
    ranks, `blocks` which of `rows` hang together; none by default.

    Raises TrainingError where either has too few of a class.
    """
    _enough(y, FEWEST, "the training split")
    _enough(later_y, 2, "the calibrating split")
    kept = np.ones(len(later), dtype=bool) if ranked is None else ranked
    text = grams.pipeline(seed, TERMS).fit(rows[TEXT], y)
    grams.plain(text)
    prior = log_odds(y)
    said = says(text, prior, later[TEXT])
    candidates = list(_candidates(rows, y, text, prior))
    margins = [one.margin(later, said) for one, _ in candidates]
    best = _best(margins, later, later_y, kept, seed)
    chosen, spread = candidates[best]
    fold = calibrating.folds(blocks if blocks is not None else [str(row) for row in range(len(y))], y, seed)
    rest = np.arange(len(later_y)) % calibrating.FOLDS
    chosen.calibration, chosen.steps = calibrating.calibrated(
        np.concatenate((_unseen(chosen, spread, rows, y, fold), margins[best])),
        np.concatenate((y, later_y)),
        np.concatenate((fold, rest)),
    )
    return chosen


def _unseen(chosen: Reranker, spread: float | None, rows: pd.DataFrame, y: Truth, fold: NDArray[np.int_]) -> Floats:
    """The margin of each row by a model like the chosen one that was fitted without the row's fold."""
    if spread is None:
        return chosen.margin(rows)
    strengths = rows[list(LEARNED)].to_numpy(dtype=np.float64)
    grammed = chosen.text.named_steps["grams"].transform(rows[TEXT]) if chosen.text is not None else None
    made = np.zeros(len(y))
    for one in range(calibrating.FOLDS):
        out, rest = fold == one, fold != one
        if not out.any():
            continue
        intercept, slope, correction = correct(strengths[rest], y[rest], spread)
        part = Reranker(correction, slope, intercept, chosen.text, log_odds(y[rest]), chosen.share)
        said = None
        if grammed is not None and chosen.text is not None:
            # The words are those of all rows; what each of them weighs is learned without the fold.
            weighed = clone(chosen.text.named_steps["classifier"]).fit(grammed[rest], y[rest])
            said = np.clip(weighed.decision_function(grammed[out]) - part.prior, -LIMIT, LIMIT)
        made[out] = part.margin(rows[out], said)
    return made


def canonical_digest(classifier: Reranker) -> str:
    """SHA-256 of vocabulary, coefficients and parameters, sorted: equal for equal data and seed, whatever the clock."""
    correction = np.zeros(len(LEARNED)) if classifier.correction is None else classifier.correction
    numbers = (classifier.intercept, classifier.slope, classifier.prior, classifier.share, *classifier.calibration)
    found = hashlib.sha256(repr(LEARNED).encode())
    found.update(np.round(np.array([*numbers, *correction]), 9).tobytes())
    if classifier.steps is not None:
        found.update(np.round(classifier.steps, 9).tobytes())
    if classifier.text is not None:
        found.update(grams.digest(classifier.text))
    return found.hexdigest()


def weights(classifier: Reranker) -> dict[str, float]:
    """What every strength (where it is its family's strongest) and every term adds to the margin, by name, strongest first."""
    published = np.array([indicators()[name].weight for name in LEARNED])
    correction = np.zeros(len(LEARNED)) if classifier.correction is None else classifier.correction
    together = classifier.slope * published + correction
    made = dict(zip((f"strengths__{name}" for name in LEARNED), together, strict=True))
    if classifier.text is not None:
        terms = classifier.share * classifier.text.named_steps["classifier"].coef_[0]
        made |= dict(zip(grams.names(classifier.text), terms, strict=True))
    return dict(sorted(((name, float(one)) for name, one in made.items()), key=lambda one: (-abs(one[1]), one[0])))


def shifted(chance: Floats, learned: float, stated: float) -> Floats:
    """Probabilities from labels with a share `learned` of yes, where a share `stated` of all groups is: the difference of
    the log odds of the two is added to each. Holds where what a group looks like, given its class, has not changed.
    """
    inside = np.clip(chance, 1e-12, 1 - 1e-12)
    odds = np.log(inside / (1 - inside)) + np.log(stated / (1 - stated)) - np.log(learned / (1 - learned))
    made: Floats = 1 / (1 + np.exp(-odds))
    return made


def _candidates(rows: pd.DataFrame, y: Truth, text: Pipeline, prior: float) -> Iterator[tuple[Reranker, float | None]]:
    """The scorecard itself first; then each correction, with its spread, with each share of the text."""
    yield Reranker(), None
    strengths = rows[list(LEARNED)].to_numpy(dtype=np.float64)
    for spread in SPREADS:
        intercept, slope, correction = correct(strengths, y, spread)
        for share in SHARES:
            made = Reranker(correction, slope, intercept, text if share else None, prior if share else 0.0, share)
            yield made, spread


def _best(margins: Sequence[Floats], later: pd.DataFrame, y: Truth, ranked: NDArray[np.bool_], seed: int) -> int:
    """The candidate whose gain over the first in average precision, less its standard error, is greatest; ties the earlier."""
    lead = scorecard.leads(widened(later[list(LEARNED)].to_numpy(dtype=np.float64)))
    ranks = lead.astype(float) + 2 * ranked  # what is routed away stands last, what is no lead before it
    orders = [_order(one, ranks) for one in margins]
    random = np.random.default_rng(seed)
    gains: list[list[float]] = []
    while len(gains) < ROUNDS:
        drawn = random.integers(0, len(y), len(y))
        if 0 < y[drawn].sum() < len(y):
            found = [average_precision(y[drawn], order[drawn]) for order in orders]
            gains.append([one - found[0] for one in found])
    sure = np.mean(gains, axis=0) - np.std(gains, axis=0)
    return int(np.argmax(sure))


def _order(margin: Floats, ranks: Floats) -> Floats:
    return ranks + 0.5 / (1 + np.exp(-margin))


def _enough(y: Truth, fewest: int, where: str) -> None:
    positive = int(y.sum())
    negative = len(y) - positive
    if min(positive, negative) < fewest:
        raise TrainingError(
            f"{where} has {positive} groups labelled as indicated and {negative} as not; at least {fewest} of each are "
            "needed: label more groups, of both kinds and over a longer time"
        )
