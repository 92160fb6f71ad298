"""Signals: what linking needs of an ad, and nothing else; a block of ads is judged without reading its ads again.

An ad's time is when its site says it was posted, else when it was first seen: a crawl's clock must not decide which ads
belong together or what their group is called, so that the same pages crawled at another hour give the same ids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crawlers.records import Ad
from linker.offers import is_job_offer
from linker.records import Reason
from linker.webkeys import keys_of_url
from linker.wording import Wording, wording_of
from nlp.records import Kind, Mention, Reading

# Stands for the time of an ad that has none, when ads come without a store.
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
# A contact the reader itself doubts links nothing.
SURE = 0.5
CONTACTS = {
    Kind.PHONE: Reason.PHONE,
    Kind.EMAIL: Reason.EMAIL,
    Kind.HANDLE: Reason.HANDLE,
    Kind.PAYMENT: Reason.PAYMENT,
}


class Key(NamedTuple):
    """A value ads may share."""

    reason: Reason
    value: str


class Place(NamedTuple):
    """Where an ad says it is: GeoNames id, name, degrees."""

    place: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Signals:
    """One ad as the linker sees it. Tuples are sorted and without repeats."""

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
        return next((place for place in self.places if place.place == self.at), None)

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
    renewed: Iterable[datetime] = (),
) -> Signals:
    """The signals of an ad and its reading; `first_seen` counts only where the site gives no date.

    `renewed` are the dates at which the site gave the ad another date.
    """
    first = ad.posted_at or first_seen or UNKNOWN
    return Signals(
        ad_id=ad.ad_id,
        first=first,
        last=max(first, last_seen or first),
        site=ad.site,
        keys=tuple(sorted(_keys(ad, reading))),
        names=_values(reading, Kind.NAME),
        ages=_values(reading, Kind.AGE),
        places=_places(reading),
        recruits=is_job_offer(ad, reading),
        wording=wording_of(reading.masked),
        at=_at(reading),
        bumps=tuple(sorted({moment for moment in renewed if moment > first})),
    )


def facts_to_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of Signals that `facts` was made of."""
    return {
        "site": facts["site"],
        "names": tuple(facts["names"]),
        "ages": tuple(facts["ages"]),
        "places": tuple(Place(*place) for place in facts["places"]),
        "recruits": facts["recruits"],
        "at": facts["at"],
        "bumps": tuple(map(datetime.fromisoformat, facts["bumps"])),
    }


def _keys(ad: Ad, reading: Reading) -> set[Key]:
    found = {Key(Reason.IMAGE, one) for one in ad.image_hashes if one}
    for mention in reading.mentions:
        if mention.confidence < SURE or not mention.value:
            continue
        if mention.value == mention.detail.get("method"):
            continue  # a way to pay ("cash") is anybody's; only an account is somebody's
        if mention.kind in CONTACTS:
            found.add(Key(CONTACTS[mention.kind], mention.value))
        elif mention.kind is Kind.URL:
            found |= {Key(Reason.URL, value) for value in keys_of_url(mention.value)}
    return found


def _values(reading: Reading, kind: Kind) -> tuple[str, ...]:
    return tuple(sorted({mention.value for mention in reading.of(kind)}))


def _places(reading: Reading) -> tuple[Place, ...]:
    found = set()
    for mention in reading.of(Kind.PLACE):
        detail = mention.detail
        if _on_the_map(mention):
            found.add(Place(mention.value, mention.label, float(detail["lat"]), float(detail["lon"])))
    return tuple(sorted(found))


def _at(reading: Reading) -> str:
    """Where the ad offers: the place in its location field, else the first one it names."""
    placed = [one for one in reading.of(Kind.PLACE) if _on_the_map(one) and not one.detail.get("negated")]
    first = next((one for one in placed if one.field == "location"), placed[0] if placed else None)
    return first.value if first else ""


def _on_the_map(mention: Mention) -> bool:
    return mention.detail.get("lat") is not None and mention.detail.get("lon") is not None
