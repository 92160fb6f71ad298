"""One owner after another: where a value changed hands.

A number in the United States rests at least 45 days before somebody else may have it (47 CFR 52.15(f)); one from an app is
given out again within days. So a value that rests and comes back with everything else changed is another's from then
on: after a long rest two things must have changed, after a short one all there are to compare. What is never cut is a
time that a name, a wording or another contact reaches over.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from linker.records import Reason
from linker.signals import Key, Signals

# Rests after which a value may have a new owner, and how many of names, places, wordings and other contacts must then be
# told on both sides and differ.
LONG, LONG_CHANGES = timedelta(days=45), 2
SHORT, SHORT_CHANGES = timedelta(days=3), 4


def episodes(key: Key, ads: Sequence[Signals]) -> list[list[Signals]]:
    """The ads (in order) cut wherever the value changed hands."""
    if all(after.first - before.first <= SHORT for before, after in pairwise(ads)):
        return [list(ads)]
    last: dict[object, int] = {}
    for number, ad in enumerate(ads):
        for one in ad.keys:
            last[one] = number
        for name in ad.names:
            last[name] = number
    last[key] = -1
    found: list[list[Signals]] = []
    reach = -1
    for number, ad in enumerate(ads):
        if not found or (reach < number and _changed_hands(key, found[-1], ads[number:])):
            found.append([])
        found[-1].append(ad)
        reach = max(reach, *map(last.__getitem__, ad.keys), *map(last.__getitem__, ad.names))
    return found


def _changed_hands(key: Key, before: Sequence[Signals], after: Sequence[Signals]) -> bool:
    """Whether enough differs for the rest between; nothing but places can be the same, since nothing reaches over."""
    rest = after[0].first - before[-1].first
    if rest <= SHORT:
        return False
    if rest <= LONG and {ad.recruits for ad in before}.isdisjoint(ad.recruits for ad in after):
        return False  # a job offer has other words, names and places than the ads it recruits for
    some, others = _told(key, before), _told(key, after)
    changes = sum(bool(some[kind]) and bool(others[kind]) and some[kind].isdisjoint(others[kind]) for kind in some)
    return changes >= (LONG_CHANGES if rest > LONG else SHORT_CHANGES)


def _told(key: Key, ads: Sequence[Signals]) -> dict[str, set[object]]:
    keys = {other for ad in ads for other in ad.keys if other != key}
    return {
        "names": {name for ad in ads for name in ad.names},
        "places": {place.place for ad in ads for place in ad.places},
        "wordings": {other for other in keys if other.reason is Reason.TEXT},
        "contacts": {other for other in keys if other.reason is not Reason.TEXT},
    }
