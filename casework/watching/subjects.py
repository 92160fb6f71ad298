"""What a watch asks now, as a tree: a query as it is read today, a group wherever its ads are now, a person by pattern.

A group's id changes when it grows backwards or merges, and a person's number changes when they want it to; the ads a watch
was made from do not. From them the present groups are found, and ads with the same wording, and groups that write alike or
went the same way.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from casework.watches import By, Kind, Watch
from indexer import contacts
from indexer.backend import SearchBackend
from indexer.parse import parse
from indexer.query import Node, Or, QueryError, Terms
from indexer.records import AD
from indexer.resolve import resolve
from indexer.values import Moment
from linker.records import Reason
from linker.ride_rows import circuits_of
from linker.stored import group_ids_of
from linker.tables import hubs, link_keys
from models.style_rows import suggestions
from store.database import select_in
from store.errors import UsageError

# Ads of one wording beyond which it is everybody's, and tells no person.
MOST_COPIES = 5_000


def tree(connection: Connection, watch: Watch, present: Moment, backend: SearchBackend) -> Node:
    """What the watch asks, with ids in the place of everything an engine cannot answer. Raises SidelightError."""
    if watch.kind is Kind.GROUP:
        return Terms("group", groups_of(connection, watch.seeds))
    if watch.kind is Kind.PERSON:
        return _person(connection, watch)
    if watch.kind is Kind.IDENTIFIER:
        found = contacts.whole(watch.query)
        if found is None:
            raise QueryError(f"{watch.query!r} is no contact any more", 0, "end the watch and write a query")
        return found
    return resolve(parse(watch.query, present), backend, connection)


def groups_of(connection: Connection, seeds: Iterable[str]) -> tuple[str, ...]:
    """The groups these ads are in now."""
    return tuple(sorted(set(group_ids_of(connection, seeds).values())))


def _person(connection: Connection, watch: Watch) -> Node:
    own = groups_of(connection, watch.seeds)
    alike = set(own)
    if By.STYLE in watch.by:
        alike |= {one.other(group_id) for group_id in own for one in suggestions(connection, group_id)}
    if By.ITINERARY in watch.by:
        alike |= {
            rider.group_id for group_id in own for one in circuits_of(connection, group_id) for rider in one.riders
        }
    parts: list[Node] = [Terms("group", tuple(sorted(alike)))]
    if By.TEMPLATE in watch.by:
        parts.append(Terms("key", tuple(f"{AD}:{one}" for one in _copies(connection, watch.seeds))))
    return Or(tuple(parts))


def _copies(connection: Connection, seeds: Iterable[str]) -> list[str]:
    """Every ad with the wording of one of these, but for wordings that are everybody's."""
    text = link_keys.c.reason == Reason.TEXT.value
    clusters = {row.key for row in select_in(connection, select(link_keys.c.key).where(text), link_keys.c.ad_id, seeds)}
    everybodys = select(hubs.c.key).where(hubs.c.reason == Reason.TEXT.value)
    clusters -= {row.key for row in select_in(connection, everybodys, hubs.c.key, sorted(clusters))}
    copies = select_in(connection, select(link_keys.c.ad_id).where(text), link_keys.c.key, sorted(clusters))
    found = sorted({row.ad_id for row in copies})
    if len(found) > MOST_COPIES:
        raise UsageError(
            f"the wording is on {len(found):,} ads and tells no one person; watch them by style or itinerary"
        )
    return found
