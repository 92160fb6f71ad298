"""A document as the fields of the index: what both engines are given."""

import hashlib
import math
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from indexer import tokens
from indexer.forms import digit_keys, handle_forms, link
from indexer.records import AD, GROUP, AdDocument, Document, GroupDocument, Place, to_json
from indexer.tokens import keyword

Value = str | int | float
Columns = dict[str, list[Value]]
# Fine enough that every coarser grid of a map is made of these: at the equator a tile is 10 km wide.
TILE_ZOOM = 12
PRIORITY_STEPS = 2**22 - 1
SHORT = 80


# Field of the index, field of the document, and the form its values take there (None: as they are).
MANY: tuple[tuple[str, str, Callable[[Any], Value] | None], ...] = (
    ("phone", "phones", None),
    ("email", "emails", keyword),
    ("url", "urls", link),
    ("payment", "payments", keyword),
    ("name", "names", keyword),
    ("place_label", "places", attrgetter("label")),
    ("indicator", "indicators", None),
    ("reason", "reasons", None),
    ("currency", "currencies", None),
    ("age", "ages", None),
    ("amount", "amounts", None),
    ("rate", "rates", None),
    ("hourly", "hourly", None),
)
ONE = (("group", "group_id"), *((name, name) for name in ("band", "route", "lane", "priority")))
# What `has:` knows, by the field of the document that holds it.
HELD = {
    "phones": "phone",
    "emails": "email",
    "handles": "handle",
    "urls": "url",
    "payments": "payment",
    "names": "name",
    "ages": "age",
    "amounts": "price",
    "places": "place",
    "indicators": "indicator",
    "images": "image",
}


def columns(document: Document, version: int) -> Columns:
    """Every field that holds something; the names are those of `fields.FIELDS`."""
    source = to_json(document)
    return {"source": [source.decode()], "digest": [digest_of(source)], **searched(document, version)}


def searched(document: Document, version: int) -> Columns:
    """The fields that are searched, without those that are only kept."""
    first, last = _seconds(document.first_seen), _seconds(document.last_seen)
    tail = int.from_bytes(hashlib.sha256(document.key.encode()).digest()[:8], "big")
    found: Columns = {
        "key": [document.key],
        "version": [version],
        "state": ["gone" if document.gone else "live"],
        "first_seen": [first],
        "last_seen": [last],
        "by_priority": [_tailed(_rank(document), 40, tail)],
    }
    if isinstance(document, GroupDocument):
        moment, seconds = document.last_seen, last
        found |= {"kind": [GROUP], "size": [document.size]}
        if document.sites:
            found["site"] = _distinct(map(keyword, document.sites))
    else:
        moment = document.posted_at or document.first_seen
        seconds = first if moment is document.first_seen else _seconds(moment)
        found |= {"kind": [AD], "size": [document.group_size], "site": [keyword(document.site)]}
        found |= _text(document)
        if document.posted_at:
            found["posted"] = [seconds]
    found |= {"month": [f"{moment.year}-{moment.month:02}"], "by_time": [_tailed(seconds, 30, tail)]}
    for name, attribute in ONE:
        if (value := getattr(document, attribute)) is not None and value != "":
            found[name] = [value]
    for name, attribute, form in MANY:
        if (values := getattr(document, attribute)) and (kept := _distinct(map(form, values) if form else values)):
            found[name] = kept
    if document.phones and (digits := _distinct(key for phone in document.phones for key in digit_keys(phone))):
        found["digits"] = digits
        if backwards := [str(one)[::-1] for one in digits if str(one)[0] != "?"]:
            found["digits_reversed"] = [*backwards]
    if document.handles and (handles := _distinct(form for one in document.handles for form in handle_forms(one))):
        found["handle"] = handles
    if document.places:
        found["place"] = _distinct(form for place in document.places for form in _place(place))
        if where := tile(document.places):
            found["tile"] = [where]
    if has := [name for held, name in HELD.items() if getattr(document, held, None)]:
        found["has"] = [*has]
    return found


def _text(ad: AdDocument) -> Columns:
    title, location = tokens.words(ad.title), _repeated(ad.location)
    said = tokens.apart((title, tokens.words(ad.body), location, _repeated(ad.contact), _repeated(ad.name)))
    return {name: [run] for name, run in (("words", said), ("title", title), ("location", location)) if run}


def _repeated(text: str) -> str:
    """The words of what is mostly a short text that many ads share."""
    return _remembered(text) if len(text) <= SHORT else tokens.words(text)


_remembered = lru_cache(maxsize=10_000)(tokens.words)


def _distinct(values: Iterable[Value]) -> list[Value]:
    found = dict.fromkeys(values)
    found.pop("", None)
    return list(found)


def digest(document: Document) -> str:
    """A digest of everything the document holds."""
    return digest_of(to_json(document))


def digest_of(source: bytes) -> str:
    """The same, of its JSON."""
    return hashlib.sha256(source).hexdigest()[:16]


def tile(places: tuple[Place, ...]) -> str | None:
    """The map tile `zoom/x/y` (Web Mercator) of the first place with coordinates."""
    for place in places:
        if place.latitude is not None and place.longitude is not None:
            return _tile(place.latitude, place.longitude)
    return None


@lru_cache(maxsize=10_000)
def _tile(latitude: float, longitude: float) -> str:
    side = 2**TILE_ZOOM
    x = int((longitude + 180) / 360 * side) % side
    angle = math.radians(max(min(latitude, 85.0), -85.0))
    y = int((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * side)
    return f"{TILE_ZOOM}/{x}/{y}"


def _place(place: Place) -> tuple[str, ...]:
    return (keyword(place.place_id), keyword(place.name), keyword(place.label))


def _seconds(moment: datetime) -> int:
    return max(int(moment.timestamp()), 0)


def _rank(document: Document) -> int:
    """The first lane before all others, then the value, on a scale of 22 bits."""
    value = 0 if document.priority is None else 1 + int(min(max(document.priority, 0.0), 1.0) * (PRIORITY_STEPS - 1))
    return value + (2**22 if document.lane == "first" else 0)


def _tailed(major: int, bits: int, tail: int) -> int:
    """A sort key of 63 bits: equal majors are told apart by 64 bits of the key's digest, the same on every engine."""
    return min(major, (1 << (63 - bits)) - 1) << bits | tail >> (64 - bits)
