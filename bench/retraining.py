"""What retraining and scoring cost, beside scikit-learn's bare tf-idf + logistic regression from the same text, in one run.

    python -m bench.retraining FOLDER [--terms N]      a folder of `sidelight market make`; terms of the model file, 85000

Reading and linking are done before, as they are when a team retrains. Times are of the processor; memory is the most the
process held until then, reading and linking and the market itself included. To reach: a retraining of at most 1.5 x the bare
fit within 4 GiB at 100,000 ads; 5,000 groups scored a second with reasons; and, where the model reads text, at least half as
many as the bare pipeline does from the same text.
"""

import argparse
import gc
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from bench.scoring_cases import texts
from models import folders, grams, retraining
from models.cases import cases
from models.frames import Market
from models.learnable import learnable
from models.priority import Published, prioritise
from models.reranking import LEARNED, Reranker
from models.training import Learned, canonical_digest
from store.garbage import uncollected

T = TypeVar("T")

SCORED = 500  # groups at a time, as the command has them
ROUNDS = 3
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    """CPU seconds of the block."""
    began = time.process_time()
    yield
    into[name] = time.process_time() - began


def bare() -> Pipeline:
    """Words (1-2) and characters (2-5), logistic regression; nothing else."""
    made = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3)
    )
    return make_pipeline(made, LogisticRegression(max_iter=1000))


def retrain(market: Market, folder: Path) -> dict[str, float]:
    """Seconds of ours, from labelled views to a saved model, and of the bare fit on the ads; prints them."""
    spent: dict[str, float] = {}
    with timed(spent, "rows"):
        rows = cases(market.views, market.labels)
    with timed(spent, "fit"):
        retraining.train(rows, folder, pipeline="bench")
    positive = {ad_id: one.value.value == "trafficking-indicated" for one in market.labels for ad_id in one.ad_ids}
    said = [text for view in market.views for text in texts(view)]
    y = np.array([int(positive[ad_id]) for view in market.views for ad_id in view.ad_ids])
    most = memory()
    with timed(spent, "bare"):
        bare().fit(said, y)
    ours = spent["rows"] + spent["fit"]
    print(
        f"retrain on {len(said)} ads in {len(rows)} groups: {ours:.1f} s (rows {spent['rows']:.1f}, fit {spent['fit']:.1f}); "
        f"bare fit on the ads {spent['bare']:.1f} s; ratio {ours / spent['bare']:.2f} (to reach: 1.5 at most)"
    )
    print(
        f"most memory of the retraining: {most:.2f} GiB (to reach: 4 at most); with the bare fit: {memory():.2f}",
        flush=True,
    )
    return spent


def score(market: Market, model: Learned) -> None:
    """Groups scored per CPU second with reasons, by the scorecard and by the model, beside the bare vectoriser."""
    views = market.views
    said = [learnable(view) for view in views]
    plain = bare().fit(said, np.arange(len(said)) % 2)
    ads = sum(len(view.ad_ids) for view in views)
    print(
        f"{len(said)} groups of {ads / len(said):.1f} ads and {np.mean([len(one) for one in said]):,.0f} characters of text"
    )
    limit = best(lambda: said, plain.predict_proba)
    for name, work in (
        ("scorecard", lambda part: prioritise(part, Published())),
        ("trained", lambda part: prioritise(part, model)),
    ):
        found = best(lambda: [replace(view) for view in views], work)  # what a view keeps for features is found anew
        print(
            f"{name + ', with reasons':28}{found:10,.0f} groups per CPU second; {found / limit:.2f} x bare", flush=True
        )
    print(f"{'bare, the text given':28}{limit:10,.0f} groups per CPU second")


def best(fresh: Callable[[], list[T]], work: Callable[[list[T]], object]) -> float:
    """The best rate of ROUNDS: whoever shares the machine can only make it slower."""
    gc.collect()
    gc.freeze()  # the market is no part of what is measured
    try:
        return max(rate(fresh(), work) for _ in range(ROUNDS))
    finally:
        gc.unfreeze()


def rate(items: list[T], work: Callable[[list[T]], object]) -> float:
    """Items per CPU second, SCORED at a time, without looking for garbage: so it is in the stage."""
    with uncollected():
        began = time.process_time()
        for start in range(0, len(items), SCORED):
            work(items[start : start + SCORED])
        return len(items) / (time.process_time() - began)


def load(terms: int, folder: Path) -> None:
    """Seconds to save and to load a model file with this many terms."""
    random = Random(1)
    words = ["".join(random.choices(LETTERS, k=8)) for _ in range(terms // 4)]
    said = [" ".join(random.sample(words, k=200)) for _ in range(1200)]
    y = np.arange(len(said)) % 2
    text = grams.pipeline(0, terms // 2).fit(said, y)
    grams.plain(text)
    model = Reranker(np.zeros(len(LEARNED)), 1.0, 0.0, text, 0.0, 0.25)
    spent: dict[str, float] = {}
    with timed(spent, "save"):
        folders.save(
            folder,
            Learned("many", model, canonical_digest(model), rehearsal=True),
            pipeline="bench",
            seed=0,
            made_at="",
            rows={},
        )
    with timed(spent, "load"):
        folders.load(folder)
    size = (folder / folders.MODEL).stat().st_size / 1e6
    print(
        f"{len(grams.names(text)):,} terms, {size:.1f} MB: saved in {spent['save']:.1f} s, loaded in {spent['load']:.1f} s"
    )


def memory() -> float:
    """GiB, the most this process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """All of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--terms", type=int, default=85_000)
    given = options.parse_args()
    with TemporaryDirectory() as made:
        market = Market(given.folder)
        print(f"read and linked: {memory():.2f} GiB at most", flush=True)
        retrain(market, Path(made) / "again")
        model = folders.load(Path(made) / "again")
        print(f"chosen: share of the text {model.classifier.share}")
        load(given.terms, Path(made) / "many")
        if not model.reads:  # measured with text all the same: it is the slower way
            model = Learned("many", folders.load(Path(made) / "many").classifier, model.digest, rehearsal=True)
        score(market, model)


if __name__ == "__main__":
    main()
