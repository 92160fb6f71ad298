"""What an ad's date stands for: a new ad, the same ad put up again under another id, or its date renewed.

Sites and posting tools put old ads on top of the list again. Such an act says that the ad still runs; it does not say that
anybody has come to the place, or is still there. Itineraries therefore rest on new ads.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from linker.records import Reason
from linker.signals import Place, Signals

# The same text with the same contact, for the same place, on the same site: put up again within this time it is a repost.
AGAIN = timedelta(days=7)
CONTACTS = frozenset({Reason.PHONE, Reason.EMAIL, Reason.HANDLE, Reason.PAYMENT})
Mark = tuple[str, str, str, object]
Last = dict[tuple[Mark, tuple[str, ...]], datetime]
ANY = ("*",)  # whatever names


class Act(StrEnum):
    """What was done when an ad got its date."""

    NEW = "new"
    REPOST = "repost"
    BUMP = "bump"


NEW, REPOST, BUMP = Act.NEW, Act.REPOST, Act.BUMP
TEXT = Reason.TEXT
ORDER = attrgetter("first", "ad_id")


class Posting(NamedTuple):
    """One act: when, which ad, and for which place (None where its ad names none that is on the map)."""

    at: datetime
    ad_id: str
    act: Act
    place: Place | None
    names: tuple[str, ...] = ()


def postings(ads: Collection[Signals]) -> list[Posting]:
    """Every act of these ads in order of time. The first that put an ad up is new; what follows repeats it."""
    last: Last = {}
    made = [
        Posting(ad.first, ad.ad_id, REPOST if _again(ad, last) else NEW, ad.where, ad.names)
        for ad in sorted(ads, key=ORDER)
    ]
    bumps = [Posting(moment, ad.ad_id, BUMP, ad.where, ad.names) for ad in ads for moment in ad.bumps]
    return sorted([*made, *bumps], key=lambda one: (one.at, one.act is BUMP, one.ad_id)) if bumps else made


def _again(ad: Signals, last: Last) -> bool:
    """Whether one like it was put up within AGAIN; remembers this one.

    An ad may leave the name to its text: one without a name is like any other.
    """
    found = False
    for mark in _marks(ad):
        for names in (ad.names, ()) if ad.names else (ANY,):
            before = last.get((mark, names))
            found = found or (before is not None and ad.first - before <= AGAIN)
        last[mark, ad.names] = last[mark, ANY] = ad.first
    return found


def _marks(ad: Signals) -> list[Mark]:
    """What an ad shares with its repost: site, place, wording and a contact; where the text is too short, a name."""
    wording, contacts = "", []
    for key in ad.keys:
        if key.reason is TEXT:
            wording = key.value
        elif key.reason in CONTACTS:
            contacts.append(key)
    if not wording and not (contacts and ad.names):
        return []
    shared: list[object] = [*contacts] or [None]
    return [(ad.site, ad.at, wording, contact) for contact in shared]
