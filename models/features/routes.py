"""Where a contact or a name was when: stays in order of time, and what distance they are apart."""

from collections.abc import Iterable

from linker import distance
from linker.movement import Visit, too_fast
from linker.signals import Place
from models.views import GroupView, Stay
from nlp.records import Mention

NUMBER = (int, float)
PACE_KM_H = 110.0  # by road, and door to door also by air, day after day


def stays(view: GroupView, ad_ids: Iterable[str]) -> list[Stay]:
    """The placed ones among `ad_ids`, which are dated and in order of time (`view.together`, `view.in_time`)."""
    placed = view.stays
    return [placed[ad_id] for ad_id in ad_ids if ad_id in placed]


def kilometres(left: Mention, right: Mention) -> float:
    """Great-circle distance between two places; 0 where a position is not known."""
    one, other = position(left), position(right)
    if left.value == right.value or one is None or other is None:
        return 0.0
    return distance.kilometres(*one, *other)


def position(place: Mention) -> tuple[float, float] | None:
    """Latitude and longitude, where they are known."""
    latitude, longitude = place.detail.get("lat"), place.detail.get("lon")
    if isinstance(latitude, NUMBER) and isinstance(longitude, NUMBER):
        return float(latitude), float(longitude)
    return None


def jumps(ordered: Iterable[Stay]) -> list[tuple[Stay, Stay]]:
    """Neighbours that nobody travels between time and again; places without a position are left out."""
    by_id: dict[str, Stay] = {}
    visits = []
    for stay in ordered:
        if (where := position(stay.place)) is not None:
            by_id[stay.ad_id] = stay
            visits.append(Visit(stay.at, stay.ad_id, Place(stay.where, stay.place.label, *where)))
    return [(by_id[left.ad_id], by_id[right.ad_id]) for left, right in too_fast(visits, _beyond_a_pace)]


def _beyond_a_pace(distance: float, left: Visit, right: Visit) -> bool:
    # The linker's own bound is what nobody can do even once; this feature counts changes, and asks for what nobody keeps up.
    return distance > PACE_KM_H * (right.at - left.at).total_seconds() / 3600
