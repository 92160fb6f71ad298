"""Which of a group's reasons stand in a list: those that say most, and the first that speaks against."""

from dataclasses import dataclass

from models.indicators import Grade
from models.records import Direction, Evidence, Priority

ROOM = 3  # reasons for review that one entry has room for


@dataclass(frozen=True, slots=True)
class Foremost:
    """`more` is how many reasons for review there was no room for."""

    reasons: tuple[Evidence, ...] = ()
    more: int = 0
    against: tuple[Evidence, ...] = ()


def foremost(priority: Priority | None) -> Foremost:
    """A stated age below 18 before all others, then in the order of what they add."""
    if priority is None:
        return Foremost()
    reasons = [one for one in priority.evidence if one.direction is Direction.FOR]
    reasons.sort(key=lambda one: one.grade != Grade.MINOR)
    against = [one for one in priority.evidence if one.direction is Direction.AGAINST]
    return Foremost(tuple(reasons[:ROOM]), max(0, len(reasons) - ROOM), tuple(against[:1]))
