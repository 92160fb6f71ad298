"""How much a shared value says: whether it belongs to one owner, to one owner after another, or to everybody.

A value is judged by the ads that carry it and by nothing else, so the outcome is the same in whatever order they came. Its
ads are first put together by what else they share (another contact, a name, their wording); what is left apart are its
owners. A value of many owners, each with contacts of their own, is a hub: a switchboard, a platform's address, a popular
template. It is shown and joins nothing. A value that rests and then comes back with everything else changed is a recycled
number: its ads fall into episodes, and only those of one episode are joined.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from linker.components import Union
from linker.records import Reason
from linker.signals import Key, Signals

T = TypeVar("T")
# Owners from which a value is a hub. People who work together share numbers in twos and threes; pictures travel; and
# one author whose numbers change leaves several seeming owners of one wording. On rehearsal markets of 2,500 ads F1 is
# within .003 for 4 to 6 (text) and 3 to 5 (contacts).
OWNERS = {Reason.TEXT: 5, Reason.IMAGE: 3}
OWNERS_ELSE = 4
# A value on more ads than this is judged by as many, taken evenly from all of them.
SAMPLE = 400
# A number at rest for so long may have been given to somebody else.
REST = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many owners a value has; `hub` says in plain words what gave a hub away, else it is None."""

    owners: int
    hub: str | None


def sampled(ads: Sequence[T]) -> Sequence[T]:
    """The ads a value is judged by: all, or SAMPLE of them taken evenly."""
    return ads if len(ads) <= SAMPLE else [ads[len(ads) * n // SAMPLE] for n in range(SAMPLE)]


def standing(key: Key, sample: Sequence[Signals], count: int) -> Standing:
    """Judge a value that `count` ads carry by the `sampled` ones, in their order."""
    owners = _owners(key, sample)
    if len(owners) < OWNERS.get(key.reason, OWNERS_ELSE):
        return Standing(max(len(owners), 1), None)
    return Standing(len(owners), _why(sample, count, len(owners)))


def _owners(key: Key, ads: Sequence[Signals]) -> list[list[Signals]]:
    """The ads put together by what else they share; only those with a contact of their own count as owners.

    A first name alone is shared by strangers; with the place it is not.
    """
    carried = Counter(other for ad in ads for other in ad.keys if other != key)
    # What stands on most of the ads cannot tell their owners apart.
    common = {other for other, count in carried.items() if 2 * count > len(ads)}
    union = Union(ad.ad_id for ad in ads)
    first: dict[object, str] = {}
    for ad in ads:
        marks = [other for other in ad.keys if other != key and other not in common]
        for mark in [*marks, *((name, place.place) for name in ad.names for place in ad.places)]:
            union.join(first.setdefault(mark, ad.ad_id), ad.ad_id)
    by_id = {ad.ad_id: ad for ad in ads}
    parts = [[by_id[one] for one in members] for members in union.sets().values()]
    return [part for part in parts if any(_own(key, ad, common) for ad in part)]


def _own(key: Key, ad: Signals, common: set[Key]) -> bool:
    return any(other.reason is not Reason.TEXT and other != key and other not in common for other in ad.keys)


def episodes(key: Key, ads: Sequence[Signals]) -> list[list[Signals]]:
    """The ads (in order) cut wherever the value rested and came back with everything else changed."""
    found: list[list[Signals]] = []
    for ad in ads:
        rested = found and ad.first - found[-1][-1].first > REST
        if not found or (rested and not _alike(key, ad, found[-1])):
            found.append([])
        found[-1].append(ad)
    return found


def _alike(key: Key, ad: Signals, before: Sequence[Signals]) -> bool:
    """Whether anything else of the ad was there before: a contact, a name, the wording, a place."""
    marks = _marks(key, ad)
    return any(not marks.isdisjoint(_marks(key, other)) for other in before)


def _marks(key: Key, ad: Signals) -> set[object]:
    return {*(other for other in ad.keys if other != key), *ad.names, *(place.place for place in ad.places)}


def _why(sample: Sequence[Signals], count: int, owners: int) -> str:
    names = len({name for ad in sample for name in ad.names})
    places = len({place.place for ad in sample for place in ad.places})
    sites = len({ad.site for ad in sample})
    looked = "" if len(sample) == count else f" ({len(sample)} looked at)"
    return (
        f"on {_many(count, 'ad')}{looked} of {owners} posters with other contacts of their own, "
        f"under {_many(names, 'name')} in {_many(places, 'place')} on {_many(sites, 'site')}"
    )


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
