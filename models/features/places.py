"""Features of places: what one travelling person could not have done. A tour, however long, is none of them."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

from models.features.routes import Stay, kilometres, stays
from models.views import NOTHING, Found, GroupView, refs
from nlp.records import Kind

AT_ONCE = timedelta(hours=72)
APART_KM = 80.0  # nearer places share a market
SPEED_KM_H = 110.0  # by road and door to door also by air
LEG = 3  # places in a row that make a route


def shared_contact_locations(view: GroupView) -> Found:
    """One contact offers in {places} distant places within three days."""
    best = NOTHING
    for ad_ids in view.contacts().values():
        places, window = _most_places(stays(view, ad_ids))
        strength = min(1.0, max(0.0, (places - 2) / 3))
        if strength > best.strength:
            best = Found(strength, refs({stay.ad_id: [stay.place] for stay in window}), {"places": places})
    return best


def concurrent_presence(view: GroupView) -> Found:
    """One contact changes {times} times between places too far apart for the time between its ads."""
    # One such change is an ad posted ahead of a journey; the second one is not.
    best = NOTHING
    for ad_ids in view.contacts().values():
        jumps = _jumps(stays(view, ad_ids))
        strength = min(1.0, max(0.0, (len(jumps) - 1) / 3))
        if strength > best.strength:
            shown = {stay.ad_id: [stay.place] for pair in jumps for stay in pair}
            best = Found(strength, refs(shown), {"times": len(jumps)})
    return best


def circuit(view: GroupView) -> Found:
    """{names} names follow the same route one after another: {route}."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for ad_id, names in view.mentions(Kind.NAME).items():
        by_name[names[0].value].append(ad_id)
    legs: Counter[tuple[str, ...]] = Counter()
    seen: dict[tuple[str, ...], list[Stay]] = defaultdict(list)
    for _, ad_ids in sorted(by_name.items()):
        route = _route(stays(view, ad_ids))
        own = {
            tuple(stay.where for stay in route[i : i + LEG]): route[i : i + LEG] for i in range(len(route) - LEG + 1)
        }
        for leg, stops in own.items():
            if len(set(leg)) == LEG:
                legs[leg] += 1
                seen[leg].extend(stops)
    if not legs:
        return NOTHING
    leg, names_on_it = min(legs.items(), key=lambda item: (-item[1], item[0]))
    if names_on_it < 2:
        return NOTHING
    told = " → ".join(str(stay.place.detail.get("name", stay.where)) for stay in seen[leg][:LEG])
    mentions = refs({stay.ad_id: [stay.place] for stay in seen[leg]})
    return Found(min(1.0, (names_on_it - 1) / 2), mentions, {"names": names_on_it, "route": told})


def _most_places(ordered: list[Stay]) -> tuple[int, list[Stay]]:
    """The most distant places within any AT_ONCE, and the stays of that window."""
    best: tuple[int, list[Stay]] = (0, [])
    first = 0
    inside: Counter[str] = Counter()
    for last, stay in enumerate(ordered):
        inside[stay.where] += 1
        while stay.at - ordered[first].at > AT_ONCE:
            inside[ordered[first].where] -= 1
            first += 1
        if sum(count > 0 for count in inside.values()) > best[0]:
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
        if all(kilometres(stay.place, other.place) > APART_KM for other in kept):
            kept.append(stay)
    return kept


def _jumps(ordered: list[Stay]) -> list[tuple[Stay, Stay]]:
    found = []
    for left, right in pairwise(ordered):
        hours = (right.at - left.at).total_seconds() / 3600
        distance = kilometres(left.place, right.place)
        if distance > APART_KM and distance > SPEED_KM_H * hours:
            found.append((left, right))
    return found


def _route(ordered: list[Stay]) -> list[Stay]:
    """The stays at which the place changes."""
    return [stay for i, stay in enumerate(ordered) if i == 0 or stay.where != ordered[i - 1].where]
