"""Everything held about one linked group, as one record, and what its ads hold together."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from casework import decisions
from casework.records import Decision
from crawlers.stored import times_of
from linker.records import Group, Lineage, Passage, Reason
from linker.stored import load_groups
from linker.tables import lineage
from models.records import Priority
from models.stored import load_priorities
from nlp.records import KINDS, Kind
from nlp.stored import StoredReading, load_stored
from store.quarantine import held

# What says who is behind the ads, in the order a reader asks for it.
IDENTIFYING = (Kind.NAME, Kind.AGE, Kind.PHONE, Kind.EMAIL, Kind.HANDLE, Kind.PAYMENT, Kind.URL)


@dataclass(frozen=True, slots=True)
class Carried:
    """A value that ads of the group hold: how many do, when first and last, and whether so many do that it links nothing."""

    kind: Kind
    value: str
    ads: int
    first: datetime
    last: datetime
    hub: bool


@dataclass(frozen=True, slots=True)
class Joint:
    """One reason that joins ads of the group: the key they share, how many pairs and ads it joins, one pair as example."""

    reason: Reason
    key: str
    pairs: int
    ads: int
    weight: float
    example: tuple[str, str]


@dataclass(frozen=True, slots=True)
class GroupFile:
    """One group's file: `times` is when each of its ads stands, its posting date or else when it was first seen.

    `priority` is None until it has been scored; decisions are newest first.
    """

    group: Group
    priority: Priority | None
    times: Mapping[str, datetime]
    readings: Mapping[str, StoredReading]
    decisions: tuple[Decision, ...]
    lineage: tuple[Lineage, ...]

    @property
    def standing(self) -> Decision | None:
        """The decision in force."""
        return next((one for one in self.decisions if one.undone_at is None), None)


def load(connection: Connection, group_id: str, *, linked: bool = True) -> GroupFile | None:
    """The group's file, without ads that are held back, or None where the store has no such group; unless `linked`, without
    the links between its ads, which are most of it."""
    group = load_groups(connection, [group_id], linked=linked).get(group_id)
    if group is None:
        return None
    held_back = held(connection, group.ad_ids)
    shown = [ad_id for ad_id in group.ad_ids if ad_id not in held_back]
    events = connection.execute(
        select(lineage).where(lineage.c.group_id == group_id).order_by(lineage.c.lineage_id.desc())
    )
    priority = load_priorities(connection, [group_id]).get(group_id)
    return GroupFile(
        group=group,
        priority=priority.unquoted(held_back) if priority and held_back else priority,
        times=times_of(connection, shown),
        readings=load_stored(connection, shown),
        decisions=tuple(decisions.history(connection, group_id, group.ad_ids)),
        lineage=tuple(Lineage(row.group_id, row.at, Passage(row.passage), row.other) for row in events),
    )


def carried(file: GroupFile) -> dict[Kind, list[Carried]]:
    """Names, ages and contacts of the group's ads, by kind; those on most ads first."""
    hubs = {(hub.reason.value, hub.key) for hub in file.group.hubs}
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    found: dict[Kind, list[Carried]] = {kind: [] for kind in IDENTIFYING}
    for ad_id, reading in file.readings.items():
        for mention in reading.mentions:
            if (kind := mention["kind"]) in found:
                holders[kind, mention["value"]].add(ad_id)
    for (kind, value), ad_ids in holders.items():
        times = [file.times[ad_id] for ad_id in ad_ids]
        is_hub = (kind, value) in hubs
        found[KINDS[kind]].append(Carried(KINDS[kind], value, len(ad_ids), min(times), max(times), is_hub))
    for values in found.values():
        values.sort(key=lambda one: (-one.ads, one.value))
    return {kind: values for kind, values in found.items() if values}


def joints(group: Group) -> list[Joint]:
    """The group's links summed up by reason and key; what joins most ads first."""
    by_key: dict[tuple[Reason, str], list[int]] = defaultdict(list)
    for position, link in enumerate(group.links):
        by_key[link.reason, link.key].append(position)
    found = []
    for (reason, key), positions in by_key.items():
        links = [group.links[position] for position in positions]
        members = {ad_id for link in links for ad_id in (link.left, link.right)}
        weight = max(link.weight for link in links)
        found.append(Joint(reason, key, len(links), len(members), weight, (links[0].left, links[0].right)))
    return sorted(found, key=lambda one: (-one.ads, one.reason, one.key))
