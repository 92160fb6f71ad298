"""Where a group's ads say they are, in order of time: stays, each with its first and last act and its ads."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from linker.records import Stop
from linker.reposts import BUMP, NEW, REPOST, Posting, postings
from linker.signals import Place, Signals

# Ads of one place further apart than this are two stays.
AWAY = timedelta(days=30)
# Nearer than this they are one, whatever was posted elsewhere in between: two sites, two people, or a day's trip.
SHORT = timedelta(days=3)


@dataclass(slots=True)
class _Stay:
    place: Place
    first: datetime
    last: datetime
    names: set[str] = field(default_factory=set)
    ads: list[str] = field(default_factory=list)
    reposts: int = 0
    bumps: int = 0


def itinerary(ads: Collection[Signals]) -> tuple[Stop, ...]:
    """The stays of a group, by start. Stays overlap where it posts for several places at the same time."""
    return stays(postings(ads))


def stays(acts: Iterable[Posting]) -> tuple[Stop, ...]:
    """The stays that these acts (in order of time) make.

    A new ad begins a stay, or prolongs the one in its place: that ends after AWAY without an ad, and when the same people come
    back to it from a stay elsewhere, more than SHORT after. A repost or a bump prolongs a stay as long as none began elsewhere
    since; after that it is counted and moves nothing, for tools put up again what people left behind.
    """
    found: list[_Stay] = []
    here: dict[str, _Stay] = {}
    for act in acts:
        if act.place is None:
            continue
        stay = here.get(act.place.place)
        if stay is None or (act.act is NEW and _over(stay, here.values(), act.at)):
            stay = here[act.place.place] = _Stay(act.place, act.at, act.at)
            found.append(stay)
        elif act.act is NEW or not (act.at - stay.last > AWAY or _left(stay, here.values(), act.at)):
            stay.last = act.at
        _count(stay, act)
    return tuple(_stop(stay) for stay in sorted(found, key=lambda stay: (stay.first, stay.place)))


def _over(stay: _Stay, others: Iterable[_Stay], now: datetime) -> bool:
    gap = now - stay.last
    return gap > AWAY or (gap > SHORT and _left(stay, others, now))


def _left(stay: _Stay, others: Iterable[_Stay], now: datetime) -> bool:
    """Whether the group began a stay elsewhere after its last ad here, and before now: one that may be of the same people.

    Stays under different names are different people's, and go on beside each other.
    """
    return any(
        stay.last < other.first < now and (not stay.names or not other.names or not stay.names.isdisjoint(other.names))
        for other in others
        if other is not stay
    )


def _count(stay: _Stay, act: Posting) -> None:
    stay.names.update(act.names)
    if act.act is BUMP:
        stay.bumps += 1
    else:
        stay.ads.append(act.ad_id)
        stay.reposts += act.act is REPOST


def _stop(stay: _Stay) -> Stop:
    place = stay.place
    return Stop(
        place=place.place,
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        first=stay.first,
        last=stay.last,
        ads=len(stay.ads),
        ad_ids=tuple(stay.ads),
        reposts=stay.reposts,
        bumps=stay.bumps,
    )


def as_json(stops: Sequence[Stop]) -> list[dict[str, object]]:
    """The stops as the store keeps them."""
    return [
        {
            "place": stop.place,
            "name": stop.name,
            "latitude": stop.latitude,
            "longitude": stop.longitude,
            "first": stop.first.isoformat(),
            "last": stop.last.isoformat(),
            "ads": stop.ads,
            "ad_ids": list(stop.ad_ids),
            "reposts": stop.reposts,
            "bumps": stop.bumps,
        }
        for stop in stops
    ]
