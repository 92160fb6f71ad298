"""What to label next: groups a model is unsure of and that differ from each other, and a few drawn by lot.

Labels of what the ranking put first say nothing of what it never shows. Both slices mend that: the first where a label
teaches most, the second so that what is missed can be estimated without bias. The queue takes them as they are.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# The feature strengths of groups, by id.
Look = Callable[[Sequence[str]], Mapping[str, Sequence[float]]]

# Candidates for each place: the least sure ones, among which the most different are picked.
POOL = 8


class Slice(StrEnum):
    """Why a group is put forward for a label."""

    LEARN = "learn"  # unsure, and unlike the others
    AUDIT = "audit"  # by lot, from everything that nobody is shown


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group that nobody has decided on and no other part of the queue shows. One that was abstained from teaches nothing."""

    group_id: str
    value: float
    teaches: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group to label, which slice it is of, and the sentence the queue shows."""

    group_id: str
    slice: Slice
    why: str


def to_label(
    candidates: Iterable[Candidate], look: Look, *, cut: float, learn: int, audit: int, day: str
) -> list[Wanted]:
    """`learn` groups near `cut` and unlike each other, then `audit` of the rest by lot. `look` is asked for a few only.

    The same candidates and day give the same groups; the order of the candidates says nothing.
    """
    every = list(candidates)
    pool = heapq.nsmallest(
        POOL * learn, (one for one in every if one.teaches), key=lambda one: (abs(one.value - cut), one.group_id)
    )
    unsure = _diverse(pool, look, learn)
    chosen = {one.group_id for one in unsure}
    drawn = heapq.nsmallest(
        audit, (one for one in every if one.group_id not in chosen), key=lambda one: lot(day, one.group_id)
    )
    return [
        *(
            Wanted(one.group_id, Slice.LEARN, f"a label teaches most here: {one.value:.2f} is near the cut")
            for one in unsure
        ),
        *(Wanted(one.group_id, Slice.AUDIT, "drawn at random from below the cut") for one in drawn),
    ]


def lot(day: str, group_id: str) -> str:
    """Draws the same groups whenever the day is built, and few others when some come or go."""
    return hashlib.sha256(f"{day} {group_id}".encode()).hexdigest()


def _diverse(pool: Sequence[Candidate], look: Look, count: int) -> list[Candidate]:
    """The first of the pool, then always the one farthest from all that were picked (Gonzalez 1985)."""
    if not pool or count <= 0:
        return []
    strengths = look([one.group_id for one in pool])
    rows = np.array([strengths[one.group_id] for one in pool], dtype=np.float64)
    picked = [0]
    nearest: Floats = np.linalg.norm(rows - rows[0], axis=1)
    while len(picked) < min(count, len(pool)):
        nearest[picked] = -1.0
        farthest = int(nearest.argmax())  # of equal ones the least sure, for the pool is in that order
        picked.append(farthest)
        nearest = np.minimum(nearest, np.linalg.norm(rows - rows[farthest], axis=1))
    return [pool[row] for row in picked]
