"""What a feature sees of a linked group: its links, its ads and their readings, and how to point at words in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

from crawlers.records import Ad
from crawlers.stored import StoredAd
from linker.records import Group
from models.records import MentionRef
from nlp.records import Kind, Mention, Reading

# Looked up here once: to ask the class for a member takes longer than what is done with it.
INDICATOR, NAME, PLACE = Kind.INDICATOR, Kind.NAME, Kind.PLACE
NUMBER = (int, float)
# A person can check a few places in a text; the rest is counted in the sentence.
SHOWN = 12
CONTACTS = (Kind.PHONE, Kind.EMAIL, Kind.HANDLE)
_CONTACTS = tuple(sorted((kind.value, kind) for kind in CONTACTS))


class Prices(Protocol):
    """What is usual for a price somewhere; see models.prices."""

    def median(self, place: str, unit: tuple[str, int]) -> float | None:
        """The median of a unit (currency, minutes) at a place, or None where too few are known."""


class Found(NamedTuple):
    """What a feature found: its strength in [0, 1], the words that show it, and what fills its sentence."""

    strength: float
    mentions: tuple[MentionRef, ...] = ()
    slots: Mapping[str, str | int] = MappingProxyType({})


NOTHING = Found(0.0)


class Dated(NamedTuple):
    """When an ad was posted, if its site says so, and when it was first seen: all that features ask of an ad itself."""

    posted_at: datetime | None
    first_seen: datetime


class Stay(NamedTuple):
    """One ad at one place at one time."""

    at: datetime
    ad_id: str
    place: Mention
    where: str  # GeoNames id, or the id nlp gives a town that GeoNames lacks
    position: tuple[float, float] | None  # latitude and longitude, where they are known


@dataclass(frozen=True)
class GroupView:
    """A linked group with its ads and readings by ad id. An ad without a reading is not looked at."""

    group: Group
    ads: Mapping[str, StoredAd | Ad | Dated]
    readings: Mapping[str, Reading]
    prices: Prices | None = None

    @cached_property
    def ad_ids(self) -> tuple[str, ...]:
        """The members that have been read, sorted."""
        return tuple(sorted(self.readings.keys() & self.ads.keys() & set(self.group.ad_ids)))

    def ad(self, ad_id: str) -> Ad:
        """The ad as its site showed it. Raises TypeError in a view that has only the dates of its ads."""
        found = self.ads[ad_id]
        if isinstance(found, Dated):
            raise TypeError("this view has the dates of its ads alone")
        return found.ad if isinstance(found, StoredAd) else found

    def moment(self, ad_id: str) -> datetime | None:
        """When the ad was posted; where the site does not say, when it was first seen."""
        return self._moments[ad_id]

    @cached_property
    def _moments(self) -> dict[str, datetime | None]:
        return {ad_id: _moment(found) for ad_id, found in self.ads.items()}

    def mentions(self, kind: Kind, keep: Callable[[Mention], bool] | None = None) -> dict[str, list[Mention]]:
        """The mentions of one kind (but INDICATOR) by ad id; ads without one are left out."""
        found = self._stated[0].get(kind, {})
        if keep is None:
            return found
        kept = {ad_id: [one for one in some if keep(one)] for ad_id, some in found.items()}
        return {ad_id: some for ad_id, some in kept.items() if some}

    @property
    def indicators(self) -> Mapping[str, dict[str, list[Mention]]]:
        """Mentions of each indicator there is, by ad id, negated ones left out."""
        return self._stated[1]

    def indicator(self, name: str) -> dict[str, list[Mention]]:
        """Mentions of one indicator by ad id, negated ones left out."""
        return self._stated[1].get(name, {})

    @cached_property
    def _stated(self) -> tuple[dict[str, dict[str, list[Mention]]], dict[str, dict[str, list[Mention]]]]:
        """Mentions by kind and ad, and indicators that are not negated by name and ad: one walk for all features."""
        kinds: dict[str, dict[str, list[Mention]]] = defaultdict(dict)
        names: dict[str, dict[str, list[Mention]]] = defaultdict(dict)
        for ad_id in self.ad_ids:
            for one in self.readings[ad_id].mentions:
                kind = one.kind
                if kind is not INDICATOR:
                    by_ad = kinds[kind]
                elif one.detail.get("negated"):  # nothing else is ever denied
                    continue
                else:
                    by_ad = names[one.value]
                if (some := by_ad.get(ad_id)) is None:
                    by_ad[ad_id] = [one]
                else:
                    some.append(one)
        return kinds, names

    def place(self, ad_id: str) -> Mention | None:
        """Where the ad offers: the place in its location field, else the first one it names."""
        return self._places.get(ad_id)

    @cached_property
    def _places(self) -> dict[str, Mention]:
        return {ad_id: _offered(some) for ad_id, some in self.mentions(PLACE).items()}

    @cached_property
    def places(self) -> int:
        """In how many different places its ads offer. Where it is one, no feature of movement has to look closer."""
        return len({one.value for one in self._places.values()})

    @cached_property
    def stays(self) -> dict[str, Stay]:
        """Of each ad that has a place and a date, where it offers and when, by ad id."""
        moments = self._moments
        return {
            ad_id: Stay(moment, ad_id, place, place.value, _position(place.detail))
            for ad_id, place in self._places.items()
            if (moment := moments[ad_id]) is not None
        }

    @cached_property
    def stays_together(self) -> list[list[Stay]]:
        """The stays of the ads of `together`, in order of time."""
        return [self.stays_of(ad_ids) for ad_ids in self.together]

    def stays_of(self, ad_ids: Iterable[str]) -> list[Stay]:
        """The stays of those of these ads that have one, in the given order."""
        placed = self.stays
        return [placed[ad_id] for ad_id in ad_ids if ad_id in placed]

    @cached_property
    def names(self) -> int:
        """Under how many different names its ads stand, the first of each ad alone."""
        return len({some[0].value for some in self.mentions(NAME).values()})

    @cached_property
    def contacts(self) -> dict[tuple[str, str], list[str]]:
        """The ads that carry each contact (kind, value). A key that joins nothing (a hub) is no contact."""
        hubs = {hub.key for hub in self.group.hubs}
        found: dict[tuple[str, str], list[str]] = {}
        for name, kind in _CONTACTS:
            by_value: dict[str, list[str]] = {}
            for ad_id, some in self.mentions(kind).items():
                for value in {one.value for one in some} if len(some) > 1 else (some[0].value,):
                    by_value.setdefault(value, []).append(ad_id)
            found |= {(name, value): by_value[value] for value in sorted(by_value) if value not in hubs}
        return found

    @cached_property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """The ads that share a contact, two at least, once where several contacts stand on the same ones; in order of time,
        without those that have no date."""
        shared = dict.fromkeys(tuple(ad_ids) for ad_ids in self.contacts.values() if len(ad_ids) > 1)
        return tuple(self.in_time(ad_ids) for ad_ids in shared)

    def in_time(self, ad_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of these members that have a date, in order of time."""
        turn = self._turn
        return tuple(sorted((ad_id for ad_id in ad_ids if ad_id in turn), key=turn.__getitem__))

    @cached_property
    def _turn(self) -> dict[str, int]:
        moments = self._moments
        dated = sorted((moment, ad_id) for ad_id in self.ad_ids if (moment := moments[ad_id]) is not None)
        return {ad_id: turn for turn, (_, ad_id) in enumerate(dated)}


def _moment(found: StoredAd | Ad | Dated) -> datetime | None:
    if isinstance(found, StoredAd):
        return found.ad.posted_at or found.first_seen
    return found.posted_at or found.first_seen if isinstance(found, Dated) else found.posted_at


def _position(detail: Mapping[str, object]) -> tuple[float, float] | None:
    latitude, longitude = detail.get("lat"), detail.get("lon")
    if isinstance(latitude, NUMBER) and isinstance(longitude, NUMBER):
        return float(latitude), float(longitude)
    return None


def _offered(places: Sequence[Mention]) -> Mention:
    for one in places:
        if one.field == "location":
            return one
    return places[0]


def clipped(view: GroupView, ad_ids: Sequence[str], start: datetime | None, end: datetime) -> GroupView:
    """The group with these of its ads alone, and what of links, stays and templates they bear between two moments."""
    if len(ad_ids) == len(view.ad_ids):
        return view
    kept, group = set(ad_ids), view.group
    stops = (
        replace(one, first=max(one.first, start) if start else one.first, last=min(one.last, end))
        for one in group.itinerary
        if one.first <= end and (start is None or one.last >= start)
    )
    templates = (
        replace(one, ad_ids=ids)
        for one in group.templates
        if len(ids := tuple(ad_id for ad_id in one.ad_ids if ad_id in kept)) > 1
    )
    return replace(
        view,
        group=replace(
            group,
            ad_ids=tuple(ad_ids),
            links=tuple(one for one in group.links if one.left in kept and one.right in kept),
            itinerary=tuple(stops),
            templates=tuple(templates),
            last_seen=min(group.last_seen, end),
        ),
    )


def refs(found: Mapping[str, Sequence[Mention]]) -> tuple[MentionRef, ...]:
    """Where the first mention of each ad stands, of SHOWN ads at most."""
    first = [(ad_id, found[ad_id][0]) for ad_id in sorted(found)[:SHOWN]]
    return tuple([MentionRef(ad_id, one.field, one.start, one.end, one.surface) for ad_id, one in first])
