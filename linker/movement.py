"""What a group's ads say that one traveller could not have done: moves too fast, and stays in distant places at once.

Neither is a finding about anyone. Two people with one phone, a branch in each town, ads posted ahead of a journey, a tool
that posts for many towns: each of these looks so. What is flagged is told as what it is, with both ads.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from linker.distance import APART_KM, kilometres, least_hours, most_hours
from linker.records import Stop
from linker.reposts import Act, postings
from linker.signals import Place, Signals

# Of two stays that ran at once, so many ads of each are looked at for the pair that shows it best.
NEAREST = 40


class Oddity(StrEnum):
    """What does not fit one traveller."""

    TOO_FAST = "too fast"
    AT_ONCE = "in two places at once"


class Visit(NamedTuple):
    """An ad in its place at its time."""

    at: datetime
    ad_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two ads in places so many kilometres apart. `hours` is the most time between them, `least` what the way takes at least;
    for two places at once, `hours` is how long both stays ran together and `least` is 0."""

    kind: Oddity
    left: str
    right: str
    places: tuple[str, str]  # by name
    at: tuple[datetime, datetime]
    kilometres: float
    hours: float
    least: float
    names: tuple[str, ...]  # under which both ads stand; none where they name different people, or nobody

    def as_json(self) -> dict[str, Any]:
        """The object that commands write."""
        return {
            "kind": self.kind.value,
            "ads": [self.left, self.right],
            "places": list(self.places),
            "at": [moment.isoformat() for moment in self.at],
            "kilometres": round(self.kilometres, 1),
            "hours": round(self.hours, 2),
            "least": round(self.least, 2),
            "names": list(self.names),
        }

    def sentence(self) -> str:
        """What it is, in words."""
        who = f"under the name {', '.join(self.names)}" if self.names else "under no common name"
        where = f"{self.places[0]} and {self.places[1]}, {self.kilometres:,.0f} km apart"
        if self.kind is Oddity.AT_ONCE:
            return (
                f"ads for {where}: they ran at the same time for {self.hours:,.0f} h, {who}: {self.left}, {self.right}"
            )
        return (
            f"new ads for {where}: they lie at most {self.hours:.1f} h apart where the way takes {self.least:.1f} h at least, "
            f"{who}: {self.left}, {self.right}"
        )


def conflicts(ads: Iterable[Signals], stops: Sequence[Stop]) -> list[Conflict]:
    """What one traveller could not have done, of new ads alone; moves first, then stays, each in order of time."""
    return first_conflicts(ads, stops, None)[0]


def first_conflicts(ads: Iterable[Signals], stops: Sequence[Stop], most: int | None) -> tuple[list[Conflict], int]:
    """At most so many of the conflicts, and how many there are: to count one is little beside choosing the ads that show it."""
    by_id = {ad.ad_id: ad for ad in ads}
    fresh = new_visits(by_id.values())
    fast = too_fast(fresh)
    news = {visit.ad_id: by_id[visit.ad_id] for visit in fresh}
    both = [(left, right, met) for left, right in at_once(stops) if all(met := _inside(left, right, news))]
    told = [_fast(left, right, by_id) for left, right in fast[:most]]
    left_over = None if most is None else most - len(told)
    return told + [_together(*pair) for pair in both[:left_over]], len(fast) + len(both)


def new_visits(ads: Collection[Signals]) -> list[Visit]:
    """The new ads that name a place, in order of time; reposts and bumps are left out."""
    return [
        Visit(act.at, act.ad_id, act.place) for act in postings(ads) if act.act is Act.NEW and act.place is not None
    ]


def too_fast(visits: Iterable[Visit]) -> list[tuple[Visit, Visit]]:
    """Neighbours (by time) among visits to distant places that no journey takes from one to the other in the time."""
    found = []
    for left, right in pairwise(visits):
        if left.place.place == right.place.place:
            continue
        distance = apart(left.place, right.place)
        if distance > APART_KM and least_hours(distance) > _hours(left, right):
            found.append((left, right))
    return found


def at_once(stops: Sequence[Stop]) -> list[tuple[Stop, Stop]]:
    """Stays in distant places that overlap."""
    found = []
    running: list[Stop] = []
    for stop in sorted(stops, key=lambda stop: (stop.first, stop.place)):
        running = [one for one in running if one.last > stop.first]
        found += [(one, stop) for one in running if one.place != stop.place and apart(one, stop) > APART_KM]
        running.append(stop)
    return found


def apart(one: Place | Stop, other: Place | Stop) -> float:
    """The kilometres between two places."""
    return kilometres(one.latitude, one.longitude, other.latitude, other.longitude)


def _hours(left: Visit, right: Visit) -> float:
    return most_hours(left.at, right.at, left.place.longitude - right.place.longitude)


def _fast(left: Visit, right: Visit, ads: dict[str, Signals]) -> Conflict:
    distance = apart(left.place, right.place)
    return Conflict(
        kind=Oddity.TOO_FAST,
        left=left.ad_id,
        right=right.ad_id,
        places=(left.place.name, right.place.name),
        at=(left.at, right.at),
        kilometres=distance,
        hours=_hours(left, right),
        least=least_hours(distance),
        names=_names(ads[left.ad_id], ads[right.ad_id]),
    )


def _inside(left: Stop, right: Stop, news: dict[str, Signals]) -> list[list[Signals]]:
    """The new ads of each of two stays that stand inside the time both ran."""
    begin, end = max(left.first, right.first), min(left.last, right.last)
    return [
        [news[one] for one in stop.ad_ids if one in news and begin <= news[one].first <= end] for stop in (left, right)
    ]


def _together(left: Stop, right: Stop, inside: list[list[Signals]]) -> Conflict:
    """Two stays at once, shown by the pair of ads inside both that have a name in common, else lie nearest in time."""
    one, other = min(
        ((one, other) for one in inside[0][:NEAREST] for other in inside[1][:NEAREST]),
        key=lambda pair: (not _names(*pair), abs(pair[0].first - pair[1].first), pair[0].ad_id, pair[1].ad_id),
    )
    begin, end = max(left.first, right.first), min(left.last, right.last)
    return Conflict(
        kind=Oddity.AT_ONCE,
        left=one.ad_id,
        right=other.ad_id,
        places=(left.name, right.name),
        at=(one.first, other.first),
        kilometres=apart(left, right),
        hours=(end - begin).total_seconds() / 3600,
        least=0.0,
        names=_names(one, other),
    )


def _names(one: Signals, other: Signals) -> tuple[str, ...]:
    return tuple(sorted(set(one.names) & set(other.names)))
