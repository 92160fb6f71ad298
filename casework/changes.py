"""What of a group a decision rests on, and which changes of it open a decided group again.

New ads alone do not: a decision is carried to them. A stated minor age, a new place, a new reason or a merge does. Whoever
was cleared, or found to be not trafficking, is not put forward again for words alone: there a new reason has to be structure.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from casework.records import Basis, Decision
from linker.records import Group, Passage
from linker.tables import lineage
from models.indicators import Grade, indicators
from models.labels import Value
from models.records import Direction, Lane, Priority
from store.database import select_in

SPARED = frozenset({Value.CLEARED, Value.NOT})


def basis(group: Group, priority: Priority | None) -> Basis:
    """What is known of the group now."""
    evidence = priority.evidence if priority else ()
    return Basis(
        lane=priority.lane.value if priority else Lane.RANKED.value,
        reasons=tuple(sorted({one.feature for one in evidence if one.direction is Direction.FOR})),
        places=tuple(sorted({stop.name for stop in group.itinerary})),
    )


def merges(connection: Connection, group_ids: list[str]) -> dict[str, datetime]:
    """When another group last went into each of these."""
    query = select(lineage.c.group_id, lineage.c.at).where(lineage.c.passage == Passage.MERGED.value)
    newest: dict[str, datetime] = {}
    for row in select_in(connection, query, lineage.c.group_id, group_ids):
        newest[row.group_id] = max(row.at, newest.get(row.group_id, row.at))
    return newest


def since(decision: Decision, present: Basis, merged_at: datetime | None) -> list[str]:
    """What changed in a way that matters since the decision, in plain words; empty where the decision stands."""
    found = []
    if present.lane == Lane.FIRST.value and decision.basis.lane != present.lane:
        found.append("an age below 18 is now stated")
    if merged_at is not None and merged_at > decision.at:
        found.append("joined with another group")
    if new := sorted(set(present.places) - set(decision.basis.places)):
        found.append(f"new place: {', '.join(new)}")
    spared = decision.verdict in SPARED
    return found + new_reasons(decision.basis.reasons, present.reasons, spared=spared)


def new_reasons(known: Iterable[str], present: Iterable[str], *, spared: bool) -> list[str]:
    """What speaks for review now and did not then, as one sentence; of a spared group only the structure counts."""
    new = sorted(set(present) - set(known))
    if spared:
        new = [one for one in new if indicators()[one].grade in (Grade.STRUCTURE, Grade.MINOR)]
    return [f"new reason: {', '.join(one.replace('_', ' ') for one in new)}"] if new else []
