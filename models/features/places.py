"""Features of places: what one travelling person could not have done. A tour, however long, is none of them."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from linker.distance import APART_KM
from models.features.routes import jumps, kilometres
from models.features.windows import leave
from models.views import NOTHING, Found, GroupView, Stay, refs

AT_ONCE = timedelta(hours=72)
USUAL = 2  # places: a home and the next town
CHANGES = 2  # of place that a journey explains whose ads were posted ahead, on two sites
LEG = timedelta(days=21)  # between two ads that show a move


def shared_contact_locations(view: GroupView) -> Found:
    """One contact offers in {places} distant places within three days."""
    best = NOTHING
    if view.places <= USUAL:
        return best
    for ordered in view.stays_together:
        places, window = _most_places(ordered)
        strength = min(1.0, max(0.0, (places - USUAL) / 3))
        if strength > best.strength:
            best = Found(strength, refs({stay.ad_id: stay.place for stay in window}), {"places": places})
    return best


def concurrent_presence(view: GroupView) -> Found:
    """One contact changes {times} times between places too far apart for the time between its ads."""
    best = NOTHING
    if view.places < 2:
        return best
    for ordered in view.stays_together:
        if sum(left.where != right.where for left, right in pairwise(ordered)) <= CHANGES:
            continue
        changes = jumps(ordered)
        strength = min(1.0, max(0.0, (len(changes) - CHANGES) / 3))
        if strength > best.strength:
            shown = {stay.ad_id: stay.place for pair in changes for stay in pair}
            best = Found(strength, refs(shown), {"times": len(changes)})
    return best


def circuit(view: GroupView) -> Found:
    """{names} names move the same way, one after another: {route}."""
    if view.names < 2 or view.places < 2:  # one name alone is a tour
        return NOTHING
    by_name: dict[str, list[str]] = defaultdict(list)
    for ad_id, one in view.named.items():
        by_name[one.value].append(ad_id)
    moved: dict[tuple[str, str], dict[str, tuple[Stay, Stay]]] = defaultdict(dict)
    for name, ad_ids in sorted(by_name.items()):
        for left, right in pairwise(view.stays_of(view.in_time(ad_ids))):
            if kilometres(left, right) > APART_KM and right.at - left.at <= LEG:
                moved[left.where, right.where].setdefault(name, (left, right))
    # People who are just about in the same towns move there and back; on a circuit nearly all go one way.
    one_way = {leg: len(found) - len(moved.get(leg[::-1], ())) for leg, found in moved.items()}
    if not one_way:
        return NOTHING
    leg = min(one_way, key=lambda leg: (-one_way[leg], leg))
    strength = min(1.0, max(0, one_way[leg] - 1) / 2)
    told = [stay.place.label for stay in next(iter(moved[leg].values()))]
    mentions = refs({stay.ad_id: stay.place for pair in moved[leg].values() for stay in pair})
    return Found(strength, mentions, {"names": len(moved[leg]), "route": " → ".join(told)}) if strength else NOTHING


def _most_places(ordered: list[Stay]) -> tuple[int, list[Stay]]:
    """The most distant places within any AT_ONCE, and the stays of that window; none where they are no more than USUAL."""
    best: tuple[int, list[Stay]] = (0, [])
    if len({stay.where for stay in ordered}) <= USUAL:
        return best
    first = 0
    inside: dict[str, int] = defaultdict(int)
    for last, stay in enumerate(ordered):
        inside[stay.where] += 1
        while stay.at - ordered[first].at > AT_ONCE:
            leave(inside, ordered[first].where)
            first += 1
        if len(inside) > best[0]:
            window = ordered[first : last + 1]
            places = len(_distant(window))
            if places > best[0]:
                best = (places, window)
    return best


def _distant(window: list[Stay]) -> list[Stay]:
    """Stays no two of which are near each other, picked in order of time."""
    kept: list[Stay] = []
    tried: set[str] = set()
    for stay in window:
        if stay.where in tried:
            continue
        tried.add(stay.where)
        if all(kilometres(stay, other) > APART_KM for other in kept):
            kept.append(stay)
    return kept
