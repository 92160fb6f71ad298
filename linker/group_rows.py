"""Groups as they stand in the store: those that a change touches are put together anew, whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from linker import itinerary
from linker.judgements import in_force
from linker.lineage import passages
from linker.linking import describe
from linker.partition import group_id_of, partition
from linker.reach import reached
from linker.ride_rows import drop_rides, write_rides
from linker.signal_rows import Known
from linker.signals import Signals
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, groups, lineage, link_work, links
from linker.work import Done, Step, listed, take_off
from store import pending
from store.database import ASKED, among, chunks, insert_plain, plain_in
from store.schema import now
from store.workspace import Workspace

# Ads whose groups are put together and written at a time.
TOGETHER = 10_000


def regroup_all(workspace: Workspace, known: Known, done: Done) -> None:
    """Put together the groups of all ads on the list and of what these hang together with; announces what changed."""
    with workspace.read() as connection:
        touched = {one for (one,) in connection.execute(select(link_work.c.item).where(listed(Step.GROUP))).all()}
        parts = list(reached(connection, touched)) if touched else []
    for some in _together(parts):
        with workspace.begin() as connection:
            regroup(connection, some, touched, known, now())
            take_off(connection, Step.GROUP, (ad_id for ad_id in some if ad_id in touched))
        done(sum(ad_id in touched for ad_id in some))


def _together(parts: Iterable[list[str]]) -> Iterator[list[str]]:
    some: list[str] = []
    for part in parts:
        some += part
        if len(some) >= TOGETHER:
            yield some
            some = []
    if some:
        yield some


def regroup(connection: Connection, ad_ids: Sequence[str], changed: set[str], signals: Known, at: datetime) -> None:
    """Put together the groups of these ads, which hang together with no others."""
    known = {one.ad_id: one for one in signals.of(connection, ad_ids)}
    parts = partition(known, _links(connection, ad_ids), in_force(connection, sorted(known)))
    before = members_of(connection, sorted(set(group_ids_of(connection, ad_ids).values())))
    after = {group_id_of([known[one] for one in part]): part for part in parts}
    same = {group_id for group_id, part in after.items() if before.get(group_id) == part and changed.isdisjoint(part)}
    fresh = {group_id: part for group_id, part in after.items() if group_id not in same}
    stale = [group_id for group_id in before if group_id not in same]
    _remove(connection, stale)
    _write(connection, fresh, known)
    _move(connection, before, after)
    events = passages(before, after, at)
    told = ((one.group_id, at, one.passage.value, one.other) for one in events)
    insert_plain(connection, lineage, ("group_id", "at", "passage", "other"), told, new=True)
    pending.announce(connection, "groups", sorted({*fresh, *stale}))


def _links(connection: Connection, ad_ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    query = select(links.c.left, links.c.right, links.c.reason, links.c.key, links.c.weight)
    return plain_in(connection, query, links.c.left, ad_ids)


def _remove(connection: Connection, group_ids: Sequence[str]) -> None:
    for part in chunks(group_ids, ASKED):
        connection.execute(delete(groups).where(among(connection, groups.c.group_id, part)))
    drop_rides(connection, group_ids)


def _write(connection: Connection, parts: Mapping[str, Sequence[str]], known: Mapping[str, Signals]) -> None:
    if not parts:
        return
    made = [describe([known[ad_id] for ad_id in part], (), {}) for _, part in sorted(parts.items())]
    rows = (
        (
            group.group_id,
            len(group.ad_ids),
            itinerary.as_json(group.itinerary),
            [{"ad_ids": one.ad_ids} for one in group.templates],
            group.first_seen,
            group.last_seen,
        )
        for group in made
    )
    columns = ("group_id", "ads", "itinerary", "templates", "first_seen", "last_seen")
    insert_plain(connection, groups, columns, rows, new=True)
    write_rides(connection, made)


def _move(connection: Connection, before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> None:
    """Write of the members what changed: most ads stay in the group they were in."""
    was, now_in = ({ad_id: group_id for group_id, part in some.items() for ad_id in part} for some in (before, after))
    for part in chunks(sorted(was.keys() - now_in.keys()), ASKED):
        connection.execute(delete(group_members).where(among(connection, group_members.c.ad_id, part)))
    moved = sorted(now_in.items() - was.items())
    insert_plain(connection, group_members, ("ad_id", "group_id"), moved, replacing=("group_id",))
