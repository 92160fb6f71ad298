"""Training a style model on an archive's own hard links, and measuring it on posters it has not seen.

Known pairs are shares of texts that one phone, e-mail or handle links; near-copies count once, so that what is learned is
no template. Every poster is on one side only. The false positive rate is counted on held-out pairs of one language and site
that have contacts and share none, in different towns: pairs of one town would hold many of the very posters looked for, two
contacts of one person, and those of different towns are hardly less alike.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from models.metrics import Truth, area_under_roc, interval
from models.style import TOKEN, VIEWS, Floats, Measured, Scale, Style, pulls, seen
from models.style_pairs import Kind, drawn, halves, share
from models.style_posters import Poster
from models.training import TrainingError

# False positive rates at which recall is told.
RATES = (1e-2, 1e-3, 1e-4, 1e-5)
STRANGERS = 300_000  # pairs the rate is counted on: so many tell 1 in 100,000 from 1 in 30,000
# Shares of the posters: to learn from, to calibrate on, and, the rest, to be measured on.
LEARN, CALIBRATE = 0.4, 0.1
FEWEST = 20  # known pairs to learn from, and half as many to calibrate on
EACH = 20  # strangers drawn for a poster to learn from
COMMON = 100  # most used words of each language that are its small words
KEPT = 5_000  # highest scores of strangers that are kept


@dataclass(frozen=True, slots=True)
class Known:
    """Pairs known to be of one poster (1) or of two (0), with how alike they are."""

    alike: Floats
    y: Truth


def train(posters: Sequence[Poster], seed: int = 0) -> tuple[Style, dict[str, Any]]:
    """The model and its figures. Raises TrainingError where the archive knows too few pairs."""
    posters = sorted(posters, key=lambda one: one.group_id)
    parts = [_part(one, seed) for one in posters]
    learn, later, held = (
        [one for one, part in zip(posters, parts, strict=True) if part == wanted] for wanted in range(3)
    )
    _enough(learn, FEWEST, "to learn from")
    _enough(later, FEWEST // 2, "to calibrate on")
    common = _common(learn)
    scale = Scale.of(seen([one.texts for one in learn], common), common)
    classifier = _fit(known(learn, scale, seed), known(later, scale, seed), seed)
    views = scale.see([one.texts for one in held])
    pairs = drawn(held, -(-STRANGERS // max(len(held), 1)), seed, Kind.FAR)
    scores = np.sort(Style(scale, classifier, Measured(0, ()), "").scores(views, pairs))[::-1]
    measured = Measured(len(scores), tuple(scores[:KEPT].tolist()))
    style = Style(scale, classifier, measured, _digest(scale, classifier, measured))
    return style, {
        "posters": {"learn": len(learn), "calibrate": len(later), "held out": len(held)},
        **figures(style, known(held, scale, seed), seed),
    }


def known(posters: Sequence[Poster], scale: Scale, seed: int) -> Known:
    """The known pairs among these posters."""
    ones = [half for poster in posters for half in halves(poster)]
    left, right = scale.see([one for one, _ in ones]), scale.see([other for _, other in ones])
    strangers, pairs = scale.see([share(one) for one in posters]), drawn(posters, EACH, seed)
    same = scale.alike(left, right)
    apart = scale.alike(strangers.take(pairs[:, 0]), strangers.take(pairs[:, 1]))
    return Known(np.vstack([same, apart]), np.repeat([1, 0], [len(same), len(apart)]))


def figures(style: Style, held: Known, seed: int) -> dict[str, Any]:
    """How well known pairs are told apart, and what share of one poster's is found at each of RATES (None: not measured)."""
    value = style.chance(held.alike)
    rates = style.measured.rates(value[held.y == 1])
    enough = len(rates) >= FEWEST // 2
    return {
        "known pairs": {"one poster": int(held.y.sum()), "two": int((1 - held.y).sum())},
        "strangers": style.measured.pairs,
        "auc": _auc(held.y, value, seed),
        "recall": {
            f"{rate:g}": round(float((rates <= rate).mean()), 4)
            if enough and style.measured.pairs * rate >= 1
            else None
            for rate in RATES
        },
        "pulls": {name: round(one, 4) for name, one in style.pulls().items()},
    }


def _auc(y: Truth, value: Floats, seed: int) -> dict[str, Any]:
    if min(y.sum(), (1 - y).sum()) < FEWEST // 2:
        return {"value": None, "interval": None}
    spread = interval(y, [value], lambda truth, some: area_under_roc(truth, some[0]), seed)
    return {"value": round(area_under_roc(y, value), 4), "interval": spread}


def _part(poster: Poster, seed: int) -> int:
    """0 to learn from, 1 to calibrate on, 2 to be measured on: by its id alone, whatever else the archive holds."""
    number = int.from_bytes(hashlib.blake2b(f"{seed} {poster.group_id}".encode(), digest_size=4).digest()) / 2**32
    return 0 if number < LEARN else 1 if number < LEARN + CALIBRATE else 2


def _enough(posters: Sequence[Poster], fewest: int, what: str) -> None:
    count = sum(1 for one in posters for _ in halves(one))
    if count < fewest:
        raise TrainingError(
            f"{count} posters {what} have two different texts that a phone, e-mail or handle links; at least {fewest} are "
            "needed: collect more, then train again"
        )


def _common(posters: Sequence[Poster]) -> frozenset[str]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in posters:
        counted[one.language].update({word for text in one.texts for word in TOKEN.findall(text) if word[0].isalpha()})
    most = (sorted(words.items(), key=lambda item: (-item[1], item[0]))[:COMMON] for words in counted.values())
    return frozenset(word for some in most for word, _ in some)


def _fit(rows: Known, later: Known, seed: int) -> CalibratedClassifierCV:
    """Being more alike never speaks against being one: a coefficient below 0 becomes 0, then the value is calibrated."""
    logistic = LogisticRegression(class_weight="balanced", max_iter=1000, random_state=seed)
    fitted = Pipeline([("scaled", StandardScaler()), ("logistic", logistic)]).fit(rows.alike, rows.y)
    np.maximum(logistic.coef_, 0, out=logistic.coef_)
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted), method="sigmoid", cv=2)
    return calibrated.fit(later.alike, later.y)


def _digest(scale: Scale, classifier: CalibratedClassifierCV, measured: Measured) -> str:
    found = hashlib.sha256(" ".join(sorted(scale.common)).encode())
    for name in VIEWS:
        found.update(np.round(scale.weights[name], 4).tobytes())
    found.update(np.round(scale.spread, 6).tobytes())
    found.update(repr([round(one, 6) for one in pulls(classifier).values()]).encode())
    found.update(repr((measured.pairs, round(sum(measured.highest), 4))).encode())
    return found.hexdigest()
