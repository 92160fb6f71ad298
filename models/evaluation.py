"""Measuring a model on groups it has never seen, beside the scorecard and beside the rule "any indicator"."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import metrics, scorecard
from models.cases import Cases
from models.features import NAMES
from models.indicators import Grade, indicators
from models.metrics import Floats
from models.priority import Model, Published
from models.records import Route
from models.training import TrainingError

STATED = (0.1, 0.01, 0.001)
WORDS = tuple(name for name in NAMES if indicators()[name].grade not in (Grade.STRUCTURE, Grade.CLASS))


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


def evaluate(cases: Cases, model: Model, *, near_copies: int, seed: int = 0) -> dict[str, Any]:
    """All figures on `cases`, none of which the model has seen. `near_copies` is the counted leak; it has to be 0."""
    if not len(cases):
        raise TrainingError(
            "no labelled group is held out from this model; label groups it has not seen, then evaluate"
        )
    ours, theirs = ranking(cases, model), ranking(cases, Published())
    leads = scorecard.leads(cases.strengths) & cases.ranked
    return {
        "groups": len(cases),
        "near_copies_in_training": near_copies,
        "rehearsal": cases.rehearsal,
        "meaning": metrics.MEANING if cases.rehearsal else None,
        "model": metrics.figures(cases.y, ours, model.raw(cases.strengths, cases.texts), seed),
        "scorecard": metrics.figures(cases.y, theirs, seed=seed),
        "any indicator": metrics.figures(cases.y, any_indicator(cases), seed=seed),
        "difference": metrics.difference(cases.y, ours, theirs, seed),
        "expected_precision": _expected(cases, leads),
        "alert_rate": round(float(leads.mean()), 4),
        "false_alerts": _false_alerts(cases, leads),
        "slices": metrics.slices(cases.y, ours, {"language": cases.languages, "site": cases.sites}),
    }


def _expected(cases: Cases, leads: NDArray[np.bool_]) -> dict[str, float | None]:
    """Precision of the leads at stated prevalences, from recall and false alarms as measured here."""
    positive = cases.y == 1
    if positive.all() or not positive.any():
        return {f"{share:g}": None for share in STATED}
    recall, alarms = float(leads[positive].mean()), float(leads[~positive].mean())
    return {f"{share:g}": round(metrics.expected_precision(recall, alarms, share), 4) for share in STATED}


def _false_alerts(cases: Cases, leads: NDArray[np.bool_]) -> dict[str, dict[str, int]]:
    """Of the groups labelled as not indicated, how many are leads, by the class they are looked at as."""
    found = {}
    for route in Route:
        rows = np.array([one is route for one in cases.routes]) & (cases.y == 0)
        found[route.value] = {"n": int(rows.sum()), "leads": int((leads & rows).sum())}
    return found
