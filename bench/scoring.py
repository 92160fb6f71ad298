"""Ranking against the truth of rehearsal markets, with simple methods beside it in the same run.

    python bench/scoring.py TRAIN TEST...        folders of `sidelight market make`, of different seeds

The trained model and the baseline on ads learn from TRAIN; all are measured on each TEST. A group is positive when most
of its ads are by controlled groups, or by recruiters who recruit for one.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from models import folders, metrics, retraining
from models.cases import Cases, cases
from models.evaluation import any_indicator, ranking
from models.features import find
from models.frames import Market
from models.metrics import Floats, average_precision, interval, precision_at
from models.priority import Published
from models.training import Learned
from models.views import GroupView
from nlp.pipeline import version


def main(train: Path, tests: list[Path]) -> None:
    """Train once, then print a table for each market, and one for all of them together."""
    market = Market(train)
    learned = cases(market.views, market.labels)
    with TemporaryDirectory() as made:
        folder = Path(made) / "bench"
        retraining.train(learned, folder, pipeline=version())
        model = folders.load(folder)
    baseline = ads_baseline(market)
    print(f"trained on {train}: {len(learned)} groups, {int(learned.y.sum())} positive")
    print(metrics.MEANING)
    pooled: list[tuple[Cases, dict[str, Floats], Floats]] = []
    for test in tests:
        held = Market(test)
        rows = cases(held.views, held.labels)
        values = methods(rows, held.views, model, baseline)
        chance = model.raw(rows.strengths, rows.texts)
        pooled.append((rows, values, chance))
        table(str(test), rows.y, values, chance)
        speed(held.views)
    if len(pooled) > 1:
        together = {name: np.concatenate([values[name] for _, values, _ in pooled]) for name in pooled[0][1]}
        y = np.concatenate([rows.y for rows, _, _ in pooled])
        table("all together", y, together, np.concatenate([chance for _, _, chance in pooled]))


def methods(rows: Cases, views: list[GroupView], model: Learned, baseline: Pipeline) -> dict[str, Floats]:
    """The ranking of every method over the same groups."""
    by_id = {view.group.group_id: view for view in views}
    return {
        "scorecard": ranking(rows, Published()),
        "trained": ranking(rows, model),
        "any indicator": any_indicator(rows),
        "tf-idf + logistic regression on ads": np.array(
            [baseline.predict_proba(texts(by_id[group_id]))[:, 1].mean() for group_id in rows.group_ids]
        ),
    }


def ads_baseline(market: Market) -> Pipeline:
    """The plain method: word tf-idf of each ad as it stands, labelled one by one."""
    positive = {ad_id: one.value.value == "trafficking-indicated" for one in market.labels for ad_id in one.ad_ids}
    said, y = [], []
    for view in market.views:
        said += texts(view)
        y += [int(positive[ad_id]) for ad_id in view.ad_ids]
    return make_pipeline(TfidfVectorizer(min_df=2), LogisticRegression(max_iter=1000)).fit(said, y)


def texts(view: GroupView) -> list[str]:
    """Title and body of each ad."""
    return [f"{view.ad(ad_id).title}\n{view.ad(ad_id).body}" for ad_id in view.ad_ids]


def table(name: str, y: metrics.Truth, values: dict[str, Floats], chance: Floats) -> None:
    """One line per method; Brier of the trained model is of its calibrated probability."""
    print(f"\n{name}: n = {len(y)} groups, {int(y.sum())} positive, prevalence {y.mean():.4f}")
    print(f"{'':38}{'P@5':>6}{'P@50':>7}{'AP':>8}{'95 %':>18}{'Brier':>8}")
    for method, value in values.items():
        low, high = interval(y, [value], lambda truth, some: average_precision(truth, some[0]), seed=0)
        brier = float(np.mean((np.clip(chance if method == "trained" else value, 0, 1) - y) ** 2))
        print(
            f"{method:38}{precision_at(y, value, 5):6.2f}{precision_at(y, value, 50):7.2f}"
            f"{average_precision(y, value):8.3f}{f'{low:.3f} to {high:.3f}':>18}{brier:8.4f}"
        )


def speed(views: list[GroupView]) -> None:
    """Features per CPU second, without reading and linking."""
    began = time.process_time()
    for view in views:
        find(view)
    print(f"features of {len(views) / (time.process_time() - began):,.0f} groups per CPU second")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
