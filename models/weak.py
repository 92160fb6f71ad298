"""Weak labels: what the indicators themselves would answer, by the model of Dawid and Skene (1979). Never people's labels.

Each family of indicators is one reader who says yes or no of every group; how often each is right is estimated from how
they agree, without any label. Readings of one family hang together, so a family reads once. As a reader may not be
worse than chance, no family comes to speak against what the evidence says it speaks for.

They are written to a file of their own whose lines the ledger refuses.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.features import NAMES, matrix
from models.indicators import LOWERS, RAISES, indicators
from models.priority import assess
from models.scorecard import TRACE
from models.views import GroupView

Floats = NDArray[np.float64]

ROUNDS = 200
STILL = 1e-6  # a change of every posterior by less ends the estimate
PRIOR = 2.0  # groups of either kind that each reader is taken to have answered at random


@dataclass(frozen=True, slots=True)
class Reader:
    """A family: of the groups that matter, and of all others, the share of which it says yes. Estimated, not measured."""

    family: str
    recall: float
    false_alarms: float


@dataclass(frozen=True, slots=True)
class Weak:
    """Posterior probability of each group, the readers behind it, and the share of groups estimated to matter."""

    posterior: Floats
    readers: tuple[Reader, ...]
    prevalence: float


def weak_labels(views: Sequence[GroupView], prevalence: float) -> Weak:
    """Weak labels of these groups; `prevalence` is where the estimate starts, the settings' assumed share."""
    families, votes = ballots(matrix(assess(view).found for view in views))
    return dawid_skene(families, votes, prevalence)


def lines(views: Sequence[GroupView], weak: Weak) -> Iterator[dict[str, Any]]:
    """One object per group. The field is `weak`, which no file of people's labels has."""
    for view, chance in zip(views, weak.posterior.tolist(), strict=True):
        yield {"group_id": view.group.group_id, "ad_ids": list(view.group.ad_ids), "weak": round(chance, 6)}


def ballots(strengths: Floats) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Families of what may raise or lower, and which of them answer yes for each row: "raises" and "lowers" apart."""
    table = indicators()
    columns: dict[str, list[int]] = {}
    for column, name in enumerate(NAMES):
        if table[name].weight and table[name].grade in RAISES | LOWERS:
            sign = "" if table[name].weight > 0 else "against: "
            columns.setdefault(f"{sign}{table[name].family}", []).append(column)
    votes = [(strengths[:, some] >= TRACE).any(axis=1) for some in columns.values()]
    return tuple(columns), np.column_stack(votes) if len(strengths) else np.zeros((0, len(columns)), dtype=bool)


def dawid_skene(families: Iterable[str], votes: NDArray[np.bool_], prevalence: float) -> Weak:
    """Expectation maximisation over yes and no of each reader, from the share of raising families that say yes."""
    names = tuple(families)
    against = np.array([name.startswith("against: ") for name in names])
    said = np.where(against, ~votes, votes).astype(np.float64)  # yes always speaks for
    if not len(said):
        return Weak(np.zeros(0), (), prevalence)
    posterior = _start(said[:, ~against], prevalence)
    share, recall, alarms = prevalence, np.zeros(len(names)), np.zeros(len(names))
    for _ in range(ROUNDS):
        share = float(np.clip(posterior.mean(), 1e-6, 1 - 1e-6))
        recall = (posterior @ said + PRIOR / 2) / (posterior.sum() + PRIOR)
        alarms = ((1 - posterior) @ said + PRIOR / 2) / ((1 - posterior).sum() + PRIOR)
        recall = np.maximum(recall, alarms)
        odds = np.log(share / (1 - share)) + said @ np.log(recall / alarms)
        odds += (1 - said) @ np.log((1 - recall) / (1 - alarms))
        after = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
        still = bool(np.abs(after - posterior).max() < STILL)
        posterior = after
        if still:
            break
    readers = tuple(
        Reader(name, round(float(one), 4), round(float(other), 4))
        for name, one, other in zip(names, recall, alarms, strict=True)
    )
    return Weak(posterior, readers, share)


def _start(said: Floats, prevalence: float) -> Floats:
    """Those most families speak for, as many as the prevalence says, are taken to matter at first."""
    count = said.sum(axis=1)
    cut = np.quantile(count, 1 - prevalence)
    start: Floats = np.where(count >= max(cut, 1), 0.9, 0.5 * prevalence)
    return start
