"""What linking yields: links with their reasons, groups, and how groups came to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Reason(StrEnum):
    """Why two ads are linked; in a link's `key` stands the value they share."""

    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    PAYMENT = "payment"
    URL = "url"
    IMAGE = "image"
    TEXT = "text"  # near-copy text
    RECRUITMENT = "recruitment"  # one contact in a job offer and in another ad, overlapping in time


class Link(NamedTuple):
    """Evidence that two ads belong together. `left < right`; `weight` is in (0, 1]."""

    left: str
    right: str
    reason: Reason
    key: str
    weight: float
    detail: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """The object the `link` command writes."""
        return {
            "left": self.left,
            "right": self.right,
            "reason": self.reason.value,
            "key": self.key,
            "weight": self.weight,
            "detail": dict(self.detail),
        }


@dataclass(frozen=True, slots=True)
class Hub:
    """A key so widely shared that it joins nothing: shown, with what gave it away."""

    reason: Reason
    key: str
    ads: int
    why: str  # plain words: "on 240 ads under 61 names in 19 places"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stay of a group: GeoNames id, first and last instant, how many ads and which; of these how many are reposts, and
    how often one of them was bumped."""

    place: str
    name: str
    latitude: float
    longitude: float
    first: datetime
    last: datetime
    ads: int
    ad_ids: tuple[str, ...] = ()
    reposts: int = 0
    bumps: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """Near-copies inside a group. `linker.templates.pattern` shows what they have in common."""

    ad_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """What fills a slot in these ads; empty where they have nothing there."""

    words: str
    ad_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where near-copies differ, or where a mask stands; `kinds` are those of the mentions that fill it, and "words"."""

    kinds: tuple[str, ...]
    fills: tuple[Fill, ...]  # those in most ads first


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template opened: runs of common words and slots, in order.

    `looked` ads of `ad_ids` were aligned, of so many different `wordings`; `strays` of them lack common words or have words of
    their own in places that are no slots.
    """

    ad_ids: tuple[str, ...]
    looked: int
    wordings: int
    parts: tuple[str | Slot, ...]
    strays: int

    def as_json(self) -> dict[str, Any]:
        """The object that pages and commands write."""
        return {
            "ads": len(self.ad_ids),
            "looked": self.looked,
            "wordings": self.wordings,
            "strays": self.strays,
            "parts": [
                {"text": part}
                if isinstance(part, str)
                else {
                    "slot": list(part.kinds),
                    "fills": [{"words": one.words, "ads": list(one.ad_ids)} for one in part.fills],
                }
                for part in self.parts
            ],
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Ads that belong together. The id is a hash of the member with the least (first_seen, ad_id)."""

    group_id: str
    ad_ids: tuple[str, ...]  # sorted
    links: tuple[Link, ...]
    hubs: tuple[Hub, ...]
    itinerary: tuple[Stop, ...]
    templates: tuple[Template, ...]
    first_seen: datetime
    last_seen: datetime


class Glance(NamedTuple):
    """A group as a list shows it: how many ads, the towns in order of arrival, when it was last seen."""

    ads: int
    towns: tuple[str, ...]
    last_seen: datetime


class Passage(StrEnum):
    """What happened to a group's membership between two runs."""

    BORN = "born"
    GREW = "grew"
    MERGED = "merged"  # `other` went into this group
    SPLIT = "split"  # this group came out of `other`
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Lineage:
    """One event in a group's history."""

    group_id: str
    at: datetime
    passage: Passage
    other: str | None = None
