"""What the index holds and answers: documents, and pages of hits with facets."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

AD = "ad"
GROUP = "group"


class Span(NamedTuple):
    """A value read from an ad: characters `start` to `end` of its field, as given."""

    kind: str
    value: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place an ad or group names. `place_id` is a GeoNames id, or country/region/name for a town GeoNames lacks."""

    place_id: str
    name: str
    label: str  # as a person tells it from its namesakes
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class AdDocument:
    """An ad as it is searched. Text fields are as the site wrote them."""

    ad_id: str
    site: str
    url: str
    first_seen: datetime
    last_seen: datetime
    posted_at: datetime | None = None
    gone: bool = False
    title: str = ""
    body: str = ""
    location: str = ""
    contact: str = ""
    name: str = ""
    age: str = ""
    price: str = ""
    images: int = 0
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()  # every age that a mention covers
    amounts: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()  # per hour
    hourly: tuple[str, ...] = ()  # the same with their currencies: USD 120.00
    currencies: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()  # the first with coordinates is where the ad stands on a map
    indicators: tuple[str, ...] = ()
    written: str = ""  # where contacts, names and places stand, as `pack` writes it: only highlights read it
    group_id: str | None = None
    group_size: int = 1
    reasons: tuple[str, ...] = ()  # why the ads of its group are linked
    priority: float | None = None
    band: str | None = None
    route: str | None = None
    lane: str | None = None

    @property
    def key(self) -> str:
        """Unique in an index."""
        return f"{AD}:{self.ad_id}"

    @property
    def spans(self) -> tuple[Span, ...]:
        """What `written` holds."""
        return tuple(map(Span._make, orjson.loads(self.written))) if self.written else ()


@dataclass(frozen=True)
class GroupDocument:
    """A group as it is listed: what its ads hold, together."""

    group_id: str
    size: int
    first_seen: datetime
    last_seen: datetime
    gone: bool = False  # every ad is
    sites: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    amounts: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    hourly: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    indicators: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    priority: float | None = None
    band: str | None = None
    route: str | None = None
    lane: str | None = None

    @property
    def key(self) -> str:
        """Unique in an index."""
        return f"{GROUP}:{self.group_id}"


Document = AdDocument | GroupDocument
INSTANTS = ("first_seen", "last_seen", "posted_at")
# Each field's default; what has none is no such thing, and always written.
USUAL = {kind: {one.name: one.default for one in fields(kind)} for kind in (AdDocument, GroupDocument)}


def pack(spans: Iterable[tuple[Any, ...]]) -> str:
    """Spans as one text, which a page of hits is read without taking apart."""
    found = list(map(tuple, spans))
    return orjson.dumps(found).decode() if found else ""


def to_json(document: Document) -> bytes:
    """The document as one JSON object, without what is as by default."""
    usual = USUAL[type(document)]
    # Most stand at their default itself, which is told sooner than that two values are equal.
    values = {
        name: value
        for name, value in vars(document).items()
        if value is not (default := usual[name]) and value != default
    }
    return orjson.dumps(values)


def from_json(text: str | bytes) -> Document:
    """The document `to_json` wrote."""
    values: dict[str, Any] = orjson.loads(text)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    for name in INSTANTS:
        if moment := values.get(name):
            values[name] = datetime.fromisoformat(moment)
    if places := values.get("places"):
        values["places"] = tuple([Place(**place) for place in places])
    # Not through __init__, which would set forty fields one by one: what is left out stands on the class.
    kind: type[Document] = AdDocument if "ad_id" in values else GroupDocument
    found = kind.__new__(kind)
    vars(found).update(values)
    return found


class Sort(StrEnum):
    """The order of a page. Equal ones stand in an order of their own that never changes."""

    RELEVANCE = "relevance"
    TIME = "time"  # newest first
    PRIORITY = "priority"  # the first lane, then by value


@dataclass(frozen=True, slots=True)
class Highlight:
    """Characters of one field of the ad that the query asked for: `ad.<field>[start:end] == surface`."""

    field: str
    start: int
    end: int
    surface: str

    def as_json(self) -> dict[str, Any]:
        """The object inside `highlights`."""
        return {"field": self.field, "start": self.start, "end": self.end, "surface": self.surface}


@dataclass(frozen=True, slots=True)
class LinkStep:
    """From one ad to the next: `sentence` says what joins them, `reason` and `key` by which value (`person`: by a word)."""

    left: str
    right: str
    reason: str
    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Linked:
    """How an ad answers `linked:`: from `holder`, which holds the contact, over `steps`; none where it holds it itself."""

    holder: str
    steps: tuple[LinkStep, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An ad that answers a query. `relevance` is None in a list that is not sorted by it."""

    ad_id: str
    relevance: float | None
    priority: float | None
    group_id: str | None
    site: str
    posted_at: datetime | None
    highlights: tuple[Highlight, ...]
    document: AdDocument
    group_hits: int | None = None  # in a list collapsed by group: how many of the group's ads answer
    linked: Linked | None = None  # where the query asks for what is linked to a contact

    def as_json(self) -> dict[str, Any]:
        """The object `search --json` writes."""
        return {
            "ad_id": self.ad_id,
            "relevance": self.relevance,
            "priority": self.priority,
            "group_id": self.group_id,
            "site": self.site,
            "posted_at": self.posted_at.isoformat() if self.posted_at else None,
            "highlights": [one.as_json() for one in self.highlights],
            "linked": asdict(self.linked) if self.linked else None,
        }


@dataclass(frozen=True, slots=True)
class Facet:
    """How many hits hold each value, most first (months: in order). Beyond 10,000 values it is approximate."""

    field: str
    counts: tuple[tuple[str, int], ...]
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer. `total` counts all ads (or groups, where collapsed); `cursor` leads to the next page."""

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    cursor: str | None
    sort: Sort
