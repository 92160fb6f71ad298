"""Who posts a value: the ads that carry it, put together by what else they share.

A value stands on a handful of ads, and there are as many values as ads: sets are kept as lists of places in the block.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import chain

from linker.records import Reason
from linker.signals import Key, Signals

Part = list[Signals]
TEXT = Reason.TEXT


class Sets:
    """The numbers below `count` in disjoint sets; a set is known by its least number. `left` is how many sets there are."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))
        self.left = count

    def root(self, number: int) -> int:
        """The least number of the set."""
        parent = self.parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """Make one set of the two numbers' sets."""
        if self.parent[one] == self.parent[other]:
            return  # as most are
        one, other = self.root(one), self.root(other)
        if one != other:
            if one > other:
                one, other = other, one
            self.parent[other] = one
            self.left -= 1

    def join_all(self, numbers: Sequence[int]) -> None:
        """Make one set of the sets of all these numbers."""
        for other in numbers[1:]:
            self.join(numbers[0], other)

    def members(self) -> Iterable[list[int]]:
        """The numbers of each set in order; sets in the order of their least."""
        found: dict[int, list[int]] = {}
        for number in range(len(self.parent)):
            found.setdefault(self.root(number), []).append(number)
        return found.values()


def posters(key: Key, ads: Sequence[Signals]) -> tuple[list[Part], set[Key]]:
    """The seeming posters of a value that these ads (in order) carry, and the keys that cannot tell them apart.

    Two ads are of one poster where they share another contact, a picture or their wording, or a name in one place: a first
    name alone is shared by strangers. What stands on most of the ads, and on ads of two owners or more, is shared by
    them as the value is and tells nobody apart; a name on most ads of one wording is part of it. Ads keep their
    order, and posters are in the order of their first ads.
    """
    if len(ads) == 2:
        return _posters_of_two(key, *ads)
    sets = Sets(len(ads))
    _join_acquainted(sets, ads, _on_most(ads) if key.reason is TEXT else ())
    if sets.left == 1:
        return [list(ads)], set()
    most = len(ads) // 2
    counts = Counter(chain.from_iterable([ad.keys for ad in ads]))
    del counts[key]
    first: dict[Key, int] = {}
    for number, ad in enumerate(ads):
        for other in ad.keys:
            if 1 < counts[other] <= most:
                sets.join(first.setdefault(other, number), number)
    if sets.left == 1:
        return [list(ads)], set()
    common = {other for other, count in counts.items() if count > most}
    carriers = {other: [number for number, ad in enumerate(ads) if other in ad.keys] for other in common}
    # The less frequent first: a poster's own number on most of the ads makes her an owner before a hub's is looked at.
    for other in sorted(common, key=lambda other: (len(carriers[other]), other)):
        if sets.left == 1 or _owners_with(carriers[other], sets, ads, {key, *common}) < 2:
            common.remove(other)
            sets.join_all(carriers[other])
    if sets.left == 1:
        return [list(ads)], common
    return [[ads[place] for place in part] for part in sets.members()], common


def _posters_of_two(key: Key, one: Signals, other: Signals) -> tuple[list[Part], set[Key]]:
    """The same for a value on two ads, as every third is: what both have stands on most of the ads."""
    shared = set(one.keys).intersection(other.keys)
    common = shared - {key}
    same_name = key.reason is not TEXT and not set(one.names).isdisjoint(other.names)
    if same_name and not {place.place for place in one.places}.isdisjoint(place.place for place in other.places):
        return [[one, other]], set()
    if common and not (_has_besides(one, shared) and _has_besides(other, shared)):
        return [[one, other]], set()
    return [[one], [other]], common


def _owners_with(places: Iterable[int], sets: Sets, ads: Sequence[Signals], shared: Set[Key]) -> int:
    """How many sets have a place of these, and an ad that has something besides what is shared."""
    owning = {sets.root(place) for place, ad in enumerate(ads) if _has_besides(ad, shared)}
    return len(owning.intersection(map(sets.root, places))) if len(owning) > 1 else len(owning)


def _on_most(ads: Sequence[Signals]) -> set[str]:
    counts = Counter(chain.from_iterable([ad.names for ad in ads]))
    return {name for name, count in counts.items() if 2 * count > len(ads)}


def _join_acquainted(sets: Sets, ads: Sequence[Signals], but: Iterable[str] = ()) -> None:
    """Join the ads that share a name in a place."""
    first: dict[tuple[str, str], int] = {}
    for number, ad in enumerate(ads):
        for name in ad.names:
            if name not in but:
                for place in ad.places:
                    before = first.setdefault((name, place.place), number)
                    if before != number:
                        sets.join(before, number)


def _has_besides(ad: Signals, shared: Set[Key]) -> bool:
    """Whether the ad has a contact or picture that is not shared."""
    for other in ad.keys:  # noqa: SIM110  # `any` takes three times as long for the two or three there are
        if other[0] is not TEXT and other not in shared:
            return True
    return False


def owners(key: Key, parts: Iterable[Part], common: Set[Key]) -> list[Part]:
    """The posters that have a contact or picture of their own besides the value."""
    shared = {key, *common}
    return [part for part in parts if any(_has_besides(ad, shared) for ad in part)]


def worded(key: Key, parts: Sequence[Part]) -> list[Part]:
    """The posters, those that use one wording made one, however common it is; in the order of their first ads."""
    sets = Sets(len(parts))
    first: dict[Key, int] = {}
    for number, part in enumerate(parts):
        for ad in part:
            for other in ad.keys:
                if other.reason is TEXT and other != key:
                    sets.join(first.setdefault(other, number), number)
    return [[ad for number in joined for ad in parts[number]] for joined in sets.members()]


def acquainted(ads: Sequence[Signals]) -> list[Part]:
    """The ads (in order) put together where they share a name in a place, and by nothing else: what they share may be a
    hub's."""
    sets = Sets(len(ads))
    _join_acquainted(sets, ads)
    return [[ads[place] for place in part] for part in sets.members()]
