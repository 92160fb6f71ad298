"""Links and hubs as they stand in the store: every key an ad brought or took away is judged anew by all its ads."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection, Text, bindparam, cast, delete, insert, select, tuple_

from linker.evidence import NAMED, hub_of, links_of
from linker.records import Hub, Link, Reason
from linker.signal_rows import LISTED, NAMES, Known, in_order, shared_keys
from linker.signals import Key
from linker.specificity import SAMPLE, sampled
from linker.tables import hubs, link_work, links
from linker.work import Step, listed, put
from store.database import execute_plain, insert_plain, plain_rows, written

ORDER = attrgetter("first", "ad_id")
PLACE = ("left", "right", "reason", "key")  # of a link in its table
# A link as it is stored: its place, weight and detail.
Stored = tuple[str, str, str, str, float, str]
NO_DETAIL = written({})


def relink(connection: Connection, upto: str, known: Known) -> None:
    """Judge the keys on this stretch of the list, write what changed, and list the ads at the ends of links that came,
    went or changed."""
    shared = shared_keys(connection, upto)
    before = _stored(connection, upto)
    after: set[Stored] = set()
    found: list[Hub] = []
    for made, hub in _judged(connection, shared, known):
        after.update(map(_as_stored, made))
        if hub is not None:
            found.append(hub)
    stale, fresh = before - after, after - before
    _write(connection, stale, fresh)
    _write_hubs(connection, upto, found)
    ends = {end for left, right, *_ in (*stale, *fresh) for end in (left, right)}
    put(connection, Step.GROUP, sorted(ends))


def _as_stored(link: Link) -> Stored:
    left, right, reason, key, weight, detail = link
    return left, right, NAMES[reason], key, weight, written(detail) if detail else NO_DETAIL


def _judged(
    connection: Connection, shared: Mapping[Key, Sequence[str]], known: Known
) -> Iterator[tuple[list[Link], Hub | None]]:
    known.load(connection, {ad_id for ids in shared.values() if len(ids) <= SAMPLE for ad_id in ids})
    for key, ids in shared.items():
        if len(ids) > SAMPLE:
            taken = sampled(in_order(connection, ids))
            if hub := hub_of(key, known.of(connection, taken), len(ids)):
                yield [], hub
                continue
        yield links_of(key, sorted(known.of(connection, ids), key=ORDER))


def _stored(connection: Connection, upto: str) -> set[Stored]:
    """The links that the keys on this stretch of the list gave before, those of recruitment among them."""
    named = link_work.c.part + NAMED + link_work.c.item
    found: set[Stored] = set()
    for reason, key in ((link_work.c.part, LISTED), (Reason.RECRUITMENT.value, named)):
        query = select(*(links.c[name] for name in (*PLACE, "weight")), cast(links.c.detail, Text))
        query = query.join_from(link_work, links, (links.c.reason == reason) & (links.c.key == key))
        found.update(plain_rows(connection, query.where(listed(Step.KEY, upto))))
    return found


def _write(connection: Connection, stale: set[Stored], fresh: set[Stored]) -> None:
    # A row at a time finds each by its key, where a list of rows makes SQLite go through all links.
    place = [links.c[name] == bindparam(f"the_{name}") for name in PLACE]
    gone = (one[:4] for one in sorted(stale))
    execute_plain(connection, delete(links).where(*place), [f"the_{name}" for name in PLACE], gone)
    insert_plain(connection, links, (*PLACE, "weight", "detail"), sorted(fresh), new=True)


def _write_hubs(connection: Connection, upto: str, found: list[Hub]) -> None:
    due = select(link_work.c.part, link_work.c.item).where(listed(Step.KEY, upto))
    connection.execute(delete(hubs).where(tuple_(hubs.c.reason, hubs.c.key).in_(due)))
    rows = [{"reason": hub.reason.value, "key": hub.key, "ads": hub.ads, "why": hub.why} for hub in found]
    if rows:
        connection.execute(insert(hubs), rows)
