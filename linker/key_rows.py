"""Links and hubs as they stand in the store: every key an ad brought or took away is judged anew by all its ads."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, or_, select, tuple_

from linker.evidence import hub_of, links_of, named_recruitment
from linker.records import Hub, Link, Reason
from linker.signal_rows import carriers, load_signals
from linker.signals import Key, Signals
from linker.specificity import SAMPLE, sampled
from linker.tables import hubs, links
from store.database import chunks

Place = tuple[str, str, str, str]  # left, right, reason, key: a link's place in its table
# Keys judged together: their ads are in memory at the same time.
TOGETHER = 500


def relink(connection: Connection, keys: Iterable[Key]) -> set[str]:
    """Judge these keys anew and write what changed; returns the ads at the ends of links that came, went or changed."""
    ends: set[str] = set()
    for part in chunks(sorted(keys), TOGETHER):
        before = {_place(one): one for one in _stored(connection, part)}
        after: dict[Place, Link] = {}
        found: list[Hub] = []
        for made, hub in _judged(connection, part):
            after.update((_place(one), one) for one in made)
            if hub is not None:
                found.append(hub)
        stale = [place for place, one in before.items() if after.get(place) != one]
        fresh = [one for place, one in after.items() if before.get(place) != one]
        _write(connection, stale, fresh)
        _write_hubs(connection, part, found)
        ends.update(end for left, right, *_ in stale for end in (left, right))
        ends.update(end for one in fresh for end in (one.left, one.right))
    return ends


def _judged(connection: Connection, keys: list[Key]) -> Iterator[tuple[list[Link], Hub | None]]:
    members = carriers(connection, keys)
    small = {ad_id for ids in members.values() if 1 < len(ids) <= SAMPLE for ad_id in ids}
    known = load_signals(connection, sorted(small))
    for key in keys:
        ids = members[key]
        if len(ids) < 2:
            continue
        if len(ids) <= SAMPLE:
            yield links_of(key, [known[ad_id] for ad_id in ids])
            continue
        sample = sampled(ids)
        some = load_signals(connection, sample)
        if hub := hub_of(key, [some[ad_id] for ad_id in sample], len(ids)):
            yield [], hub
            continue
        every = load_signals(connection, ids)
        yield links_of(key, _in_order(every.values()))


def _in_order(ads: Iterable[Signals]) -> list[Signals]:
    return sorted(ads, key=lambda ad: ad.order)


def _stored(connection: Connection, keys: list[Key]) -> Iterator[Link]:
    """The links these keys gave before, those of recruitment among them."""
    named = [*keys, *(Key(Reason.RECRUITMENT, named_recruitment(key)) for key in keys)]
    wanted: dict[Reason, list[str]] = {}
    for key in named:
        wanted.setdefault(key.reason, []).append(key.value)
    for reason, values in wanted.items():
        for part in chunks(values):
            rows = connection.execute(select(links).where(links.c.reason == reason.value, links.c.key.in_(part)))
            for row in rows:
                yield Link(row.left, row.right, Reason(row.reason), row.key, row.weight, dict(row.detail))


def _write(connection: Connection, stale: list[Place], fresh: list[Link]) -> None:
    for part in chunks(stale):
        place = tuple_(links.c.left, links.c.right, links.c.reason, links.c.key)
        connection.execute(delete(links).where(place.in_(part)))
    if fresh:
        connection.execute(insert(links), [one.as_json() for one in fresh])


def _write_hubs(connection: Connection, keys: list[Key], found: list[Hub]) -> None:
    for part in chunks(keys, 200):
        each = (((hubs.c.reason == key.reason.value) & (hubs.c.key == key.value)) for key in part)
        connection.execute(delete(hubs).where(or_(*each)))
    if found:
        connection.execute(
            insert(hubs),
            [{"reason": hub.reason.value, "key": hub.key, "ads": hub.ads, "why": hub.why} for hub in found],
        )


def _place(link: Link) -> Place:
    return link.left, link.right, link.reason.value, link.key
