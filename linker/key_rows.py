"""Links and hubs as they stand in the store: every key an ad brought or took away is judged anew by all its ads."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_

from linker.evidence import NAMED, hub_of, links_of
from linker.records import Hub, Link, Reason
from linker.signal_rows import LISTED, NAMES, REASONS, Known, in_order, shared_keys
from linker.signals import Key
from linker.specificity import SAMPLE, sampled
from linker.tables import hubs, link_work, links
from linker.work import Step, listed, put
from store.database import execute_plain, insert_plain

ORDER = attrgetter("first", "ad_id")
PLACE = ("left", "right", "reason", "key")  # of a link in its table
Place = tuple[str, str, Reason, str]


def relink(connection: Connection, upto: str, known: Known) -> None:
    """Judge the keys on this stretch of the list, write what changed, and list the ads at the ends of links that came,
    went or changed."""
    shared = shared_keys(connection, upto)
    before: dict[Place, Link] = {one[:4]: one for one in _stored(connection, upto)}
    fresh: list[Link] = []
    found: list[Hub] = []
    for made, hub in _judged(connection, shared, known):
        fresh += made
        if hub is not None:
            found.append(hub)
    stale: list[Place] = []
    if before:
        after = {one[:4]: one for one in fresh}
        stale = [place for place, one in before.items() if after.get(place) != one]
        fresh = [one for one in fresh if before.get(one[:4]) != one]
    _write(connection, stale, fresh)
    _write_hubs(connection, upto, found)
    ends = {end for left, right, *_ in stale for end in (left, right)}
    ends.update(end for one in fresh for end in (one.left, one.right))
    put(connection, Step.GROUP, sorted(ends))


def _judged(
    connection: Connection, shared: Mapping[Key, Sequence[str]], known: Known
) -> Iterator[tuple[list[Link], Hub | None]]:
    known.of(connection, (ad_id for ids in shared.values() if len(ids) <= SAMPLE for ad_id in ids))
    for key, ids in shared.items():
        if len(ids) > SAMPLE:
            taken = sampled(in_order(connection, ids))
            if hub := hub_of(key, known.of(connection, taken), len(ids)):
                yield [], hub
                continue
        yield links_of(key, sorted(known.of(connection, ids), key=ORDER))


def _stored(connection: Connection, upto: str) -> Iterator[Link]:
    """The links that the keys on this stretch of the list gave before, those of recruitment among them."""
    named = link_work.c.part + NAMED + link_work.c.item
    for reason, key in ((link_work.c.part, LISTED), (Reason.RECRUITMENT.value, named)):
        query = select(links).join_from(link_work, links, (links.c.reason == reason) & (links.c.key == key))
        for left, right, kind, value, weight, detail in connection.execute(query.where(listed(Step.KEY, upto))).all():
            yield Link(left, right, REASONS[kind], value, weight, detail)


def _write(connection: Connection, stale: list[Place], fresh: list[Link]) -> None:
    # A row at a time finds each by its key, where a list of rows makes SQLite go through all links.
    place = [links.c[name] == bindparam(f"the_{name}") for name in PLACE]
    gone = ((left, right, NAMES[reason], key) for left, right, reason, key in stale)
    execute_plain(connection, delete(links).where(*place), [f"the_{name}" for name in PLACE], gone)
    columns = (*PLACE, "weight", "detail")
    rows = ((one[0], one[1], NAMES[one[2]], *one[3:]) for one in sorted(fresh))
    insert_plain(connection, links, columns, rows, new=True)


def _write_hubs(connection: Connection, upto: str, found: list[Hub]) -> None:
    due = select(link_work.c.part, link_work.c.item).where(listed(Step.KEY, upto))
    connection.execute(delete(hubs).where(tuple_(hubs.c.reason, hubs.c.key).in_(due)))
    rows = [{"reason": hub.reason.value, "key": hub.key, "ads": hub.ads, "why": hub.why} for hub in found]
    if rows:
        connection.execute(insert(hubs), rows)
