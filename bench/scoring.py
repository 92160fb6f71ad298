"""Ranking against the truth of rehearsal markets, with simple methods beside it in the same run.

    python -m bench.scoring TRAIN TEST...        folders of `sidelight market make`, of different seeds

The trained model and the baseline on ads learn from TRAIN; all are measured on the TESTs together. A group is positive when
most of its ads are by controlled groups, or by recruiters who recruit for one. Three models are trained: on the labels as they
are, with one label in five turned round, and on the labels of the QUEUE groups that the scorecard puts first alone.
Markets of different seeds share no author. Within TRAIN, a group of the newest part may be by an author whose other groups
were learned from, though nothing links them: the share is told from the truth and printed.
Prevalence 1 in 100 and 1 in 1,000 is reached by weighing groups of the market's own share, not by another market.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bench.scoring_cases import Held, held
from models import folders, metrics, retraining
from models.cases import Cases
from models.evaluation import any_indicator, ranking
from models.metrics import Floats, Truth, precision_at
from models.priority import Published
from models.splits import planted, split
from models.training import Learned, shifted

WRONG = 0.2  # share of labels turned round
QUEUE = 400  # groups that a biased queue showed
SEED = 0
ROUNDS = 500
PREVALENCES = (0.01, 0.001)


def main(train: Path, tests: Sequence[Path]) -> None:
    """Train three times, then one table of all tests together."""
    learned = held(train)
    print(f"trained on {train.name}: {len(learned.rows)} groups, {int(learned.rows.y.sum())} positive")
    print(metrics.MEANING)
    print(leaked(train, learned.rows))
    models = {name: fitted(rows, name) for name, rows in labelled(learned.rows).items()}
    baseline = ads_baseline(learned)
    found = [held(test) for test in tests]
    y = np.concatenate([one.rows.y for one in found])
    values: dict[str, Floats] = {}
    values["scorecard"] = np.concatenate([ranking(one.rows, Published()) for one in found])
    for name, model in models.items():
        values[name] = np.concatenate([ranking(one.rows, model) for one in found])
    values["any indicator"] = np.concatenate([any_indicator(one.rows) for one in found])
    values["tf-idf + logistic regression on ads"] = np.concatenate([on_ads(one, baseline) for one in found])
    print(f"\n{', '.join(one.name for one in found)}: {len(y)} groups, {int(y.sum())} positive ({y.mean():.4f})")
    for prevalence in PREVALENCES:
        table(y, values, prevalence)
    for name, model in models.items():
        chance = np.concatenate([model.raw(one.rows.strengths, one.rows.texts) for one in found])
        calibration(name, y, chance, float(learned.rows.y.mean()))


def leaked(folder: Path, rows: Cases) -> str:
    """What leaks between the parts TRAIN is split into, and the share of tested groups by an author who was learned from.

    No linker can see the last: other contacts, other words. Copies and shared contacts stay in one part by the split.
    """
    truth = map(orjson.loads, (folder / "truth.jsonl").read_bytes().splitlines())
    author = {one["ad_id"]: one["author"] for one in truth}
    parts = split(rows)
    found = planted(rows, parts)
    known = {author[ad_id] for row in (*parts.learn, *parts.calibrate) for ad_id in rows.ad_ids[row]}
    same = [row for row in parts.test if not known.isdisjoint(author[ad_id] for ad_id in rows.ad_ids[row])]
    return (
        f"leaks in {folder.name}: {len(found.near_copies)} near-copies, {len(found.copies)} copies, "
        f"{len(found.contacts)} shared contacts, {len(found.future)} future rows; "
        f"unlinked rows by an author learned from: {len(same)} of {len(parts.test)} tested ({len(same) / len(parts.test):.3f})"
    )


def labelled(rows: Cases) -> dict[str, Cases]:
    """The same groups with the labels each model learns from."""
    turned = np.random.default_rng(SEED).random(len(rows)) < WRONG
    first = np.argsort(-ranking(rows, Published()), kind="stable")[:QUEUE]
    return {
        "retrained": rows,
        "retrained, 20 % wrong labels": replace(rows, y=np.where(turned, 1 - rows.y, rows.y)),
        f"retrained, first {QUEUE} of a queue": rows.take(sorted(first.tolist())),
    }


def fitted(rows: Cases, name: str) -> Learned:
    """The model these labels make; prints what was chosen on the third split."""
    with TemporaryDirectory() as made:
        folder = Path(made) / "bench"
        retraining.train(rows, folder, pipeline="bench", seed=SEED)
        model = folders.load(folder)
    one = model.classifier
    chosen = "the scorecard's order" if one.correction is None else f"a correction, text with a share of {one.share}"
    print(f"{name}: {len(rows)} labels, {int(rows.y.sum())} yes; chosen: {chosen}", flush=True)
    return model


def ads_baseline(learned: Held) -> Pipeline:
    """The plain method: word tf-idf of each ad as it stands, labelled one by one."""
    said = [text for texts in learned.said for text in texts]
    y = [int(one) for one, texts in zip(learned.rows.y, learned.said, strict=True) for _ in texts]
    return make_pipeline(TfidfVectorizer(min_df=2), LogisticRegression(max_iter=1000)).fit(said, y)


def on_ads(one: Held, baseline: Pipeline) -> Floats:
    """The mean over a group's ads."""
    chances = baseline.predict_proba([text for texts in one.said for text in texts])[:, 1]
    ends = np.cumsum([len(texts) for texts in one.said])[:-1]
    return np.array([part.mean() if len(part) else 0.0 for part in np.split(chances, ends)])


def weighed(y: Truth, value: Floats, weight: float) -> float:
    """Average precision where each negative stands for `weight` groups like it; tied values are one step."""
    order = np.argsort(-value, kind="stable")
    yes, no = np.cumsum(y[order]), np.cumsum((1 - y[order]) * weight)
    steps = np.append(np.flatnonzero(np.diff(value[order])), len(y) - 1)
    return float(np.sum(np.diff(yes[steps] / yes[-1], prepend=0.0) * yes[steps] / (yes[steps] + no[steps])))


def table(y: Truth, values: dict[str, Floats], prevalence: float) -> None:
    """Average precision at this prevalence with the interval, and its difference to the scorecard's, paired."""
    weight = float(y.mean() / (1 - y.mean()) * (1 - prevalence) / prevalence)
    draws: dict[str, list[float]] = {name: [] for name in values}
    random = np.random.default_rng(SEED)
    while len(draws["scorecard"]) < ROUNDS:
        rows = random.integers(0, len(y), len(y))
        if y[rows].any():
            for name, value in values.items():
                draws[name].append(weighed(y[rows], value[rows], weight))
    print(f"\nprevalence {prevalence:g}{'':20}{'P@50':>7}{'AP':>8}{'95 %':>18}{'less the scorecard (95 %)':>36}")
    for name, value in values.items():
        low, high = np.percentile(draws[name], [2.5, 97.5])
        ours, theirs = weighed(y, value, weight), weighed(y, values["scorecard"], weight)
        least, most = np.percentile(np.subtract(draws[name], draws["scorecard"]), [2.5, 97.5])
        print(
            f"{name:37}{precision_at(y, value, 50):7.2f}{ours:8.4f}{f'{low:.3f} to {high:.3f}':>18}"
            f"{f'{ours - theirs:+.4f} ({least:+.4f} to {most:+.4f})':>36}"
        )
    print("P@50 is of the market's own share of positives: places in a queue cannot be weighed")


def calibration(name: str, y: Truth, chance: Floats, learned: float) -> None:
    """Calibration within the top 5 %, Brier skill over a constant; then after a change of prevalence, corrected."""
    rarer = np.random.default_rng(SEED).random(len(y)) < np.where(y == 1, 0.5, 1.0)
    moved = shifted(chance, learned, learned / (2 - learned))
    told = [
        f"{what} {measure(y[rows], said[rows]):.4f} ({_interval(y[rows], said[rows], measure)})"
        for what, measure, rows, said in (
            ("ECE in the top 5 %", metrics.calibration_error, slice(None), chance),
            ("Brier skill", metrics.brier_skill, slice(None), chance),
            ("half the positives left out, corrected: ECE", metrics.calibration_error, rarer, moved),
        )
    ]
    first = np.argsort(-chance, kind="stable")[: round(len(y) * metrics.TOP)]
    print(f"{name}: {'; '.join(told)}; {int(y[first].sum())} positive among the {len(first)} of the top 5 %")


def _interval(y: Truth, said: Floats, measure: Callable[[Truth, Floats], float]) -> str:
    low, high = metrics.interval(y, [said], lambda truth, some: measure(truth, some[0]), SEED)
    return f"{low:.3f} to {high:.3f}"


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
