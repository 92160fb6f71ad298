"""Groups as they stand in the store: those that a change touches are put together anew, whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from linker import itinerary
from linker.judgements import in_force
from linker.lineage import passages
from linker.partition import group_id_of, partition
from linker.reach import reached
from linker.records import Link
from linker.signal_rows import REASONS, Known, load_texts
from linker.signals import Signals
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, groups, lineage, link_work, links
from linker.templates import templates
from linker.wording import Wording
from linker.work import Done, Step, listed, put, take_off
from store import pending
from store.database import ASKED, among, chunks, insert_plain, select_in
from store.schema import now
from store.workspace import Workspace

# Ads whose groups are put together and written at a time.
TOGETHER = 10_000


def regroup_all(workspace: Workspace, known: Known, done: Done) -> None:
    """Put together the groups of all ads on the list and of what these hang together with; announces what changed."""
    with workspace.read() as connection:
        touched = set(connection.execute(select(link_work.c.item).where(listed(Step.GROUP))).scalars())
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
    put(connection, Step.SLOTS, (group_id for group_id, part in fresh.items() if len(part) > 1))
    events = passages(before, after, at)
    if events:
        connection.execute(
            insert(lineage),
            [{"group_id": one.group_id, "at": at, "passage": one.passage.value, "other": one.other} for one in events],
        )
    pending.announce(connection, "groups", sorted({*fresh, *stale}))


def _links(connection: Connection, ad_ids: Iterable[str]) -> Iterator[Link]:
    query = select(links.c.left, links.c.right, links.c.reason, links.c.key, links.c.weight)
    for row in select_in(connection, query, links.c.left, ad_ids):
        yield Link(row.left, row.right, REASONS[row.reason], row.key, row.weight)


def align(connection: Connection, upto: str, signals: Known) -> None:
    """Align the templates of the groups on this stretch of the list."""
    due = select(link_work.c.item).where(listed(Step.SLOTS, upto))
    members = members_of(connection, connection.execute(due).scalars().all())
    known = {one.ad_id: one for one in signals.of(connection, (one for ids in members.values() for one in ids))}
    texts = load_texts(connection, {one.wording.digest for one in known.values()})
    rows = []
    for group_id, ad_ids in sorted(members.items()):
        found = templates(_with_text(known[ad_id], texts) for ad_id in ad_ids)
        if found:
            stored = [{"ad_ids": one.ad_ids, "text": one.text, "slots": one.slots} for one in found]
            rows.append({"one": group_id, "now": stored})
    if rows:
        statement = update(groups).where(groups.c.group_id == bindparam("one")).values(templates=bindparam("now"))
        connection.execute(statement, rows)
        pending.announce(connection, "groups", [str(row["one"]) for row in rows])


def _with_text(ad: Signals, texts: Mapping[str, str]) -> Signals:
    digest = ad.wording.digest
    return replace(ad, wording=Wording(digest, texts[digest])) if digest else ad


def _remove(connection: Connection, group_ids: Sequence[str]) -> None:
    for part in chunks(group_ids, ASKED):
        for table in (groups, group_members):
            connection.execute(delete(table).where(among(connection, table.c.group_id, part)))


def _write(connection: Connection, parts: Mapping[str, Sequence[str]], known: Mapping[str, Signals]) -> None:
    if not parts:
        return
    rows = []
    for group_id, part in parts.items():
        ads = [known[ad_id] for ad_id in part]
        rows.append(
            {
                "group_id": group_id,
                "ads": len(ads),
                "itinerary": itinerary.as_json(itinerary.itinerary(ads)),
                "templates": [],  # `align` fills them in
                "first_seen": min(ad.first for ad in ads),
                "last_seen": max(ad.last for ad in ads),
            }
        )
    connection.execute(insert(groups), rows)
    members = ((ad_id, group_id) for group_id, part in parts.items() for ad_id in part)
    insert_plain(connection, group_members, ("ad_id", "group_id"), members, new=True)
