"""Where a contact or a name was when: stays in order of time, and what distance they are apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from models.views import GroupView
from nlp.records import Mention

EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Stay:
    """One ad at one place at one time."""

    at: datetime
    ad_id: str
    place: Mention

    @property
    def where(self) -> str:
        """GeoNames id, or the id nlp gives a town that GeoNames lacks."""
        return self.place.value


def stays(view: GroupView, ad_ids: Iterable[str]) -> list[Stay]:
    """The dated and placed ads among `ad_ids`, by time."""
    found = []
    for ad_id in ad_ids:
        place, moment = view.place(ad_id), view.moment(ad_id)
        if place is not None and moment is not None:
            found.append(Stay(moment, ad_id, place))
    return sorted(found, key=lambda stay: (stay.at, stay.ad_id))


def kilometres(left: Mention, right: Mention) -> float:
    """Great-circle distance between two places; 0 where a position is not known."""
    points = [one.detail.get(axis) for one in (left, right) for axis in ("lat", "lon")]
    if left.value == right.value or not all(isinstance(one, int | float) for one in points):
        return 0.0
    lat1, lon1, lat2, lon2 = (radians(float(str(one))) for one in points)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
