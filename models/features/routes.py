"""Where a contact or a name was when: what distance stays are apart."""

from collections.abc import Iterable
from itertools import pairwise

from linker import distance
from linker.distance import APART_KM
from models.views import Stay

PACE_KM_H = 110.0  # by road, and door to door also by air, day after day


def kilometres(left: Stay, right: Stay) -> float:
    """Great-circle distance between the places of two stays; 0 where a position is not known."""
    if left.where == right.where or left.position is None or right.position is None:
        return 0.0
    return distance.kilometres(*left.position, *right.position)


def jumps(ordered: Iterable[Stay]) -> list[tuple[Stay, Stay]]:
    """Neighbours that nobody travels between time and again; places without a position are left out.

    The linker's own bound is what nobody can do even once; this is for who counts changes, and asks for what nobody keeps up.
    """
    located = (stay for stay in ordered if stay.position is not None)
    return [
        (left, right)
        for left, right in pairwise(located)
        if (apart := kilometres(left, right)) > APART_KM and apart > PACE_KM_H * _hours(left, right)
    ]


def _hours(left: Stay, right: Stay) -> float:
    return (right.at - left.at).total_seconds() / 3600
