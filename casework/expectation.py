"""How often a queue can be expected to be right: base rates stay in sight wherever a queue is shown."""

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from sqlalchemy import Connection, and_, select

from casework.records import QueueLane
from casework.tables import decisions, queue_entries
from models.labels import Value
from store.schema import now

# The detector of the published example: what the expected precision assumes of the ranking until decisions say more.
ASSUMED_RECALL = 0.90
ASSUMED_FALSE_ALARMS = 0.01
DAYS = 30
Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95 % interval; `of` may be 0, and then the interval says nothing: 0 to 1."""

    hits: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What stands above a queue. Shares are over the last DAYS days."""

    prevalence: float
    precision: float  # expected, with the assumed recall and false alarms
    ranked: Share  # of the decided ranked entries, those where trafficking was indicated
    audit: Share  # the same for entries drawn at random from below the cut: what the ranking misses

    @property
    def sentence(self) -> str:
        """The expected precision in one sentence."""
        return (
            f"If 1 group in {round(1 / self.prevalence):,} matters, a ranking that finds {ASSUMED_RECALL:.0%} of them with "
            f"{ASSUMED_FALSE_ALARMS:.0%} false alarms is right {self.precision:.0%} of the time."
        )


def expected_precision(
    prevalence: float, recall: float = ASSUMED_RECALL, false_alarms: float = ASSUMED_FALSE_ALARMS
) -> float:
    """The share of flagged groups that matter, by Bayes' rule; all arguments are shares in [0, 1]."""
    right = recall * prevalence
    flagged = right + false_alarms * (1 - prevalence)
    return right / flagged if flagged else 0.0


def share(hits: int, of: int) -> Share:
    """A share with its Wilson score interval (Wilson 1927)."""
    if of == 0:
        return Share(0, 0, 0.0, 1.0)
    p = hits / of
    centre = p + Z**2 / (2 * of)
    spread = Z * sqrt(p * (1 - p) / of + Z**2 / (4 * of**2))
    scale = 1 + Z**2 / of
    return Share(hits, of, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def expectation(connection: Connection, prevalence: float) -> Expectation:
    """Expected precision at this prevalence, beside what the team's own decisions came to. Unsure ones count for nothing."""
    entry = and_(queue_entries.c.day == decisions.c.day, queue_entries.c.group_id == decisions.c.group_id)
    rows = connection.execute(
        select(queue_entries.c.lane, decisions.c.verdict)
        .join(queue_entries, entry)
        .where(
            decisions.c.undone_at.is_(None),
            decisions.c.at >= now() - timedelta(days=DAYS),
            decisions.c.verdict != Value.UNSURE.value,
        )
    ).all()

    def of(lane: QueueLane) -> Share:
        verdicts = [row.verdict for row in rows if row.lane == lane.value]
        return share(verdicts.count(Value.INDICATED.value), len(verdicts))

    return Expectation(prevalence, expected_precision(prevalence), of(QueueLane.RANKED), of(QueueLane.AUDIT))
