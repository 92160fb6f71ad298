"""Which ads hang together, by links, judgements and the groups they were in: what has to be put together anew as a whole."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, pairwise, repeat
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select

from linker.components import Places, connected
from linker.judgements import Verdict, in_force
from linker.partition import Ends
from linker.stored import MEMBER, group_ids_of, members_of
from linker.tables import link_signals, links
from store.database import select_in

# From this share of all ads on, the links of all are read in one go.
MOST = 0.1
ENDS = select(links.c.left, links.c.right, links.c.weight)


class Reach(NamedTuple):
    """Ads that hang together with no others, sorted; the links between them by their ends' places; the group each was in."""

    ad_ids: list[str]
    links: Ends
    groups: dict[str, str]

    def among(self, there: Collection[str]) -> Ends:
        """The links by their ends' places among those of the ads that are `there`: an ad that is gone has no links."""
        if len(there) == len(self.ad_ids):
            return self.links
        place = np.cumsum([ad_id in there for ad_id in self.ad_ids]) - 1
        return Ends(place[self.links.left], place[self.links.right], self.links.weight)


class Numbered(dict[str, int]):
    """Names with their numbers; one that was not met before gets the next."""

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number


class _Web:
    """What holds ads together, by their numbers: eight bytes an end, for there are millions."""

    def __init__(self, seeds: Sequence[str]) -> None:
        self.number = Numbered((ad_id, place) for place, ad_id in enumerate(seeds))
        self.left, self.right, self.weight = array("q"), array("q"), array("d")
        self.one, self.other = array("q"), array("q")
        self.groups = Numbered()
        self._group = array("q")  # by the number of an ad; -1 for one that is in none

    def link(self, rows: Iterable[Sequence[object]]) -> None:
        """Take in links: their ends and weights."""
        left, right, weight = zip(*rows, strict=True)
        self.left.extend(map(self.number.__getitem__, left))
        self.right.extend(map(self.number.__getitem__, right))
        self.weight.extend(weight)

    def join(self, one: str, other: str) -> None:
        """Take in two ads that something else than a link holds together."""
        self.one.append(self.number[one])
        self.other.append(self.number[other])

    def group(self, ad_id: str, group_id: str) -> None:
        """Take in an ad of a group."""
        number = self.number[ad_id]
        self._group.extend(repeat(-1, number + 1 - len(self._group)))
        self._group[number] = self.groups[group_id]

    def links(self) -> Ends:
        """The links, each as often as it was met."""
        return Ends(_numbers(self.left), _numbers(self.right), np.asarray(self.weight))

    def group_of(self) -> Places:
        """For each number that of its group, -1 for none."""
        return np.pad(_numbers(self._group), (0, len(self.number) - len(self._group)), constant_values=-1)

    def least(self) -> Places:
        """For each number the least of those it hangs together with."""
        # A group is one more to hang together with, behind all ads.
        ads, group_of = len(self.number), self.group_of()
        grouped = np.flatnonzero(group_of >= 0)
        left = np.concatenate((_numbers(self.left), _numbers(self.one), grouped))
        right = np.concatenate((_numbers(self.right), _numbers(self.other), ads + group_of[grouped]))
        return connected(ads + len(self.groups), left, right)[:ads]


def _numbers(held: "array[int]") -> Places:
    return np.asarray(held)


def reached(connection: Connection, touched: Iterable[str], together: int) -> Iterator[Reach]:
    """All that hangs together with the touched ads, in parts of about `together` ads or more."""
    web = _Web(sorted(touched))
    seeds = len(web.number)
    total = connection.execute(select(func.count()).select_from(link_signals)).scalar_one()
    if seeds > MOST * total:
        _read_all(connection, web)
    else:
        _read_around(connection, web)
    return _parts(web, seeds, together)


def _parts(web: _Web, seeds: int, together: int) -> Iterator[Reach]:
    least, links, group_of = web.least(), web.links(), web.group_of()
    names, groups = list(web.number), list(web.groups)
    order, joins = _by_part(least, seeds), _by_part(least[links.left], seeds)
    place = np.empty(len(names), dtype=np.int64)
    for some, between in _together(least[order], least[links.left[joins]], together):
        members = sorted(order[some].tolist(), key=names.__getitem__)
        place[members] = np.arange(len(members))
        mine = joins[between]
        ends = Ends(place[links.left[mine]], place[links.right[mine]], links.weight[mine])
        ad_ids = [names[one] for one in members]
        was = zip(ad_ids, group_of[members].tolist(), strict=True)
        yield Reach(ad_ids, ends, {ad_id: groups[group] for ad_id, group in was if group >= 0})


def _by_part(least: Places, seeds: int) -> Places:
    """The places in the order of the least in their parts, but for parts without a seed; seeds have the least numbers."""
    order = np.argsort(least, kind="stable")
    return order[: np.searchsorted(least[order], seeds)]


def _together(ads: Places, joins: Places, least: int) -> Iterator[tuple[slice, slice]]:
    """Slices of the ads, of `least` or more, that cut no part in two, and of the links between them; `ads` and `joins` say,
    in order, which part each belongs to."""
    bounds = [0, *(np.flatnonzero(np.diff(ads)) + 1).tolist(), len(ads)]
    taken = [0]
    for bound in bounds:
        if bound - taken[-1] >= least or (bound == len(ads) > taken[-1]):
            taken.append(bound)
    for start, end in pairwise(taken):
        first, last = np.searchsorted(joins, [ads[start], ads[end - 1] + 1]).tolist()
        yield slice(start, end), slice(first, last)


def _read_all(connection: Connection, web: _Web) -> None:
    """Every link, every word that two ads are the same, and each ad with one of its group."""
    streamed = {"yield_per": 10_000}
    for some in connection.execute(ENDS, execution_options=streamed).partitions():
        web.link(some)
    for ad_id, group_id in connection.execute(MEMBER, execution_options=streamed):
        web.group(ad_id, group_id)
    _say(connection, web, None)


def _read_around(connection: Connection, web: _Web) -> None:
    """The same around the seeds, from one to the next."""
    done = 0
    while done < len(web.number):
        asked = sorted(islice(web.number, done, None))
        done = len(web.number)
        for group_id, members in members_of(connection, set(group_ids_of(connection, asked).values())).items():
            for ad_id in members:
                web.group(ad_id, group_id)
        for column in (links.c.left, links.c.right):
            if rows := list(select_in(connection, ENDS, column, asked)):
                web.link(rows)
        _say(connection, web, asked)


def _say(connection: Connection, web: _Web, ad_ids: Iterable[str] | None) -> None:
    for word in in_force(connection, ad_ids):
        if word.verdict is Verdict.SAME:
            web.join(word.left, word.right)
