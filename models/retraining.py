"""From labelled groups to a model folder with its evaluation: what the commands and notebook 02 call, step by step."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from models import evaluation, folders, training
from models.cases import Cases
from models.folders import Manifest
from models.splits import Split, held_out, leaks, split
from models.training import Learned, TrainingError
from store.schema import now


def train(cases: Cases, folder: Path, *, pipeline: str, seed: int = 0, away: Collection[str] = ()) -> Manifest:
    """Split, fit, calibrate, save as `folder`; nothing is learned of the sites in `away`.

    Raises TrainingError (too few labels, leaks) or ModelError (name taken).
    """
    if missing := sorted(set(away) - set(cases.sites)):
        raise TrainingError(
            f"no group is of the site {missing[0]!r}; the sites are {', '.join(sorted(set(cases.sites)))}"
        )
    parts = split(cases, away) if len(cases) else Split((), (), ())
    learn, later = cases.take(parts.learn), cases.take(parts.calibrate)
    classifier = training.fit(
        training.table(learn.strengths, learn.texts),
        learn.y,
        training.table(later.strengths, later.texts),
        later.y,
        seed,
        later.ranked,
        learn.block,
    )
    model = Learned(folder.name, classifier, training.canonical_digest(classifier), cases.rehearsal)
    rows = {
        "learn": len(learn),
        "learn_positive": int(learn.y.sum()),
        "calibrate": len(later),
        "test": len(parts.test),
        "near_copies": len(leaks(cases, (*parts.learn, *parts.calibrate), parts.test)),
    }
    return folders.save(
        folder,
        model,
        pipeline=pipeline,
        seed=seed,
        made_at=now().isoformat(timespec="seconds"),
        rows=rows,
        seen=(ad_id for part in (learn, later) for ad_ids in part.ad_ids for ad_id in ad_ids),
    )


def evaluate(cases: Cases, folder: Path, *, pipeline: str | None = None, capacity: int = 50) -> Mapping[str, Any]:
    """Measure the model in `folder` on those of `cases` it has not seen, and keep the figures in its metrics.json."""
    model = folders.load(folder, pipeline)
    seen = folders.read_seen(folder)
    rows = held_out(cases, seen)
    learned = [row for row in range(len(cases)) if any(folders.hashed(one) in seen for one in cases.ad_ids[row])]
    leaked = len(leaks(cases, learned, rows))
    figures = evaluation.evaluate(cases.take(rows), model, near_copies=leaked, capacity=capacity)
    figures["digest"] = model.digest
    draft = folder / f".{folders.METRICS}.partial"
    draft.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
    draft.replace(folder / folders.METRICS)
    return figures
