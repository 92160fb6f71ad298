"""Signals: what linking needs of an ad, and nothing else; a block of ads is judged without reading its ads again.

An ad's time is when its site says it was posted, else when it was first seen: a crawl's clock must not decide which ads
belong together or what their group is called, so that the same pages crawled at another hour give the same ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from crawlers.records import Ad
from linker.offers import RECRUITS, category_of, says_so
from linker.records import Reason
from linker.webkeys import keys_of_url
from linker.wording import Wording, wording_of
from nlp.records import Kind, Reading

# Stands for the time of an ad that has none, when ads come without a store.
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
# A contact the reader itself doubts links nothing.
SURE = 0.5
CONTACTS: dict[str, Reason] = {
    Kind.PHONE: Reason.PHONE,
    Kind.EMAIL: Reason.EMAIL,
    Kind.HANDLE: Reason.HANDLE,
    Kind.PAYMENT: Reason.PAYMENT,
}
# Plain strings: to reach a member of an enumeration takes several times as long as to compare with it.
PLACE, NAME, AGE, INDICATOR, ADDRESS = (
    kind.value for kind in (Kind.PLACE, Kind.NAME, Kind.AGE, Kind.INDICATOR, Kind.URL)
)


class Key(NamedTuple):
    """A value ads may share."""

    reason: Reason
    value: str


class _Keys(dict[str, Key]):
    """The keys of one reason by their values, each once: what several ads carry takes room once, and is told to be the same
    at a glance. When there are ROOM they are forgotten: then some values have several equal keys."""

    ROOM = 500_000

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self.reason = reason

    def __missing__(self, value: str) -> Key:
        if len(self) >= self.ROOM:
            self.clear()
        self[value] = key = Key(self.reason, value)
        return key


KEYS = {reason.value: _Keys(reason) for reason in Reason}


def forget_keys() -> None:
    """Let go of the keys that are in no signals: a process may go on for weeks."""
    for keys in KEYS.values():
        keys.clear()


IMAGES, URLS = KEYS[Reason.IMAGE.value], KEYS[Reason.URL.value]
OF_KIND = {kind: KEYS[reason.value] for kind, reason in CONTACTS.items()}


class Place(NamedTuple):
    """Where an ad says it is: GeoNames id, name, degrees."""

    place: str
    name: str
    latitude: float
    longitude: float


@dataclass(slots=True)  # to make a frozen one takes six times as long
class Signals:
    """One ad as the linker sees it. Tuples are sorted and without repeats.

    Never changed, but that its text key is added once clusters are known.
    """

    ad_id: str
    first: datetime
    last: datetime  # shown, never compared
    site: str
    keys: tuple[Key, ...]
    names: tuple[str, ...]
    ages: tuple[str, ...]
    places: tuple[Place, ...]
    recruits: bool
    wording: Wording
    at: str = ""  # the place it is posted for, one of `places`; empty where none is on the map
    bumps: tuple[datetime, ...] = ()  # dates its site gave it later than `first`: it was put on top again

    @property
    def where(self) -> Place | None:
        """The place it is posted for."""
        for place in self.places:
            if place.place == self.at:
                return place
        return None

    @property
    def order(self) -> tuple[datetime, str]:
        """Ads stand in this order everywhere; a group is named after its first."""
        return self.first, self.ad_id

    def facts(self) -> dict[str, Any]:
        """The part that is stored as JSON."""
        return {
            "site": self.site,
            "names": self.names,
            "ages": self.ages,
            "places": [list(place) for place in self.places],
            "recruits": self.recruits,
            "at": self.at,
            "bumps": [moment.isoformat() for moment in self.bumps],
        }


def signals_of(
    ad: Ad,
    reading: Reading,
    *,
    first_seen: datetime | None = None,
    last_seen: datetime | None = None,
    renewed: Sequence[datetime] = (),
) -> Signals:
    """The signals of an ad and its reading; `first_seen` counts only where the site gives no date.

    `renewed` are the dates at which the site gave the ad another date.
    """
    return put_together(
        (one.as_json() for one in reading.mentions),
        ad_id=ad.ad_id,
        site=ad.site,
        url=ad.url,
        image_hashes=ad.image_hashes,
        first=ad.posted_at or first_seen or UNKNOWN,
        last_seen=last_seen,
        renewed=renewed,
        wording=wording_of(reading.masked),
    )


def put_together(
    mentions: Iterable[Mapping[str, Any]],
    *,
    ad_id: str,
    site: str,
    url: str,
    image_hashes: Iterable[str],
    first: datetime,
    last_seen: datetime | None,
    renewed: Sequence[datetime],
    wording: Wording,
) -> Signals:
    """The signals of an ad's mentions, given as a reading keeps them, in one pass: this is done for every ad there is.

    What many ads say is kept once (`intern`): it takes less room, and the same string is told to be the same at a glance.
    """
    keys = {IMAGES[one] for one in image_hashes if one}
    names, ages, places = set(), set(), set()
    recruits = category_of(url) is not None if url else False
    at = at_location = ""
    for one in mentions:
        kind = one["kind"]
        if kind == INDICATOR:
            recruits = recruits or (one["value"] == RECRUITS and says_so(RECRUITS, one.get("detail") or {}))
        elif kind == PLACE:
            value, detail = one["value"], one.get("detail") or {}
            latitude, longitude = detail.get("lat"), detail.get("lon")
            if latitude is None or longitude is None:
                continue
            place = _place(value, str(detail.get("official") or detail.get("name") or value), latitude, longitude)
            places.add(place)
            value = place.place
            if not detail.get("negated"):
                at = at or value
                at_location = at_location or (value if one["field"] == "location" else "")
        elif kind == NAME:
            names.add(intern(one["value"]))
        elif kind == AGE:
            ages.add(intern(one["value"]))
        elif kind in OF_KIND or kind == ADDRESS:
            value = one["value"]
            # A way to pay ("cash") is anybody's; only an account is somebody's.
            if not value or one.get("confidence", 1.0) < SURE or value == (one.get("detail") or {}).get("method"):
                continue
            if kind == ADDRESS:
                keys.update(map(URLS.__getitem__, keys_of_url(value)))
            else:
                keys.add(OF_KIND[kind][value])
    return Signals(
        ad_id=ad_id,
        first=first,
        last=max(first, last_seen or first),
        site=intern(site),
        keys=tuple(sorted(keys)),
        names=tuple(sorted(names)),
        ages=tuple(sorted(ages)),
        places=tuple(sorted(places)),
        recruits=recruits,
        wording=wording,
        at=at_location or at,
        bumps=tuple(sorted({moment for moment in renewed if moment > first})) if renewed else (),
    )


@lru_cache(maxsize=100_000)
def _place(place: str, name: str, latitude: float, longitude: float) -> Place:
    """The one place of this description: many ads are in it."""
    return Place(place, name, float(latitude), float(longitude))


def facts_to_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of Signals that `facts` was made of."""
    return {
        "site": intern(facts["site"]),
        "names": tuple(map(intern, facts["names"])),
        "ages": tuple(map(intern, facts["ages"])),
        "places": tuple(_place(*place) for place in facts["places"]),
        "recruits": facts["recruits"],
        "at": facts["at"],
        "bumps": tuple(map(datetime.fromisoformat, facts["bumps"])),
    }
