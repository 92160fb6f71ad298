"""Which ads hang together, by links, judgements and the groups they were in: what has to be put together anew as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
from sqlalchemy import Connection, func, select

from linker.components import connected
from linker.judgements import Verdict, in_force
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, link_signals, links
from store.database import select_in

Pair = Sequence[str]  # of two ads
# From this share of all ads on, the links of all are read in one go.
MOST = 0.1


class Numbered(dict[str, int]):
    """Names with their numbers; one that was not met before gets the next."""

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number


def reached(connection: Connection, touched: Iterable[str]) -> Iterator[list[str]]:
    """The ads of each part that has a touched ad, sorted; parts in the order of their first ads."""
    seeds = sorted(touched)
    total = connection.execute(select(func.count()).select_from(link_signals)).scalar_one()
    pairs = _all(connection) if len(seeds) > MOST * total else _around(connection, seeds)
    number = Numbered((ad_id, place) for place, ad_id in enumerate(seeds))
    ends = np.fromiter(map(number.__getitem__, chain.from_iterable(pairs)), dtype=np.int64).reshape(-1, 2)
    least = connected(len(number), ends[:, 0], ends[:, 1])
    order = np.argsort(least, kind="stable")
    names = list(number)
    bounds = [0, *(np.flatnonzero(np.diff(least[order])) + 1).tolist(), len(order)]
    places = order.tolist()
    for start, end in pairwise(bounds):
        # Seeds have the least numbers.
        if start < end and places[start] < len(seeds):
            yield sorted([names[place] for place in places[start:end]])


def _all(connection: Connection) -> Iterator[Pair]:
    """Every link, every word that two ads are the same, and each ad with one of its group."""
    streamed = {"yield_per": 10_000}
    for some in connection.execute(select(links.c.left, links.c.right), execution_options=streamed).partitions():
        yield from some
    first: dict[str, str] = {}
    query = select(group_members.c.ad_id, group_members.c.group_id)
    for some in connection.execute(query, execution_options=streamed).partitions():
        yield from ((first.setdefault(group_id, ad_id), ad_id) for ad_id, group_id in some)
    yield from _said(connection, None)


def _around(connection: Connection, seeds: Iterable[str]) -> Iterator[Pair]:
    """The same around these ads, from one to the next."""
    met: set[str] = set()
    frontier = set(seeds)
    while frontier:
        asked = sorted(frontier)
        beside: list[Pair] = []
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
