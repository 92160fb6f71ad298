"""What of a group a decision rests on, and which changes of it open a decided group again.

New ads alone do not: a decision is carried to them. A stated minor age, a new place, a new person, a reason of a new family or
a merge does. Whoever was cleared, or found to be not trafficking, is not put forward again for wording alone: there a new
reason has to be structure.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from casework.records import Basis, Decision
from linker.records import Group, Passage
from linker.tables import lineage, link_signals
from models.indicators import Grade, indicators
from models.labels import Value
from models.records import Direction, Lane, Priority
from store.database import select_in

NAMED = 5
SPARED = frozenset({Value.CLEARED, Value.NOT})


def persons(connection: Connection, groups: Iterable[Group]) -> dict[str, tuple[str, ...]]:
    """The names that the ads of each group give, sorted."""
    owner = {ad_id: group.group_id for group in groups for ad_id in group.ad_ids}
    named: dict[str, set[str]] = {group_id: set() for group_id in owner.values()}
    query = select(link_signals.c.ad_id, link_signals.c.facts)
    for row in select_in(connection, query, link_signals.c.ad_id, owner):
        named[owner[row.ad_id]].update(row.facts["names"])
    return {group_id: tuple(sorted(names)) for group_id, names in named.items()}


def basis(group: Group, priority: Priority | None, named: tuple[str, ...] | None = None) -> Basis:
    """What is known of the group now; `named` as `persons` gives them."""
    evidence = priority.evidence if priority else ()
    return Basis(
        lane=priority.lane.value if priority else Lane.RANKED.value,
        reasons=tuple(sorted({one.feature for one in evidence if one.direction is Direction.FOR})),
        places=tuple(sorted({stop.name for stop in group.itinerary})),
        persons=named,
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
    return between(decision.basis, decision.at, present, merged_at, spared=decision.verdict in SPARED)


def between(known: Basis, at: datetime, present: Basis, merged_at: datetime | None, *, spared: bool) -> list[str]:
    """What changed in a way that matters between what was known at that time and the present."""
    found = []
    if present.lane == Lane.FIRST.value and known.lane != present.lane:
        found.append("an age below 18 is now stated")
    if merged_at is not None and merged_at > at:
        found.append("joined with another group")
    if new := sorted(set(present.places) - set(known.places)):
        found.append(f"new place: {', '.join(new)}")
    if known.persons is not None and (others := sorted(set(present.persons or ()) - set(known.persons))):
        found.append(f"new person: {', '.join(others[:NAMED])}{' and others' if len(others) > NAMED else ''}")
    return found + new_reasons(known.reasons, present.reasons, spared=spared)


def new_reasons(known: Iterable[str], present: Iterable[str], *, spared: bool) -> list[str]:
    """Reasons of families that did not speak for review then, as one sentence; of a spared group only structure counts."""
    families = {indicators()[one].family for one in known if one in indicators()}
    new = sorted(one for one in set(present) - set(known) if indicators()[one].family not in families)
    if spared:
        new = [one for one in new if indicators()[one].grade in (Grade.STRUCTURE, Grade.MINOR)]
    return [f"new reason: {', '.join(one.replace('_', ' ') for one in new)}"] if new else []


def stored(known: Mapping[str, Any]) -> Basis:
    """What was known, as it was written down."""
    named = known.get("persons")
    places, reasons = tuple(known["places"]), tuple(known["reasons"])
    return Basis(known["lane"], reasons, places, None if named is None else tuple(named))
