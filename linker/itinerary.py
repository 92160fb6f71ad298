"""Where a group's ads say they are, in order of time: stays, each with its first and last ad."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from linker.records import Stop
from linker.signals import Place, Signals

# Ads of one place further apart than this are two stays.
AWAY = timedelta(days=30)


@dataclass(slots=True)
class _Stay:
    place: Place
    first: datetime
    last: datetime
    ads: int = 0


def itinerary(ads: Iterable[Signals]) -> tuple[Stop, ...]:
    """The stays of a group, by start. Several places in one ad are several stays; stays may overlap.

    A stay ends when the group posts elsewhere and nothing more here, or after AWAY without an ad.
    """
    stays: list[_Stay] = []
    open_stays: dict[str, _Stay] = {}
    for ad in sorted(ads, key=lambda ad: ad.order):
        for place in ad.places:
            stay = open_stays.get(place.place)
            if stay is None or ad.first - stay.last > AWAY or _left(stay, open_stays.values(), ad.first):
                stay = open_stays[place.place] = _Stay(place, ad.first, ad.first)
                stays.append(stay)
            stay.last = ad.first
            stay.ads += 1
    return tuple(_stop(stay) for stay in sorted(stays, key=lambda stay: (stay.first, stay.place)))


def _left(stay: _Stay, others: Iterable[_Stay], now: datetime) -> bool:
    """Whether the group began a stay elsewhere after its last ad here, and before now."""
    return any(stay.last < other.first < now for other in others if other is not stay)


def _stop(stay: _Stay) -> Stop:
    place = stay.place
    return Stop(place.place, place.name, place.latitude, place.longitude, stay.first, stay.last, stay.ads)


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
        }
        for stop in stops
    ]
