"""What a feature sees of a linked group: its links, its ads and their readings, and how to point at words in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from crawlers.records import Ad
from crawlers.stored import StoredAd
from linker.records import Group
from models.records import MentionRef
from nlp.records import Kind, Mention, Reading

# A person can check a few places in a text; the rest is counted in the sentence.
SHOWN = 12
CONTACTS = (Kind.PHONE, Kind.EMAIL, Kind.HANDLE)


class Prices(Protocol):
    """What is usual for a price somewhere; see models.prices."""

    def median(self, place: str, unit: tuple[str, int]) -> float | None:
        """The median of a unit (currency, minutes) at a place, or None where too few are known."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a feature found: its strength in [0, 1], the words that show it, and what fills its sentence."""

    strength: float
    mentions: tuple[MentionRef, ...] = ()
    slots: Mapping[str, str | int] = field(default_factory=dict)


NOTHING = Found(0.0)


@dataclass(frozen=True)
class GroupView:
    """A linked group with its ads and readings by ad id. An ad without a reading is not looked at."""

    group: Group
    ads: Mapping[str, StoredAd | Ad]
    readings: Mapping[str, Reading]
    prices: Prices | None = None

    @cached_property
    def ad_ids(self) -> tuple[str, ...]:
        """The members that have been read, sorted."""
        return tuple(ad_id for ad_id in sorted(self.group.ad_ids) if ad_id in self.readings and ad_id in self.ads)

    def ad(self, ad_id: str) -> Ad:
        """The ad as its site showed it."""
        found = self.ads[ad_id]
        return found.ad if isinstance(found, StoredAd) else found

    def moment(self, ad_id: str) -> datetime | None:
        """When the ad was posted; where the site does not say, when it was first seen."""
        found = self.ads[ad_id]
        return found.ad.posted_at or found.first_seen if isinstance(found, StoredAd) else found.posted_at

    def mentions(self, kind: Kind, keep: Callable[[Mention], bool] | None = None) -> dict[str, list[Mention]]:
        """The mentions of one kind by ad id, negated ones left out; ads without one are left out."""
        found = self._stated.get((kind, ""), {})
        if keep is None:
            return found
        kept = {ad_id: [one for one in some if keep(one)] for ad_id, some in found.items()}
        return {ad_id: some for ad_id, some in kept.items() if some}

    def indicator(self, name: str) -> dict[str, list[Mention]]:
        """Mentions of one indicator by ad id."""
        return self._stated.get((Kind.INDICATOR, name), {})

    @cached_property
    def _stated(self) -> dict[tuple[Kind, str], dict[str, list[Mention]]]:
        """Mentions that are not negated, by kind (indicators by name too) and ad: one walk for all features."""
        found: dict[tuple[Kind, str], dict[str, list[Mention]]] = {}
        for ad_id in self.ad_ids:
            for one in self.readings[ad_id].mentions:
                if not one.detail.get("negated"):
                    name = one.value if one.kind is Kind.INDICATOR else ""
                    found.setdefault((one.kind, name), {}).setdefault(ad_id, []).append(one)
        return found

    def place(self, ad_id: str) -> Mention | None:
        """Where the ad offers: the place in its location field, else the first one it names."""
        places = self.mentions(Kind.PLACE).get(ad_id, [])
        return next((one for one in places if one.field == "location"), places[0] if places else None)

    @cached_property
    def contacts(self) -> dict[tuple[str, str], list[str]]:
        """The ads that carry each contact (kind, value). A key that joins nothing (a hub) is no contact."""
        hubs = {hub.key for hub in self.group.hubs}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for kind in CONTACTS:
            for ad_id, some in self.mentions(kind).items():
                for value in sorted({one.value for one in some}):
                    if value not in hubs:
                        found[kind.value, value].append(ad_id)
        return dict(sorted(found.items()))


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


def refs(found: Mapping[str, Iterable[Mention]]) -> tuple[MentionRef, ...]:
    """The first mention of each ad, at most SHOWN of them."""
    firsts = (point(ad_id, next(iter(some))) for ad_id, some in sorted(found.items()))
    return tuple(firsts)[:SHOWN]


def point(ad_id: str, mention: Mention) -> MentionRef:
    """Where a mention stands."""
    return MentionRef(ad_id, mention.field, mention.start, mention.end, mention.surface)
