"""Where an author's persons are, and when."""

from dataclasses import dataclass
from random import Random

from market.places import Place


@dataclass(frozen=True, slots=True)
class Leg:
    """A stay in one town, first and last day included."""

    place: Place
    first: int
    last: int


def legs_of(kind: str, person: int, towns: list[Place], days: int) -> list[Leg]:
    """The stays of one person of an author who keeps to `towns`.

    home: the first town. tour: the towns one after another. circuit: the same ordered towns for everybody, each person
    starting later than the one before, so that one contact is in several towns at once. branches, everywhere: all towns.
    """
    last = days - 1
    if kind == "home":
        return [Leg(towns[0], 0, last)]
    if kind in {"branches", "everywhere"}:
        return [Leg(town, 0, last) for town in towns]
    stay = max(1, days // len(towns)) if kind == "tour" else max(1, min(4, days // len(towns)))
    shift = 0 if kind == "tour" else person * max(1, stay - 1)
    legs = []
    for position, first in enumerate(range(-shift, days, stay)):
        town = towns[position % len(towns)]
        if first + stay > 0:
            legs.append(Leg(town, max(0, first), min(last, first + stay - 1)))
    if kind == "tour" and legs[-1].last < last:
        legs[-1] = Leg(legs[-1].place, legs[-1].first, last)
    return legs


def choose_towns(kind: str, home: Place, near: tuple[Place, ...], rng: Random) -> list[Place]:
    """Home, and as many other towns as the route wants, from those of the country (each as often as its weight)."""
    wanted = {"home": 1, "tour": 2 + int(rng.random() * 2), "branches": 2 + int(rng.random() * 2)}.get(kind)
    if wanted is None:
        wanted = 3 + int(rng.random() * 3) if kind == "circuit" else 8 + int(rng.random() * 7)
    towns = [home]
    for _ in range(wanted * 12):
        if len(towns) >= wanted:
            break
        town = near[int(rng.random() * len(near))]
        if town not in towns:
            towns.append(town)
    return towns
