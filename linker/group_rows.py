"""Groups as they stand in the store: those that a change touches are put together anew, whole."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from linker import itinerary
from linker.judgements import Verdict, in_force
from linker.lineage import passages
from linker.linking import describe
from linker.partition import group_id_of, partition
from linker.records import Group, Link, Reason
from linker.ride_rows import drop_rides, write_rides
from linker.signal_rows import Known
from linker.signals import Signals
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, groups, lineage, links
from store.database import chunks, select_in


def regroup(connection: Connection, touched: Iterable[str], signals: Known, at: datetime) -> set[str]:
    """Put together the groups of these ads and all they hang together with; returns the ids of groups that came,
    changed or went."""
    changed = set(touched)
    ad_ids, inside = _reach(connection, changed)
    known = {one.ad_id: one for one in signals.of(sorted(ad_ids))}
    parts = partition(known, inside, in_force(connection, sorted(known)))
    owner = group_ids_of(connection, sorted(ad_ids))
    before = members_of(connection, sorted(set(owner.values())))
    after = {group_id_of(known[one] for one in part): part for part in parts}
    same = {group_id for group_id, part in after.items() if before.get(group_id) == part and changed.isdisjoint(part)}
    fresh = {group_id: part for group_id, part in after.items() if group_id not in same}
    stale = [group_id for group_id in before if group_id not in same]
    _remove(connection, stale)
    _write(connection, _described(fresh, known, inside))
    events = passages(before, after, at)
    if events:
        connection.execute(
            insert(lineage),
            [{"group_id": one.group_id, "at": at, "passage": one.passage.value, "other": one.other} for one in events],
        )
    return {*fresh, *stale}


def _reach(connection: Connection, seeds: set[str]) -> tuple[set[str], list[Link]]:
    """The ads that hang together with these by groups, links or judgements, and the links among them."""
    reached: set[str] = set()
    found: dict[tuple[str, str, str, str], Link] = {}
    frontier = set(seeds)
    while frontier:
        groups_met = set(group_ids_of(connection, sorted(frontier)).values())
        for members in members_of(connection, sorted(groups_met)).values():
            frontier.update(members)
        frontier -= reached
        reached |= frontier
        ends: set[str] = set()
        for column in (links.c.left, links.c.right):
            for row in select_in(connection, select(links), column, sorted(frontier)):
                one = Link(row.left, row.right, Reason(row.reason), row.key, row.weight, dict(row.detail))
                found[one.left, one.right, one.reason.value, one.key] = one
                ends.update((one.left, one.right))
        for word in in_force(connection, sorted(frontier)):
            if word.verdict is Verdict.SAME:
                ends.update((word.left, word.right))
        frontier = ends - reached
    return reached, list(found.values())


def _described(parts: dict[str, list[str]], known: dict[str, Signals], inside: Iterable[Link]) -> list[Group]:
    owner = {ad_id: group_id for group_id, part in parts.items() for ad_id in part}
    within: dict[str, list[Link]] = defaultdict(list)
    for one in inside:
        group_id = owner.get(one.left)
        if group_id is not None and owner.get(one.right) == group_id:
            within[group_id].append(one)
    return [
        describe([known[ad_id] for ad_id in part], within[group_id], {}) for group_id, part in sorted(parts.items())
    ]


def _remove(connection: Connection, group_ids: list[str]) -> None:
    for part in chunks(group_ids):
        connection.execute(delete(groups).where(groups.c.group_id.in_(part)))
        connection.execute(delete(group_members).where(group_members.c.group_id.in_(part)))
    drop_rides(connection, group_ids)


def _write(connection: Connection, made: list[Group]) -> None:
    if not made:
        return
    rows = [
        {
            "group_id": group.group_id,
            "ads": len(group.ad_ids),
            "itinerary": itinerary.as_json(group.itinerary),
            "templates": [{"ad_ids": one.ad_ids} for one in group.templates],
            "first_seen": group.first_seen,
            "last_seen": group.last_seen,
        }
        for group in made
    ]
    connection.execute(insert(groups), rows)
    write_rides(connection, made)
    members = [{"ad_id": ad_id, "group_id": group.group_id} for group in made for ad_id in group.ad_ids]
    connection.execute(insert(group_members), members)
