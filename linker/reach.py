"""Which ads hang together, by links, judgements and the groups they were in: what has to be put together anew as a whole."""

from collections.abc import Iterable, Iterator

import numpy as np
from sqlalchemy import Connection, func, select

from linker.components import connected
from linker.judgements import Verdict, in_force
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, link_signals, links
from store.database import select_in

Pair = tuple[str, str]
# From this share of all ads on, the links of all are read in one go.
MOST = 0.1


def reached(connection: Connection, touched: Iterable[str]) -> Iterator[list[str]]:
    """The ads of each part that has a touched ad, sorted; parts in the order of their first ads."""
    seeds = sorted(touched)
    total = connection.execute(select(func.count()).select_from(link_signals)).scalar_one()
    pairs = _all(connection) if len(seeds) > MOST * total else _around(connection, seeds)
    number: dict[str, int] = {ad_id: place for place, ad_id in enumerate(seeds)}
    ends = np.fromiter((number.setdefault(end, len(number)) for pair in pairs for end in pair), dtype=np.int64).reshape(
        -1, 2
    )
    least = connected(len(number), ends[:, 0], ends[:, 1])
    order = np.argsort(least, kind="stable")
    names = list(number)
    cuts = np.flatnonzero(np.diff(least[order])) + 1
    for part in np.split(order, cuts):
        # Seeds have the least numbers.
        if len(part) and part[0] < len(seeds):
            yield sorted(names[place] for place in part.tolist())


def _all(connection: Connection) -> Iterator[Pair]:
    """Every link, every word that two ads are the same, and each ad with one of its group."""
    streamed = {"yield_per": 10_000}
    yield from connection.execute(select(links.c.left, links.c.right), execution_options=streamed)
    first: dict[str, str] = {}
    for ad_id, group_id in connection.execute(
        select(group_members.c.ad_id, group_members.c.group_id), execution_options=streamed
    ):
        yield first.setdefault(group_id, ad_id), ad_id
    yield from _said(connection, None)


def _around(connection: Connection, seeds: Iterable[str]) -> Iterator[Pair]:
    """The same around these ads, from one to the next."""
    met: set[str] = set()
    frontier = set(seeds)
    while frontier:
        asked, beside = sorted(frontier), []
        for members in members_of(connection, sorted(set(group_ids_of(connection, asked).values()))).values():
            beside += [(members[0], other) for other in members]
        for column in (links.c.left, links.c.right):
            query = select(links.c.left, links.c.right)
            beside += [(row.left, row.right) for row in select_in(connection, query, column, asked)]
        beside += _said(connection, asked)
        yield from beside
        met |= frontier
        frontier = {end for pair in beside for end in pair} - met


def _said(connection: Connection, ad_ids: Iterable[str] | None) -> list[Pair]:
    found = in_force(connection, ad_ids)
    return [(word.left, word.right) for word in found if word.verdict is Verdict.SAME]
