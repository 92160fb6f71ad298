"""A classifier of ordinary text with any classes: settings chosen on folds, probabilities tempered, measured on texts apart.

It ranks no groups and is never put in force: it is for a team's own questions about a team's own text.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline

from models import grams
from models.owntext import Texts
from models.training import TrainingError

Floats = NDArray[np.float64]

TERMS = 50_000  # of each kind: words and characters
FOLDS = 3  # of the texts learned from: where settings are chosen
FEWEST = 6  # of each class to learn from: two for each fold
TEST = 0.2  # share of the texts measured on
STRENGTHS = (2.0, 10.0)
WEIGHTS = (None, "balanced")
MOST = 20_000  # texts that settings are chosen on; more of them change no choice
ROUGH = 1e-3  # how exactly a setting is fitted that is only compared


class OrdinaryText(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Takes texts. `order` holds the classes from least to most where they have an order; else it is None."""

    def __init__(self, text: Pipeline | None = None, heat: float = 1.0, order: tuple[str, ...] | None = None) -> None:
        self.text = text
        self.heat = heat
        self.order = order

    @property
    def classes_(self) -> NDArray[np.str_]:
        """The classes, in order of the columns of predict_proba."""
        assert self.text is not None  # noqa: S101  a model is made whole by `fit`
        found: NDArray[np.str_] = self.text.classes_
        return found

    def predict_proba(self, X: Sequence[str]) -> Floats:  # noqa: N803  scikit-learn's name
        """The tempered probability of each class."""
        assert self.text is not None  # noqa: S101
        return _tempered(self.text.predict_proba(X), self.heat)

    def predict(self, X: Sequence[str]) -> NDArray[np.str_]:  # noqa: N803
        """The likeliest class; of ordered classes the middle one, which is off by the fewest steps."""
        found: NDArray[np.str_] = _answers(self.predict_proba(X), self.classes_, self.order)
        return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings of the classifier and the macro-F1 they had on the folds."""

    strength: float
    weight: str | None
    heat: float
    macro_f1: float


def fit(
    texts: Sequence[str],
    values: Sequence[str],
    block: Sequence[str],
    *,
    seed: int = 0,
    order: tuple[str, ...] | None = None,
) -> OrdinaryText:
    """Choose settings on folds that part no block, then learn from all. Raises TrainingError for too few of a class."""
    y = np.array(values, dtype=str)
    check(values, order)
    some = np.random.default_rng(seed).permutation(len(y))[:MOST]
    chosen = choose([texts[row] for row in some], y[some], [block[row] for row in some], seed, order)
    fitted = grams.pipeline(seed, TERMS, chosen.strength, chosen.weight).fit(texts, y)
    grams.plain(fitted)
    return OrdinaryText(fitted, chosen.heat, order)


def choose(
    texts: Sequence[str], y: NDArray[np.str_], block: Sequence[str], seed: int, order: tuple[str, ...] | None = None
) -> Chosen:
    """The settings with the best macro-F1 on folds; the earlier, which is the plainer, where two are alike."""
    parts = list(GroupKFold(FOLDS, shuffle=True, random_state=seed).split(y, groups=block))
    classes = np.unique(y)
    found: dict[tuple[float, str | None], Floats] = {
        (strength, weight): np.zeros((len(y), len(classes))) for strength in STRENGTHS for weight in WEIGHTS
    }
    for learn, test in parts:
        # The terms are counted once for each fold, not once for each setting.
        made = grams.pipeline(seed, TERMS).named_steps["grams"]
        rows = made.fit_transform([texts[row] for row in learn])
        other = made.transform([texts[row] for row in test])
        for (strength, weight), chances in found.items():
            logistic = LogisticRegression(C=strength, max_iter=1000, class_weight=weight, random_state=seed, tol=ROUGH)
            logistic.fit(rows, y[learn])
            chances[np.ix_(test, np.searchsorted(classes, logistic.classes_))] = logistic.predict_proba(other)
    scores = {
        setting: float(f1_score(y, _answers(chances, classes, order), average="macro"))
        for setting, chances in found.items()
    }
    best = max(scores, key=lambda setting: scores[setting])
    return Chosen(*best, _heat(found[best], np.searchsorted(classes, y)), scores[best])


def check(values: Sequence[str], order: tuple[str, ...] | None = None) -> None:
    """Raises TrainingError, with what to do, where classes are too few, too rare, or not those of `order`."""
    counts = Counter(values)
    told = ", ".join(f"{value!r} {count}" for value, count in sorted(counts.items()))
    if len(counts) < 2:
        raise TrainingError(f"all labels say the same ({told or 'there are none'}); label texts of another class too")
    if rare := [value for value, count in sorted(counts.items()) if count < FEWEST]:
        raise TrainingError(
            f"too few labels to learn from ({told}): {FEWEST} of each class are needed beside those measured on; label more "
            f"texts as {', '.join(map(repr, rare))}, or join rare classes"
        )
    if order and set(order) != set(counts):
        raise TrainingError(
            f"--order names {', '.join(order)}, the labels are {told}; name each class once, least first"
        )


def parts(texts: Texts, away: frozenset[str] = frozenset()) -> tuple[list[int], list[int]]:
    """Rows to learn from and to be measured on: whole blocks, the newest measured on, and all of the sites in `away`."""
    newest: dict[str, Any] = {}
    for block, at in zip(texts.block, texts.at, strict=True):
        newest[block] = max(at, newest.get(block, at))
    aside = {block for block, site in zip(texts.block, texts.sites, strict=True) if site in away}
    # Where no time is known, the digest of the block puts them in an order of chance that is the same each time.
    order = sorted(newest, key=lambda block: (newest[block], hashlib.sha256(block.encode()).digest()))
    sizes = Counter(texts.block)
    learned: set[str] = set()
    placed = 0
    for block in order:
        if placed < (1 - TEST) * len(texts) and block not in aside:
            learned.add(block)
        placed += sizes[block]
    rows = range(len(texts))
    return [r for r in rows if texts.block[r] in learned], [r for r in rows if texts.block[r] not in learned]


def measure(model: OrdinaryText, texts: Texts) -> dict[str, Any]:
    """Macro-F1, accuracy, each class with its n, log loss; for ordered classes the mean of steps off and weighted kappa."""
    if not len(texts):
        return {"n": 0}
    y, said = np.array(texts.values), model.predict(texts.texts)
    chances = model.predict_proba(texts.texts)
    classes = model.classes_
    at = np.searchsorted(classes, y)
    each = f1_score(y, said, average=None, labels=classes, zero_division=0)
    found: dict[str, Any] = {
        "n": len(y),
        "macro_f1": round(float(f1_score(y, said, average="macro", zero_division=0)), 4),
        "accuracy": round(float(accuracy_score(y, said)), 4),
        "brier": round(float(((chances - np.eye(len(classes))[at]) ** 2).sum(axis=1).mean()), 4),
        "classes": {
            str(one): {"n": int((y == one).sum()), "f1": round(float(score), 4) if (y == one).sum() else None}
            for one, score in zip(classes, each, strict=True)
        },
    }
    if model.order:
        steps = {one: number for number, one in enumerate(model.order)}
        true, told = np.array([steps[one] for one in y]), np.array([steps[one] for one in said])
        found["steps_off"] = round(float(np.abs(true - told).mean()), 4)
        kappa = cohen_kappa_score(true, told, labels=range(len(steps)), weights="quadratic")
        found["weighted_kappa"] = None if np.isnan(kappa) else round(float(kappa), 4)
    return found


def ordered(values: Sequence[str]) -> tuple[str, ...] | None:
    """Three or more classes that are all whole numbers have their order; others have one only where it is named."""
    classes = sorted(set(values))
    try:
        return tuple(sorted(classes, key=int)) if len(classes) > 2 else None
    except ValueError:
        return None


def canonical_digest(model: OrdinaryText) -> str:
    """SHA-256 of all that decides an answer: equal for equal data and seed."""
    assert model.text is not None  # noqa: S101
    classes = [str(one) for one in model.classes_]
    plain = repr((classes, round(model.heat, 9), model.order)).encode()
    return hashlib.sha256(grams.digest(model.text) + plain).hexdigest()


def _answers(chances: Floats, classes: NDArray[np.str_], order: tuple[str, ...] | None) -> NDArray[np.str_]:
    if not order:
        likeliest: NDArray[np.str_] = classes[chances.argmax(axis=1)]
        return likeliest
    columns = np.searchsorted(classes, np.array(order))
    middle: NDArray[np.str_] = np.array(order)[
        (np.cumsum(chances[:, columns], axis=1) < 0.5).sum(axis=1).clip(0, len(order) - 1)
    ]
    return middle


def _tempered(chances: Floats, heat: float) -> Floats:
    powers = np.log(np.clip(chances, 1e-300, None)) / heat
    powers = np.exp(powers - powers.max(axis=1, keepdims=True))
    made: Floats = powers / powers.sum(axis=1, keepdims=True)
    return made


def _heat(chances: Floats, at: NDArray[np.intp]) -> float:
    """The temperature at which what was claimed on the folds was likeliest."""

    def loss(log_heat: float) -> float:
        claimed = _tempered(chances, float(np.exp(log_heat)))[np.arange(len(at)), at]
        return float(-np.log(np.clip(claimed, 1e-12, None)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))
