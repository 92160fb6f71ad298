"""Measuring a model on groups it has never seen, beside the scorecard and beside the rule "any indicator"."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import metrics, scorecard
from models.cases import Cases
from models.features import NAMES
from models.indicators import Grade, indicators
from models.metrics import Floats, Truth
from models.ordinal import ordinal
from models.priority import Model, Published
from models.training import TrainingError

STATED = (0.1, 0.01, 0.001)
WORDS = tuple(name for name in NAMES if indicators()[name].grade not in (Grade.STRUCTURE, Grade.CLASS))
CITIES = 12  # the largest have a slice each, the others one together
LENGTHS = ((300, "under 300 characters"), (1_000, "300 to 999"))
LONGER = "1,000 and more"


def ranking(cases: Cases, model: Model) -> Floats:
    """Values as the queue ranks by them: what is routed away or abstained from comes after all else."""
    raw = model.raw(cases.strengths, cases.texts)
    value = scorecard.gated(raw, scorecard.leads(cases.strengths))
    ranked: Floats = np.where(cases.ranked, value, value * 1e-3)
    return ranked


def any_indicator(cases: Cases) -> Floats:
    """1 for a group in which any phrase or stated value of the table occurs: the rule most lists of indicators imply."""
    columns = [NAMES.index(name) for name in WORDS]
    found: Floats = (cases.strengths[:, columns] > 0).any(axis=1).astype(float)
    return found


def evaluate(cases: Cases, model: Model, *, near_copies: int, capacity: int = 50, seed: int = 0) -> dict[str, Any]:
    """All figures on `cases`, none of which the model has seen. `capacity` is how many groups the queue holds.

    `near_copies` is the counted leak; it has to be 0.
    """
    if not len(cases):
        raise TrainingError(
            "no labelled group is held out from this model; label groups it has not seen, then evaluate"
        )
    ours, theirs = ranking(cases, model), ranking(cases, Published())
    leads = scorecard.leads(cases.strengths) & cases.ranked
    chance = model.raw(cases.strengths, cases.texts)

    def figures(value: Floats, claimed: Floats | None = None) -> dict[str, Any]:
        return metrics.figures(cases.y, value, claimed, capacity=capacity, seed=seed)

    return {
        "groups": len(cases),
        "capacity": capacity,
        "near_copies_in_training": near_copies,
        "rehearsal": cases.rehearsal,
        "meaning": metrics.MEANING if cases.rehearsal else None,
        "model": figures(ours, chance),
        "scorecard": figures(theirs),
        "any indicator": figures(any_indicator(cases)),
        "difference": metrics.difference(cases.y, ours, theirs, seed),
        "expected_precision": _expected(cases.y, leads, seed),
        "alert_rate": metrics.share(int(leads.sum()), len(cases)),
        "false_alerts": _false_alerts(cases, leads),
        "ordinal": ordinal(cases.levels, ours),
        "slices": metrics.slices(cases.y, ours, parts(cases), seed),
    }


def parts(cases: Cases) -> Mapping[str, Sequence[str]]:
    """For each way of slicing the slice that every row is in."""
    largest = [name for name, _ in Counter(cases.cities).most_common(CITIES)]
    disguised = cases.strengths[:, NAMES.index("contact_obfuscation")] > 0
    return {
        "site": cases.sites,
        "city": [name if name in largest else "all others" for name in cases.cities],
        "language": cases.languages,
        "length of text": [_length(text) for text in cases.texts],
        "contact": ["disguised" if one else "plain" for one in disguised],
    }


def _length(text: str) -> str:
    return next((name for below, name in LENGTHS if len(text) < below), LONGER)


def _expected(y: Truth, leads: NDArray[np.bool_], seed: int) -> dict[str, dict[str, Any]]:
    """Precision of the leads at stated prevalences, from recall and false alarms as measured here."""
    if not metrics.enough(y):
        return {f"{one:g}": {"value": None, "interval": None} for one in STATED}
    marked = leads.astype(float)

    def at(prevalence: float, truth: Truth, lead: Floats) -> float:
        return metrics.expected_precision(float(lead[truth == 1].mean()), float(lead[truth == 0].mean()), prevalence)

    return {
        f"{one:g}": {
            "value": round(at(one, y, marked), 4),
            "interval": metrics.interval(y, [marked], lambda truth, some, one=one: at(one, truth, some[0]), seed),
        }
        for one in STATED
    }


def _false_alerts(cases: Cases, leads: NDArray[np.bool_]) -> dict[str, dict[str, Any]]:
    """Of the groups labelled as not indicated, what share are leads, by what they are: independents, agencies and so on."""
    found = {}
    for kind in sorted(set(cases.kinds)):
        rows = np.array([one == kind for one in cases.kinds]) & (cases.y == 0)
        n, alerted = int(rows.sum()), int((leads & rows).sum())
        if n:
            found[kind] = {"n": n, "leads": alerted, "share": metrics.share(alerted, n)}
    return found
