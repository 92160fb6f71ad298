"""How far two places are apart, and the least time a person needs from one to the other."""

from datetime import datetime, timedelta
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
# Nearer places share a market: an ad for a suburb is no move.
APART_KM = 80.0
# Door to door, nobody is faster. On the ground: a high-speed line from end to end, the way to it and from it left out. By
# air: a jet's cruise, and the time on the ground; travellers spend 157 minutes at airports on average (Sauter-Servaes,
# Krautscheid and Schober 2019, 312 timed trips), so 90 is fast. Any other ground transport is slower than both.
GROUND_KM_H = 250.0
AIR_KM_H, AIRPORTS_H = 900.0, 1.5
# A date without a time of day stands for all of it.
DAY = timedelta(hours=24)
# The sun's hour over 15 degrees of longitude, and one for summer time.
DEGREES_AN_HOUR, SUMMER_H = 15.0, 1.0


@lru_cache(maxsize=100_000)  # there are few towns, and many ads in them
def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance of two points given in degrees (haversine)."""
    lat1, lon1, lat2, lon2 = map(radians, (latitude, longitude, other_latitude, other_longitude))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def least_hours(distance: float) -> float:
    """The least time, door to door, for so many kilometres."""
    return min(distance / GROUND_KM_H, AIRPORTS_H + distance / AIR_KM_H)


def most_hours(left: datetime, right: datetime, degrees: float) -> float:
    """The most time there may lie between two dates that sites gave, of places so many degrees of longitude apart.

    A full hour without minutes may be a date alone, which stands for any time of its day. And a site may print the hour of
    the town an ad is for and not its own: then the difference of the two towns' clocks is added.
    """
    gap = max(_latest(right) - left, _latest(left) - right, key=abs)
    clocks = abs(degrees)
    clocks = min(clocks, 360 - clocks) / DEGREES_AN_HOUR
    return abs(gap.total_seconds()) / 3600 + (clocks + SUMMER_H if clocks >= 0.5 else 0.0)


def _latest(moment: datetime) -> datetime:
    return moment + DAY if not (moment.minute or moment.second or moment.microsecond) else moment
