"""Champion and challenger on the same held-out groups, and what the challenger would change in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.cases import Cases
from models.evaluation import ranking
from models.metrics import difference
from models.priority import Model, prioritise
from models.records import Band, Lane, Priority, Route
from models.views import GroupView


@dataclass(frozen=True, slots=True)
class Moves:
    """Group ids that a queue of `capacity` would gain and lose, and how many stay."""

    capacity: int
    enter: tuple[str, ...]
    leave: tuple[str, ...]
    stay: int


def compare(cases: Cases, challenger: Model, champion: Model) -> dict[str, Any]:
    """Average precision of challenger less champion, paired by group, with its interval, n and positives."""
    found = difference(cases.y, ranking(cases, challenger), ranking(cases, champion))
    return {"n": len(cases), "positives": int(cases.y.sum()), "difference": found}


def shadow(views: Sequence[GroupView], challenger: Model, champion: Model, capacity: int) -> Moves:
    """Which groups would enter and leave the first `capacity` places of the ranked review. Nothing is stored."""
    new, old = (_first(prioritise(views, model), capacity) for model in (challenger, champion))
    return Moves(
        capacity,
        enter=tuple(one for one in new if one not in old),
        leave=tuple(one for one in old if one not in new),
        stay=sum(one in old for one in new),
    )


def _first(scored: Sequence[Priority], capacity: int) -> list[str]:
    ranked = [
        one
        for one in scored
        if one.lane is Lane.RANKED and one.route is Route.REVIEW and one.band is not Band.ABSTAINED
    ]
    return [one.group_id for one in sorted(ranked, key=lambda one: (-one.value, one.group_id))][:capacity]
