"""What a model does on a site, or in a period, that nothing was learned from: train without it, measure on it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from models import folders, metrics, retraining
from models.cases import Cases
from models.evaluation import ranking
from models.priority import Published
from models.splits import held_out
from models.training import TrainingError

SPANS = 4  # periods of equal mass where there are fewer months than this with labels
MONTHS = 12  # the newest that are left out, one after another


def left_out(cases: Cases, *, pipeline: str, seed: int = 0) -> dict[str, dict[str, Any]]:
    """For each site and each period: n, positives, and average precision of scorecard and of a model trained without it.

    None where too few of either kind are in it, or too few are left to learn from. Periods that lie later than the one
    left out are learned from: this asks whether a period is like the others, not what the future brings.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, member, rows in _parts(cases):
        found[f"{name}: {member}"] = _without(cases, rows, pipeline, seed)
    return found


def periods(cases: Cases) -> list[str]:
    """The period of each row: its month, or one of SPANS spans of equal mass where there are too few months."""
    months = [f"{at:%Y-%m}" for at in cases.at]
    if len(set(months)) >= SPANS:
        return months
    named = [""] * len(cases)
    for part in np.array_split(sorted(range(len(cases)), key=lambda row: (cases.at[row], cases.group_ids[row])), SPANS):
        for row in part:
            named[row] = f"{cases.at[part[0]]:%Y-%m-%d} to {cases.at[part[-1]]:%Y-%m-%d}"
    return named


def _parts(cases: Cases) -> Iterator[tuple[str, str, list[int]]]:
    by: tuple[tuple[str, Sequence[str], int], ...] = (
        ("site", cases.sites, len(cases)),
        ("period", periods(cases), MONTHS),
    )
    for name, members, most in by:
        for member in sorted(set(members))[-most:]:
            yield name, member, [row for row, one in enumerate(members) if one == member]


def _without(cases: Cases, rows: list[int], pipeline: str, seed: int) -> dict[str, Any]:
    there = set(rows)
    rest = cases.take([row for row in range(len(cases)) if row not in there])
    told: dict[str, Any] = {"n": 0, "positives": 0, "model": None, "scorecard": None, "difference": None}
    if not metrics.enough(cases.take(rows).y):
        return {**told, "n": len(rows), "positives": int(cases.y[rows].sum())}
    with TemporaryDirectory() as made:
        folder = Path(made) / "without"
        try:
            retraining.train(rest, folder, pipeline=pipeline, seed=seed)
        except TrainingError as problem:
            return {**told, "n": len(rows), "positives": int(cases.y[rows].sum()), "why": str(problem)}
        model = folders.load(folder)
    # Near-copies of what was learned from may stand on another site, or in another month, too: those do not count.
    known = frozenset(folders.hashed(ad_id) for ad_ids in rest.ad_ids for ad_id in ad_ids)
    tested = cases.take([row for row in held_out(cases, known) if row in there])
    told |= {"n": len(tested), "positives": int(tested.y.sum())}
    if not metrics.enough(tested.y):
        return told
    ours, theirs = ranking(tested, model), ranking(tested, Published())
    return {
        **told,
        "model": metrics.measured(tested.y, ours, metrics.average_precision, seed),
        "scorecard": metrics.measured(tested.y, theirs, metrics.average_precision, seed),
        "difference": metrics.difference(tested.y, ours, theirs, seed),
    }
