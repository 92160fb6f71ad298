"""What would lower a priority: the reasons without which it would be less, for the person who checks whether they hold.

Told from the stored evidence alone. The gate is the scorecard's whatever model ranks, so the band of a group without a
reason is known for every model; its value only where the scorecard ranks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models import scorecard
from models.features import NAMES
from models.indicators import LOWERS, indicators
from models.priority import FIRST, Published
from models.records import Band, Direction, Evidence, Priority
from store.database import chunks

# Sets of reasons looked at together: one look at a thousand costs little more than one at a single set.
BATCH = 1_000

Strengths = NDArray[np.float64]
Change = tuple[tuple[str, ...], str, Strengths]  # the features, how the sentence begins, the row as it would be


@dataclass(frozen=True, slots=True)
class Lowering:
    """One way down. `value` is None where a trained model ranks and the group would still be a lead."""

    features: tuple[str, ...]
    lead: bool
    value: float | None
    sentence: str


def lowerings(priority: Priority) -> tuple[Lowering, ...]:
    """Each reason by itself, what weighs most first; where none by itself ends the lead, the fewest that together do.

    Last, what an ad could say that would lower it. Left out is what would lower the value by less than is written of it.
    Nothing for a group that is no lead: there is nothing to lower.
    """
    row = strengths(priority.evidence)
    if not _lead(row):
        return ()
    scored = priority.model == Published().label
    raising = [one for one in priority.evidence if one.direction is Direction.FOR and one.contribution > 0]
    silent = [name for name in NAMES if indicators()[name].grade in LOWERS and not row[0, NAMES.index(name)]]
    changes = [_without(row, (one.feature,)) for one in raising] + [_saying(row, name) for name in silent]
    told = _told(row, changes, scored=scored)
    made = sorted(told[: len(raising)], key=lambda one: (one.lead, one.value if one.value is not None else 0.0))
    if all(one.lead for one in made):
        made[:0] = _told(row, [_without(row, _fewest(row))], scored=scored)
    return tuple(one for one in (*made, *told[len(raising) :]) if _noticed(one, priority.value))


def _noticed(one: Lowering, before: float) -> bool:
    return not one.lead or one.value is None or f"{one.value:.2f}" != f"{before:.2f}"


def strengths(evidence: Iterable[Evidence]) -> Strengths:
    """The row of feature strengths behind evidence, as far as they weigh: contributions are weight x strength, and half
    of it for all but the strongest of a family."""
    row = np.zeros((1, len(NAMES)))
    table = indicators()
    weighing = [one for one in evidence if one.contribution and one.feature in NAMES]
    strongest = {one.family: one.feature for one in sorted(weighing, key=lambda one: one.contribution)}
    for one in weighing:
        whole = one.contribution < 0 or strongest[one.family] == one.feature
        weight = table[one.feature].weight * (1.0 if whole else scorecard.SECOND)
        # Contributions are kept to six digits; a strength that stood exactly at the gate must stand there again.
        row[0, NAMES.index(one.feature)] = min(1.0, max(0.0, round(one.contribution / weight, 5))) if weight else 0.0
    return row


def _without(row: Strengths, features: tuple[str, ...]) -> Change:
    changed = row.copy()
    changed[0, [NAMES.index(name) for name in features]] = 0.0
    names = " and ".join(name.replace("_", " ") for name in features)
    return features, f"Without {names}", changed


def _saying(row: Strengths, name: str) -> Change:
    changed = row.copy()
    changed[0, NAMES.index(name)] = 1.0
    return (name,), f"Were all its ads to show {name.replace('_', ' ')}", changed


def _told(row: Strengths, changes: Sequence[Change], *, scored: bool) -> list[Lowering]:
    """What becomes of each change: all are looked at together, which costs little more than one."""
    rows = np.vstack([row, *(changed for _, _, changed in changes)])
    values = [round(float(value), 6) for value in scorecard.values(rows)]
    leads = scorecard.leads(rows)
    return [
        _sentence(features, start, values[0], after, lead=bool(lead), scored=scored)
        for (features, start, _), lead, after in zip(changes, leads[1:], values[1:], strict=True)
    ]


def _sentence(
    features: tuple[str, ...], start: str, before: float, after: float, *, lead: bool, scored: bool
) -> Lowering:
    if not lead:
        return Lowering(features, False, after, f"{start} it is no lead and leaves the ranked review.")
    if not scored:
        return Lowering(features, True, None, f"{start} it is still a lead; the model in force says in what place.")
    band = Band.FIRST if after >= FIRST else Band.REVIEW
    return Lowering(features, True, after, f"{start} its value is {after:.2f} in place of {before:.2f} ({band}).")


def _fewest(row: Strengths) -> tuple[str, ...]:
    """The fewest reasons without which the gate is shut, the strongest ones first where several sets are as small."""
    table = indicators()
    strong = row[0] >= scorecard.TRACE
    present = [column for column, name in enumerate(NAMES) if strong[column] and table[name].weight > 0]
    for size in range(2, len(present)):
        for part in chunks(combinations(present, size), BATCH):
            changed = np.repeat(row, len(part), axis=0)
            np.put_along_axis(changed, np.array(part), 0.0, axis=1)
            shut = ~scorecard.leads(changed)
            if shut.any():
                return tuple(NAMES[column] for column in part[int(shut.argmax())])
    return tuple(NAMES[column] for column in present)


def _lead(row: Strengths) -> bool:
    return bool(scorecard.leads(row)[0])
