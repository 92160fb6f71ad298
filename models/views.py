"""What a feature sees of a linked group: its links, its ads and their readings, and how to point at words in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from crawlers.records import Ad
from crawlers.stored import StoredAd
from linker.records import Group
from models.records import MentionRef
from nlp.records import Kind, Mention, Reading
from store.once import once

# Looked up here once: to ask the class for a member takes longer than what is done with it.
INDICATOR, NAME, PLACE = Kind.INDICATOR, Kind.NAME, Kind.PLACE
NUMBER = (int, float)
_made = tuple.__new__  # in half the time that a NamedTuple takes for itself
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


Said = list[tuple[str, Mention]]  # mentions with the ids of their ads, in the order of ads and of each ad's text


@dataclass(frozen=True)
class GroupView:
    """A linked group with its ads and readings by ad id. An ad without a reading is not looked at."""

    group: Group
    ads: Mapping[str, StoredAd | Ad | Dated]
    readings: Mapping[str, Reading]
    prices: Prices | None = None

    @once
    def ad_ids(self) -> tuple[str, ...]:
        """The members that have been read, sorted."""
        readings, ads = self.readings, self.ads
        return tuple(sorted([ad_id for ad_id in self.group.ad_ids if ad_id in readings and ad_id in ads]))

    def ad(self, ad_id: str) -> Ad:
        """The ad as its site showed it. Raises TypeError in a view that has only the dates of its ads."""
        found = self.ads[ad_id]
        if isinstance(found, Dated):
            raise TypeError("this view has the dates of its ads alone")
        return found.ad if isinstance(found, StoredAd) else found

    def moment(self, ad_id: str) -> datetime | None:
        """When the ad was posted; where the site does not say, when it was first seen."""
        return _moment(self.ads[ad_id])

    @once
    def dated(self) -> dict[str, datetime]:
        """The moment of each member that has one, in order of time."""
        ads = self.ads
        found = sorted([(moment, ad_id) for ad_id in self.ad_ids if (moment := _moment(ads[ad_id])) is not None])
        return {ad_id: moment for moment, ad_id in found}

    def mentions(self, kind: Kind) -> Said:
        """The mentions of one kind (but INDICATOR)."""
        return self._said[0].get(kind, [])

    @property
    def indicators(self) -> Mapping[str, Said]:
        """The mentions of each indicator there is, negated ones left out."""
        return self._said[1]

    def indicator(self, name: str) -> Said:
        """The mentions of one indicator, negated ones left out."""
        return self._said[1].get(name, [])

    @once
    def _said(self) -> tuple[dict[str, Said], dict[str, Said]]:
        """Mentions by kind, and indicators that are not negated by name: one walk for all features."""
        kinds: dict[str, Said] = defaultdict(list)
        names: dict[str, Said] = defaultdict(list)
        readings = self.readings
        for ad_id in self.ad_ids:
            for one in readings[ad_id].mentions:
                kind = one.kind
                if kind is not INDICATOR:
                    kinds[kind].append((ad_id, one))
                elif not one.detail.get("negated"):  # nothing else is ever denied
                    names[one.value].append((ad_id, one))
        return kinds, names

    @once
    def offered(self) -> dict[str, Mention]:
        """Where each ad that names a place offers: the place in its location field, else the first one it names."""
        places = self.mentions(PLACE)
        return firsts(places) | firsts([said for said in places if said[1].field == "location"])

    @once
    def places(self) -> int:
        """In how many different places its ads offer. Where it is one, no feature of movement has to look closer."""
        return len({one.value for one in self.offered.values()})

    @once
    def stays(self) -> dict[str, Stay]:
        """Of each ad that has a place and a date, where it offers and when, by ad id."""
        dated = self.dated
        return {
            ad_id: Stay(dated[ad_id], ad_id, place, place.value, _position(place.detail))
            for ad_id, place in self.offered.items()
            if ad_id in dated
        }

    @once
    def stays_together(self) -> list[list[Stay]]:
        """The stays of the ads of `together`, in order of time."""
        return [self.stays_of(ad_ids) for ad_ids in self.together]

    def stays_of(self, ad_ids: Iterable[str]) -> list[Stay]:
        """The stays of those of these ads that have one, in the given order."""
        placed = self.stays
        return [placed[ad_id] for ad_id in ad_ids if ad_id in placed]

    @once
    def named(self) -> dict[str, Mention]:
        """The first name of each ad that has one: the ad of a duo names two people, and contradicts nothing by it."""
        return firsts(self.mentions(NAME))

    @once
    def names(self) -> int:
        """Under how many different names its ads stand."""
        return len({one.value for one in self.named.values()})

    @once
    def contacts(self) -> dict[tuple[str, str], list[str]]:
        """The ads that carry each contact (kind, value). A key that joins nothing (a hub) is no contact."""
        hubs = {hub.key for hub in self.group.hubs}
        found: dict[tuple[str, str], list[str]] = {}
        for name, kind in _CONTACTS:
            by_value: dict[str, dict[str, None]] = defaultdict(dict)
            for ad_id, one in self.mentions(kind):
                by_value[one.value][ad_id] = None
            found |= {(name, value): list(by_value[value]) for value in sorted(by_value) if value not in hubs}
        return found

    @once
    def together(self) -> tuple[tuple[str, ...], ...]:
        """The ads that share a contact, two at least, once where several contacts stand on the same ones; in order of time,
        without those that have no date."""
        shared = dict.fromkeys(tuple(ad_ids) for ad_ids in self.contacts.values() if len(ad_ids) > 1)
        return tuple(self.in_time(ad_ids) for ad_ids in shared)

    def in_time(self, ad_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of these members that have a date, in order of time."""
        turn = self._turn
        return tuple(sorted([ad_id for ad_id in ad_ids if ad_id in turn], key=turn.__getitem__))

    @once
    def _turn(self) -> dict[str, int]:
        return {ad_id: turn for turn, ad_id in enumerate(self.dated)}


def _moment(found: StoredAd | Ad | Dated) -> datetime | None:
    if isinstance(found, StoredAd):
        return found.ad.posted_at or found.first_seen
    return found.posted_at or found.first_seen if isinstance(found, Dated) else found.posted_at


def _position(detail: Mapping[str, object]) -> tuple[float, float] | None:
    latitude, longitude = detail.get("lat"), detail.get("lon")
    if isinstance(latitude, NUMBER) and isinstance(longitude, NUMBER):
        return float(latitude), float(longitude)
    return None


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


def firsts(said: Said) -> dict[str, Mention]:
    """The first mention of each ad."""
    return dict(reversed(said))  # of one key the last value stays


def refs(found: Mapping[str, Mention]) -> tuple[MentionRef, ...]:
    """Where a mention of each ad stands, of SHOWN ads at most."""
    shown = sorted(found.items())[:SHOWN]
    return tuple([_made(MentionRef, (ad_id, one.field, one.start, one.end, one.surface)) for ad_id, one in shown])
