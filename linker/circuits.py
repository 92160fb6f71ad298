"""Circuits: the same towns in the same order by several groups, one after another or together.

A tour agency sends its people round like that too, and so does a railway line: a circuit is a thing to look at, with the
stays of each group, and the more groups ride it the less it says of any two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from linker.distance import APART_KM
from linker.itinerary import SHORT
from linker.movement import apart
from linker.records import Stop

# Fewer towns in a row are a road that many take.
TOWNS = 3
# From the last ad in a town to the first in the next; after more, nobody can tell where the group was in between.
LEG = timedelta(days=21)
# Between the days on which two groups begin the same circuit.
LAG = timedelta(days=60)


class Ride(NamedTuple):
    """TOWNS towns in a row of one group: by what others find it, and when it began."""

    towns: str
    first: datetime


@dataclass(frozen=True, slots=True)
class Rider:
    """A group on a circuit with its stays there: those of the ride that began nearest to another's."""

    group_id: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Circuit:
    """Towns in order, by id and by name, and the groups that went there in this order within LAG of another."""

    towns: tuple[str, ...]
    names: tuple[str, ...]
    riders: tuple[Rider, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that commands write."""
        return {
            "places": [{"place": town, "name": name} for town, name in zip(self.towns, self.names, strict=True)],
            "riders": [
                {
                    "group_id": one.group_id,
                    "stays": [
                        {"first": stop.first.isoformat(), "last": stop.last.isoformat(), "ad_ids": list(stop.ad_ids)}
                        for stop in one.stops
                    ],
                }
                for one in self.riders
            ],
        }

    def sentence(self) -> str:
        """It in words."""
        ridden = "; ".join(
            f"{one.group_id} {one.stops[0].first:%Y-%m-%d} to {one.stops[-1].last:%Y-%m-%d}" for one in self.riders
        )
        return f"{' → '.join(self.names)}, by {len(self.riders)} groups: {ridden}"


def routes(stops: Iterable[Stop]) -> list[list[Stop]]:
    """The moves of a group from town to town, cut wherever it is not known to have gone from one straight to the next:
    after more than LEG, and where the stays ran at the same time for more than SHORT. Suburbs of a town are left out."""
    found: list[list[Stop]] = []
    for stop in sorted(stops, key=lambda stop: (stop.first, stop.place)):
        before = found[-1][-1] if found else None
        if before is not None and apart(before, stop) <= APART_KM:
            continue
        if before is not None and before.last - SHORT <= stop.first <= before.last + LEG:
            found[-1].append(stop)
        else:
            found.append([stop])
    return [one for one in found if len(one) >= TOWNS]


def rides(stops: Iterable[Stop]) -> list[Ride]:
    """Every TOWNS towns in a row."""
    return [
        Ride(" ".join(stop.place for stop in route[start : start + TOWNS]), route[start].first)
        for route in routes(stops)
        for start in range(len(route) - TOWNS + 1)
    ]


def circuits(itineraries: Mapping[str, Sequence[Stop]]) -> list[Circuit]:
    """All circuits of these groups (id to stays); the longest first.

    Groups find each other by TOWNS towns in a row, so that only those are compared that share some.
    """
    by_towns: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for group_id, stops in itineraries.items():
        for ride in rides(stops):
            by_towns[ride.towns].append((ride.first, group_id))
    pairs = {
        (min(one, other), max(one, other))
        for ridden in by_towns.values()
        for number, (begun, one) in enumerate(sorted(ridden))
        for after, other in sorted(ridden)[number + 1 :]
        if one != other and after - begun <= LAG
    }
    return _put_together(itineraries, pairs)


def circuits_with(group_id: str, itineraries: Mapping[str, Sequence[Stop]]) -> list[Circuit]:
    """The circuits of one group with the others of `itineraries`."""
    return _put_together(itineraries, {(group_id, other) for other in itineraries if other != group_id})


def _put_together(itineraries: Mapping[str, Sequence[Stop]], pairs: Iterable[tuple[str, str]]) -> list[Circuit]:
    ways = {group_id: routes(stops) for group_id, stops in itineraries.items()}
    found: dict[tuple[str, ...], dict[str, tuple[Stop, ...]]] = defaultdict(dict)
    for one, other in sorted(pairs):
        for mine, theirs in _common(ways[one], ways[other]):
            riders = found[tuple(stop.place for stop in mine)]
            riders.setdefault(one, mine)
            riders.setdefault(other, theirs)
    made = [
        Circuit(
            towns,
            tuple(stop.name for stop in next(iter(riders.values()))),
            tuple(
                Rider(group_id, stops)
                for group_id, stops in sorted(riders.items(), key=lambda one: (one[1][0].first, one[0]))
            ),
        )
        for towns, riders in found.items()
    ]
    return sorted(made, key=lambda one: (-len(one.towns), -len(one.riders), one.towns))


def _common(ones: list[list[Stop]], others: list[list[Stop]]) -> list[tuple[tuple[Stop, ...], tuple[Stop, ...]]]:
    """The longest runs of the same towns in both, begun within LAG of each other."""
    found = []
    for one in ones:
        for other in others:
            for shift in range(TOWNS - len(other), len(one) - TOWNS + 1):
                low, high = max(0, shift), min(len(one), len(other) + shift)
                same = [one[place].place == other[place - shift].place for place in range(low, high)]
                ends = [-1, *(place for place, equal in enumerate(same) if not equal), len(same)]
                for before, after in pairwise(ends):
                    mine = tuple(one[low + before + 1 : low + after])
                    theirs = tuple(other[low + before + 1 - shift : low + after - shift])
                    if len(mine) >= TOWNS and abs(mine[0].first - theirs[0].first) <= LAG:
                        found.append((mine, theirs))
    return found
