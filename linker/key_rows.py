"""Links and hubs as they stand in the store: every key an ad brought or took away is judged anew by all its ads."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select, tuple_

from linker.evidence import hub_of, links_of, named_recruitment
from linker.records import Hub, Link, Reason
from linker.signal_rows import Known, carriers
from linker.signals import Key
from linker.specificity import SAMPLE, sampled
from linker.tables import hubs, links
from store.database import chunks, select_in

Place = tuple[str, str, str, str]  # left, right, reason, key: a link's place in its table
# Keys judged together: their ads are in memory at the same time.
TOGETHER = 500


def relink(connection: Connection, keys: Iterable[Key], known: Known) -> set[str]:
    """Judge these keys anew and write what changed; returns the ads at the ends of links that came, went or changed."""
    ends: set[str] = set()
    for part in chunks(sorted(keys), TOGETHER):
        before = {_place(one): one for one in _stored(connection, part)}
        after: dict[Place, Link] = {}
        found: list[Hub] = []
        for made, hub in _judged(connection, part, known):
            after.update((_place(one), one) for one in made)
            if hub is not None:
                found.append(hub)
        stale: list[Place] = [place for place, one in before.items() if after.get(place) != one]
        fresh = [one for place, one in after.items() if before.get(place) != one]
        _write(connection, stale, fresh)
        _write_hubs(connection, part, found)
        ends.update(end for left, right, *_ in stale for end in (left, right))
        ends.update(end for one in fresh for end in (one.left, one.right))
    return ends


def _judged(connection: Connection, keys: list[Key], known: Known) -> Iterator[tuple[list[Link], Hub | None]]:
    members = carriers(connection, keys)
    known.of(ad_id for ids in members.values() if 1 < len(ids) <= SAMPLE for ad_id in ids)
    for key in keys:
        ids = members[key]
        if len(ids) < 2:
            continue
        if len(ids) <= SAMPLE:
            yield links_of(key, known.of(ids))
            continue
        if hub := hub_of(key, known.of(sampled(ids)), len(ids)):
            yield [], hub
        else:
            yield links_of(key, known.of(ids))


def _stored(connection: Connection, keys: list[Key]) -> Iterator[Link]:
    """The links these keys gave before, those of recruitment among them."""
    named = [Key(Reason.RECRUITMENT, named_recruitment(key)) for key in keys]
    for reason, values in _by_reason([*keys, *named]).items():
        for row in select_in(connection, select(links).where(links.c.reason == reason.value), links.c.key, values):
            yield Link(row.left, row.right, Reason(row.reason), row.key, row.weight, dict(row.detail))


def _by_reason(keys: Iterable[Key]) -> dict[Reason, list[str]]:
    found: dict[Reason, list[str]] = {}
    for key in keys:
        found.setdefault(key.reason, []).append(key.value)
    return found


def _write(connection: Connection, stale: list[Place], fresh: list[Link]) -> None:
    for part in chunks(stale):
        place = tuple_(links.c.left, links.c.right, links.c.reason, links.c.key)
        connection.execute(delete(links).where(place.in_(part)))
    if fresh:
        connection.execute(insert(links), [one.as_json() for one in fresh])


def _write_hubs(connection: Connection, keys: list[Key], found: list[Hub]) -> None:
    for reason, values in _by_reason(keys).items():
        for part in chunks(values):
            connection.execute(delete(hubs).where(hubs.c.reason == reason.value, hubs.c.key.in_(part)))
    rows = [{"reason": hub.reason.value, "key": hub.key, "ads": hub.ads, "why": hub.why} for hub in found]
    if rows:
        connection.execute(insert(hubs), rows)


def _place(link: Link) -> Place:
    return link.left, link.right, link.reason.value, link.key
