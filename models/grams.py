"""Words and characters of text, and a linear model over them: what ordinary text and the text of groups are learned with."""

import hashlib

import numpy as np
import orjson
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

KINDS = ("words", "characters")


def pipeline(seed: int, terms: int, strength: float = 10.0, weight: str | None = None) -> Pipeline:
    """Untrained: words (1-2) and characters (2-5, within words), at most `terms` of each, and logistic regression."""
    made = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=terms, sublinear_tf=True)),
            (
                "characters",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=terms, sublinear_tf=True
                ),
            ),
        ]
    )
    classifier = LogisticRegression(C=strength, max_iter=1000, random_state=seed, class_weight=weight)
    return Pipeline([("grams", made), ("classifier", classifier)])


def vectorizers(fitted: Pipeline) -> dict[str, TfidfVectorizer]:
    """The two vectorisers of such a pipeline, by kind."""
    return dict(fitted.named_steps["grams"].transformer_list)


def names(fitted: Pipeline) -> list[str]:
    """The terms in order of the coefficients, as `words__quiet hour`."""
    return [str(one) for one in fitted.named_steps["grams"].get_feature_names_out()]


def plain(fitted: Pipeline) -> None:
    """Plain sorted integers in the vocabularies: skops writes each NumPy integer as a file of its own."""
    for one in vectorizers(fitted).values():
        one.vocabulary_ = {term: int(index) for term, index in sorted(one.vocabulary_.items())}


def digest(fitted: Pipeline) -> bytes:
    """SHA-256 over sorted vocabularies, weights of terms, coefficients and parameters; no clock and no object's number."""
    found = hashlib.sha256()
    for kind, one in sorted(vectorizers(fitted).items()):
        vocabulary = {term: int(index) for term, index in one.vocabulary_.items()}
        found.update(kind.encode() + orjson.dumps(vocabulary, option=orjson.OPT_SORT_KEYS))
        found.update(np.round(one.idf_, 9).tobytes())
        found.update(repr(sorted((name, str(value)) for name, value in one.get_params().items())).encode())
    logistic = fitted.named_steps["classifier"]
    found.update(np.round(logistic.coef_, 9).tobytes() + np.round(logistic.intercept_, 9).tobytes())
    found.update(repr(sorted((name, str(value)) for name, value in logistic.get_params().items())).encode())
    return found.digest()
