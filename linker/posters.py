"""Who posts a value: the ads that carry it, put together by what else they share."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from linker.components import Union
from linker.records import Reason
from linker.signals import Key, Signals

Part = list[Signals]
T = TypeVar("T")


def posters(key: Key, ads: Sequence[Signals]) -> tuple[list[Part], set[Key]]:
    """The seeming posters of a value that these ads carry, and the keys that cannot tell them apart.

    Two ads are of one poster where they share another contact, a picture or their wording, or a name in one place: a first
    name alone is shared by strangers. What stands on most of the ads, and on ads of two owners or more, is shared by
    them as the value is and tells nobody apart; a name on most ads of one wording is part of it. Ads keep their
    order, and posters are in the order of their first ads.
    """
    frequent = _on_most(ads, lambda ad: (other for other in ad.keys if other != key))
    named = _on_most(ads, lambda ad: ad.names) if key.reason is Reason.TEXT else {}

    def marks(ad: Signals) -> list[object]:
        others: list[object] = [other for other in ad.keys if other != key and other not in frequent]
        return [*others, *((name, place.place) for name in ad.names if name not in named for place in ad.places)]

    parts = together([[ad] for ad in ads], marks)
    common = set(frequent)
    # The less frequent first: a poster's own number on most of the ads makes her an owner before a hub's is looked at.
    for other, _ in sorted(frequent.items(), key=lambda item: (item[1], item[0])):
        carrying = [part for part in owners(key, parts, common) if any(other in ad.keys for ad in part)]
        if len(carrying) < 2:
            common.remove(other)
            parts = together(parts, lambda ad, other=other: [other] if other in ad.keys else [])  # type: ignore[misc]
    return parts, common


def _on_most(ads: Sequence[Signals], told: Callable[[Signals], Iterable[T]]) -> dict[T, int]:
    carried = Counter(one for ad in ads for one in told(ad))
    return {one: count for one, count in carried.items() if 2 * count > len(ads)}


def owners(key: Key, parts: Iterable[Part], common: set[Key]) -> list[Part]:
    """The posters that have a contact or picture of their own besides the value."""

    def own(ad: Signals) -> bool:
        return any(other.reason is not Reason.TEXT and other != key and other not in common for other in ad.keys)

    return [part for part in parts if any(own(ad) for ad in part)]


def worded(key: Key, parts: Sequence[Part]) -> list[Part]:
    """The posters, those that use one wording made one, however common it is."""
    return together(parts, lambda ad: [other for other in ad.keys if other.reason is Reason.TEXT and other != key])


def acquainted(ads: Sequence[Signals]) -> list[Part]:
    """The ads put together where they share a name in a place, and by nothing else: what they share may be a hub's."""
    return together([[ad] for ad in ads], lambda ad: [(name, place.place) for name in ad.names for place in ad.places])


def together(parts: Sequence[Part], marks: Callable[[Signals], Iterable[object]]) -> list[Part]:
    """The parts, those made one whose ads share a mark; in order of time within and between them."""
    if len(parts) < 2:
        return list(parts)
    union = Union(part[0].ad_id for part in parts)
    first: dict[object, str] = {}
    for part in parts:
        named = part[0].ad_id
        for ad in part:
            for mark in marks(ad):
                union.join(first.setdefault(mark, named), named)
    joined: dict[str, Part] = {}
    for part in parts:
        joined.setdefault(union.root(part[0].ad_id), []).extend(part)
    return sorted((sorted(part, key=_order) for part in joined.values()), key=lambda part: part[0].order)


def _order(ad: Signals) -> tuple[object, str]:
    return ad.order
