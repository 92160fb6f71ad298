"""Groups as they stand in the store: those that a change touches are put together anew, whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, select

from linker import itinerary
from linker.judgements import in_force
from linker.lineage import passages
from linker.linking import describe
from linker.partition import Edge, Ends, group_id_of, parted
from linker.reach import Reach, reached
from linker.records import Group
from linker.ride_rows import Ride, drop_rides, rides_of, write_rides
from linker.signal_rows import Known
from linker.tables import group_members, groups, lineage, link_work, links
from linker.work import Done, Step, listed, take_off
from store import pending
from store.behind import Behind
from store.database import ASKED, among, chunks, insert_plain, plain_in, written
from store.schema import now
from store.workspace import Workspace

# Ads whose groups are put together and written at a time.
TOGETHER = 10_000


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What becomes of the groups of some ads: groups that are no more, rows of new ones and of their rides, ads that are in
    none any more, rows of those that are in another, and rows of what happened; `listed` are those of the ads to take off
    the list."""

    listed: list[str]
    stale: list[str]
    fresh: list[tuple[Any, ...]]
    rides: list[Ride]
    left: list[str]
    moved: list[tuple[str, str]]
    events: list[tuple[str, datetime, str, str | None]]


def regroup_all(workspace: Workspace, behind: Behind, known: Known, done: Done) -> None:
    """Put together the groups of all ads on the list and of what these hang together with; announces what changed."""
    with workspace.read() as connection:
        touched = {one for (one,) in connection.execute(select(link_work.c.item).where(listed(Step.GROUP))).all()}
        reach = reached(connection, touched, TOGETHER) if touched else ()
        made = (_regrouped(workspace, some, touched, known) for some in reach)
    for count in behind.write(regroup, made):
        done(count)


def _regrouped(workspace: Workspace, reach: Reach, touched: set[str], signals: Known) -> Regrouped:
    """The groups of these ads put together."""
    ad_ids = reach.ad_ids
    with workspace.read() as connection:
        known = {one.ad_id: one for one in signals.of(connection, ad_ids)}
        links_here = reach.among(known)
        parts = parted(
            known, links_here, partial(_edges, connection, list(known), links_here), in_force(connection, known)
        )
    # All of a group is among the ads, or none of it.
    before: dict[str, list[str]] = defaultdict(list)
    for ad_id, group_id in reach.groups.items():
        before[group_id].append(ad_id)
    after = {group_id_of([known[one] for one in part]): part for part in parts}
    same = {group_id for group_id, part in after.items() if before.get(group_id) == part and touched.isdisjoint(part)}
    made = [
        describe([known[ad_id] for ad_id in part], (), {})
        for group_id, part in sorted(after.items())
        if group_id not in same
    ]
    now_in = {ad_id: group_id for group_id, part in after.items() for ad_id in part}
    at = now()
    return Regrouped(
        listed=[ad_id for ad_id in ad_ids if ad_id in touched],
        stale=[group_id for group_id in before if group_id not in same],
        fresh=list(map(_row, made)),
        rides=rides_of(made),
        left=sorted(reach.groups.keys() - now_in.keys()),
        moved=sorted(now_in.items() - reach.groups.items()),  # most stay in the group they were in
        events=[(one.group_id, at, one.passage.value, one.other) for one in passages(before, after, at)],
    )


def _row(group: Group) -> tuple[Any, ...]:
    return (
        group.group_id,
        len(group.ad_ids),
        written(itinerary.as_json(group.itinerary)),
        written([{"ad_ids": one.ad_ids} for one in group.templates]),
        group.first_seen,
        group.last_seen,
    )


def regroup(connection: Connection, made: Regrouped) -> int:
    """Write what became of the groups, and announce those that changed; returns how many ads of the list it was."""
    for part in chunks(made.stale, ASKED):
        connection.execute(delete(groups).where(among(connection, groups.c.group_id, part)))
    drop_rides(connection, made.stale)
    columns = ("group_id", "ads", "itinerary", "templates", "first_seen", "last_seen")
    insert_plain(connection, groups, columns, made.fresh, new=True)
    write_rides(connection, made.rides)
    for part in chunks(made.left, ASKED):
        connection.execute(delete(group_members).where(among(connection, group_members.c.ad_id, part)))
    insert_plain(connection, group_members, ("ad_id", "group_id"), made.moved, replacing=("group_id",))
    insert_plain(connection, lineage, ("group_id", "at", "passage", "other"), made.events, new=True)
    pending.announce(connection, "groups", sorted({*(row[0] for row in made.fresh), *made.stale}))
    take_off(connection, Step.GROUP, made.listed)
    return len(made.listed)


def _edges(connection: Connection, ad_ids: Sequence[str], ends: Ends, places: Sequence[int]) -> list[Edge]:
    """What is stored of the links at these places."""
    pairs = {(ad_ids[ends.left[place]], ad_ids[ends.right[place]]) for place in places}
    query = select(links.c.left, links.c.right, links.c.reason, links.c.key, links.c.weight)
    rows = map(Edge._make, plain_in(connection, query, links.c.left, sorted({left for left, _ in pairs})))
    return [edge for edge in rows if (edge.left, edge.right) in pairs]
