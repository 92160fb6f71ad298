"""What an ad's date stands for: a new ad, the same ad put up again under another id, or its date renewed.

Sites and posting tools put old ads on top of the list again. Such an act says that the ad still runs; it does not say that
anybody has come to the place, or is still there. Itineraries therefore rest on new ads.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
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


class Posting(NamedTuple):
    """One act: when, which ad, and for which place (None where its ad names none that is on the map)."""

    at: datetime
    ad_id: str
    act: Act
    place: Place | None
    names: tuple[str, ...] = ()


def postings(ads: Iterable[Signals]) -> list[Posting]:
    """Every act of these ads in order of time. The first that put an ad up is new; what follows repeats it."""
    made: list[Posting] = []
    last: Last = {}
    for ad in sorted(ads, key=lambda ad: ad.order):
        made.append(Posting(ad.first, ad.ad_id, Act.REPOST if _again(ad, last) else Act.NEW, ad.where, ad.names))
        made += [Posting(moment, ad.ad_id, Act.BUMP, ad.where, ad.names) for moment in ad.bumps]
    return sorted(made, key=lambda one: (one.at, one.act is Act.BUMP, one.ad_id))


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
    wording = next((key.value for key in ad.keys if key.reason is Reason.TEXT), "")
    contacts = [key for key in ad.keys if key.reason in CONTACTS]
    if not wording and not (contacts and ad.names):
        return []
    shared: list[object] = [*contacts] or [None]
    return [(ad.site, ad.at, wording, contact) for contact in shared]
