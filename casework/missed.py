"""How many groups below the cut would have mattered: an estimate from those drawn at random, with its interval.

The interval is that of Clopper and Pearson (1934), which holds for the few draws a team can look at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma, log

from sqlalchemy import Connection, and_, select

from casework.records import QueueLane
from casework.tables import decisions, queue_days, queue_entries
from models.labels import Value
from store.schema import now

DAYS = 30
MISS = 0.025  # at each end: 95 % between
STEPS = 60


@dataclass(frozen=True, slots=True)
class Missed:
    """Of `of` random groups from below the cut that were decided in DAYS days, `hits` mattered; `below` lie there now."""

    hits: int
    of: int
    below: int
    low: float  # shares
    high: float

    @property
    def sentence(self) -> str:
        """The estimate in words; what is not known is said."""
        if not self.below:
            return "Nothing lies below the cut."
        if not self.of:
            return f"Of the {self.below:,} groups below the cut nothing is known: none of the random ones was decided lately."
        low, high = self.low * self.below, self.high * self.below
        return (
            f"Of the {self.below:,} groups below the cut an estimated {self.hits / self.of * self.below:,.0f} matter "
            f"({low:,.0f} to {high:,.0f}, 95 % interval), as {self.hits} of {self.of} drawn at random did."
        )


def missed(connection: Connection) -> Missed:
    """The estimate now. Of a group that was decided more than once the newest word counts; unsure ones count for nothing."""
    entry = and_(queue_entries.c.day == decisions.c.day, queue_entries.c.group_id == decisions.c.group_id)
    rows = connection.execute(
        select(decisions.c.group_id, decisions.c.verdict)
        .join(queue_entries, entry)
        .where(
            queue_entries.c.lane == QueueLane.AUDIT.value,
            decisions.c.undone_at.is_(None),
            decisions.c.at >= now() - timedelta(days=DAYS),
        )
        .order_by(decisions.c.decision_id)
    )
    said = {row.group_id: row.verdict for row in rows}
    firm = [one for one in said.values() if one != Value.UNSURE.value]
    hits = firm.count(Value.INDICATED.value)
    below = connection.execute(
        select(queue_days.c.below).order_by(queue_days.c.day.desc()).limit(1)
    ).scalar_one_or_none()
    return Missed(hits, len(firm), below or 0, *clopper_pearson(hits, len(firm)))


def clopper_pearson(hits: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share; 0 to 1 where nothing was drawn."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, of, p) - MISS)
    high = 1.0 if hits == of else _solve(lambda p: MISS - _at_most(hits, of, p))
    return low, high


def _at_most(hits: int, of: int, p: float) -> float:
    """How likely so many or fewer of `of` are when each is with probability p."""
    whole = lgamma(of + 1)
    return sum(
        exp(whole - lgamma(k + 1) - lgamma(of - k + 1) + k * log(p) + (of - k) * log(1 - p)) for k in range(hits + 1)
    )


def _solve(rising: Callable[[float], float]) -> float:
    """Where a function that rises over (0, 1) is 0."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
