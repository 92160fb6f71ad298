"""Style: how somebody writes, apart from what they say. Two posters who write alike may be one: a suggestion, never a link.

Only masked text is looked at, and of that what wording leaves aside or spreads thin: letters, turns of phrase, small words,
what stands beside a price or a contact, punctuation, emoji, layout. Masking takes case and accents off: such habits are
not seen. How alike two posters are is one number for each view; a calibrated logistic regression weighs them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

Floats = NDArray[np.float64]
Rows = NDArray[np.int_]
LONGEST = 4_000  # characters of one text
TEXTS = 12  # of one poster; more add little
COLUMNS = 1 << 16  # of each view, hashed
TOGETHER = 20_000  # pairs scored at once
FARTHEST = 3.0  # spreads by which a rate of layout may differ before it counts no more

MASK = re.compile(r"_[a-z]+_")
# A trait, or the neutral noun that took the place of one, goes with the article before it: "an" and "a" would tell words apart.
TRAIT = re.compile(r"(?:\b(?:an?|una?|uma?)\s+)?(?:_trait_(?:\s+persons?\b)?|\bpersons?\b)")
WORD = re.compile(r"[^\W\d_]{3,}")
TOKEN = re.compile(r"_[a-z]+_|[^\W\d_]+|0+|\n|[^\w\s]")
STOP = re.compile(r"[.!?\n]+")
CLAUSE = re.compile(r"[^.,;:!?\n]+[.,;:!?\n]*|[.,;:!?\n]+")
FACTS = frozenset({"_price_", "_age_", "_contact_", "_payment_"})


def habitual(masked: str) -> str:
    """Masked text as style sees it: digits are all 0, for no number may tell who it is; traits leave no trace; and lines that
    are little but masks (fields, rows of contacts) go, for they show how a site is laid out, not how somebody writes."""
    text = masked[:LONGEST]
    if TRAIT.search(text):
        text = "".join(map(_without_traits, CLAUSE.findall(text)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\d", "0", "\n".join(line for line in lines if _written(line)))


def _without_traits(clause: str) -> str:
    """The clause without its traits; one of nothing else goes whole, so that a list of traits leaves no row of commas."""
    if not TRAIT.search(clause):
        return clause
    left = TRAIT.sub(" ", clause)
    return left if WORD.search(MASK.sub(" ", left)) else "\n" * ("\n" in clause)


def _written(line: str) -> bool:
    return len(WORD.findall(MASK.sub(" ", line))) > len(MASK.findall(line))


Tokens = Sequence[str]
Common = Collection[str]


def _grams(tokens: Tokens, least: int, most: int, by: str = " ") -> Iterable[str]:
    return (by.join(tokens[at : at + n]) for n in range(least, most + 1) for at in range(len(tokens) - n + 1))


def _letters(tokens: Tokens, _: Common) -> Iterable[str]:
    return _grams(" ".join(tokens), 3, 4, "")


def _turns(tokens: Tokens, _: Common) -> Iterable[str]:
    return _grams(tokens, 1, 3)


def _frame(tokens: Tokens, common: Common) -> Iterable[str]:
    """Small words and marks where they stand, and nothing of the words between them."""
    return _grams([one if one in common or not one[0].isalpha() else "*" for one in tokens], 2, 4)


def _small(tokens: Tokens, common: Common) -> Iterable[str]:
    return [one for one in tokens if one in common]


def _asides(tokens: Tokens, _: Common) -> Iterable[str]:
    """The words beside a price, an age or a contact: how it is brought up."""
    around = (tokens[max(at - 2, 0) : at + 3] for at, one in enumerate(tokens) if one in FACTS)
    return chain.from_iterable(_grams(some, 2, 3) for some in around)


def _shape(tokens: Tokens, _: Common) -> Iterable[str]:
    """Marks, numbers, masks and line breaks where they stand, all words alike."""
    return _grams(["a" if one[0].isalpha() else one for one in tokens], 2, 4)


def _marks(tokens: Tokens, _: Common) -> Iterable[str]:
    return _grams([one for one in tokens if not one[0].isalnum() and one[0] != "_"], 1, 3)


VIEWS: dict[str, Callable[[Tokens, Common], Iterable[str]]] = {
    "letters": _letters,
    "turns": _turns,
    "frame": _frame,
    "small words": _small,
    "asides": _asides,
    "shape": _shape,
    "marks": _marks,
}
RATES = ("length", "sentence", "word", "variety", "commas", "breaks", "numbers", "symbols", "stops")
FEATURES = (*VIEWS, *RATES)


def rates(text: str, tokens: Tokens) -> list[float]:
    """Layout in numbers, in the order of RATES: lengths as logarithms, the rest per word."""
    words = [one for one in tokens if one[0].isalpha()] or ["-"]
    sentences = sum(1 for one in STOP.split(text) if one.strip()) or 1
    return [
        float(np.log1p(len(text))),
        float(np.log1p(len(words) / sentences)),
        sum(map(len, words)) / len(words),
        len(set(words)) / len(words),
        *(
            count / len(words)
            for count in (
                text.count(","),
                text.count("\n"),
                sum(one[0] == "0" for one in tokens),
                sum(one > "\u2000" for one in text),
                sum(map(text.count, ".!?")),
            )
        ),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """Posters as rows: for each view a matrix of n-grams, and the rates of layout."""

    grams: Mapping[str, sparse.csr_array]
    rates: Floats

    def take(self, rows: Rows) -> "Seen":
        """These rows."""
        return Seen({name: matrix[rows] for name, matrix in self.grams.items()}, self.rates[rows])


def seen(writings: Iterable[Sequence[str]], common: Common) -> Seen:
    """One row for each poster's texts (as `habitual` gives them); counts of n-grams, not weighed yet."""
    cut = [[(text, TOKEN.findall(text)) for text in texts[:TEXTS]] for texts in writings]
    hasher = FeatureHasher(COLUMNS, input_type="string", alternate_sign=False, dtype=np.float32)
    grams = {
        name: sparse.csr_array(
            hasher.transform(chain.from_iterable(view(tokens, common) for _, tokens in texts) for texts in cut)
        )
        for name, view in VIEWS.items()
    }
    layout = [np.mean([rates(text, tokens) for text, tokens in texts], axis=0) for texts in cut]
    return Seen(grams, np.array(layout, dtype=float).reshape(len(cut), len(RATES)))


@dataclass(frozen=True, slots=True)
class Scale:
    """What n-grams weigh (the rarer, the more) and how far rates of layout are spread, in the archive learned from."""

    common: frozenset[str]
    weights: Mapping[str, NDArray[np.float32]]
    spread: Floats

    @classmethod
    def of(cls, raw: Seen, common: Common) -> "Scale":
        """From the counts of many posters."""
        count = len(raw.rates)
        weights = {
            name: (np.log((count + 1) / (np.bincount(matrix.indices, minlength=COLUMNS) + 1)) + 1).astype(np.float32)
            for name, matrix in raw.grams.items()
        }
        return cls(frozenset(common), weights, raw.rates.std(axis=0) + 1e-6)

    def weigh(self, raw: Seen) -> Seen:
        """Counts made comparable: damped, weighed, every row of length 1."""
        grams = {}
        for name, matrix in raw.grams.items():
            weighed = matrix.copy()
            weighed.data = (1 + np.log(weighed.data)) * self.weights[name][weighed.indices]
            grams[name] = sparse.csr_array(normalize(weighed))
        return replace(raw, grams=grams)

    def see(self, writings: Iterable[Sequence[str]]) -> Seen:
        """The rows of these posters' texts, weighed."""
        return self.weigh(seen(writings, self.common))

    def alike(self, left: Seen, right: Seen) -> Floats:
        """For each pair of rows how alike it is in each of FEATURES: cosines, and distances of rates with their sign turned."""
        cosines = [left.grams[name].multiply(right.grams[name]).sum(axis=1) for name in VIEWS]
        apart = np.minimum(np.abs(left.rates - right.rates) / self.spread, FARTHEST)
        return np.column_stack([*cosines, -apart]).astype(float)


@dataclass(frozen=True, slots=True)
class Measured:
    """The highest scores among `pairs` held-out pairs of different posters."""

    pairs: int
    highest: tuple[float, ...]  # descending

    def rates(self, scores: Floats) -> Floats:
        """For each score the share of different posters' pairs that look as alike or more: the pair itself is counted in, so
        that it is never 0. Below the lowest score kept it is the share that was kept."""
        at_least = np.searchsorted(-np.asarray(self.highest), -scores, side="right")
        found: Floats = (at_least + 1) / (self.pairs + 1)
        return found


@dataclass(frozen=True, slots=True)
class Style:
    """A trained same-poster model. `digest` is equal for equal archives and seeds."""

    scale: Scale
    classifier: CalibratedClassifierCV
    measured: Measured
    digest: str

    def chance(self, alike: Floats) -> Floats:
        """Calibrated value of each pair, as among the pairs drawn for training. In an archive nearly all pairs are of two
        posters: there only the order of values and the false positive rate mean anything."""
        value: Floats = self.classifier.predict_proba(alike)[:, 1] if len(alike) else np.empty(0)
        return value

    def scores(self, rows: Seen, pairs: Rows) -> Floats:
        """The value of each pair of these rows, so many at a time that memory stays bounded."""
        parts = np.array_split(pairs, len(pairs) // TOGETHER + 1)
        return np.concatenate([self.chance(self.scale.alike(*map(rows.take, part.T))) for part in parts])

    def pulls(self) -> dict[str, float]:
        """What each feature adds to a pair's score for being alike by 1; none is negative."""
        return pulls(self.classifier)


def pulls(classifier: CalibratedClassifierCV) -> dict[str, float]:
    """Coefficients by feature, on the features as they are."""
    fitted = classifier.calibrated_classifiers_[0].estimator.estimator
    values = fitted.named_steps["logistic"].coef_[0] / fitted.named_steps["scaled"].scale_
    return dict(zip(FEATURES, map(float, values), strict=True))
