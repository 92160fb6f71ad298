"""A document as the fields of the index: what both engines are given."""

import hashlib
import math
from datetime import datetime

from indexer import tokens
from indexer.forms import digit_keys, handle_forms, link
from indexer.records import AD, GROUP, AdDocument, Document, GroupDocument, Place, to_json
from indexer.tokens import keyword

Value = str | int | float
Columns = dict[str, list[Value]]
# Fine enough that every coarser grid of a map is made of these: at the equator a tile is 10 km wide.
TILE_ZOOM = 12
PRIORITY_STEPS = 2**22 - 1


def columns(document: Document, version: int) -> Columns:
    """Every field that holds something; the names are those of `fields.FIELDS`."""
    kind = AD if isinstance(document, AdDocument) else GROUP
    source = to_json(document)
    moment = document.last_seen if isinstance(document, GroupDocument) else document.posted_at or document.first_seen
    digits = [key for phone in document.phones for key in digit_keys(phone)]
    found: dict[str, list[Value | None]] = {
        "key": [document.key],
        "kind": [kind],
        "source": [source],
        "digest": [_digest(source)],
        "version": [version],
        "group": [document.group_id],
        "phone": list(document.phones),
        "digits": [*digits],
        "digits_reversed": [one[::-1] for one in digits if not one.startswith("?")],
        "email": [keyword(one) for one in document.emails],
        "handle": [form for one in document.handles for form in handle_forms(one)],
        "url": [link(one) for one in document.urls],
        "payment": [keyword(one) for one in document.payments],
        "name": [keyword(one) for one in document.names],
        "place": [form for place in document.places for form in _place(place)],
        "place_label": [place.label for place in document.places],
        "tile": [tile(document.places)],
        "indicator": list(document.indicators),
        "reason": list(document.reasons),
        "band": [document.band],
        "route": [document.route],
        "lane": [document.lane],
        "month": [f"{moment:%Y-%m}"],
        "state": ["gone" if document.gone else "live"],
        "has": list(_has(document)),
        "currency": list(document.currencies),
        "age": list(document.ages),
        "amount": list(document.amounts),
        "rate": list(document.rates),
        "hourly": list(document.hourly),
        "first_seen": [_seconds(document.first_seen)],
        "last_seen": [_seconds(document.last_seen)],
        "priority": [document.priority],
        "by_time": [_tailed(_seconds(moment), 30, document.key)],
        "by_priority": [_tailed(_rank(document), 40, document.key)],
    }
    if isinstance(document, GroupDocument):
        found |= {"site": [keyword(one) for one in document.sites], "size": [document.size]}
    else:
        title, location = tokens.words(document.title), tokens.words(document.location)
        rest = [tokens.words(one) for one in (document.contact, document.name)]
        found |= {
            "words": [tokens.apart((title, tokens.words(document.body), location, *rest))],
            "title": [title],
            "location": [location],
            "site": [keyword(document.site)],
            "size": [document.group_size],
            "posted": [_seconds(document.posted_at)] if document.posted_at else [],
        }
    return {name: kept for name, values in found.items() if values and (kept := _kept(values))}


def _kept(values: list[Value | None]) -> list[Value]:
    """Each value once, without those that say nothing."""
    if len(values) == 1:
        return [] if values[0] is None or values[0] == "" else values  # type: ignore[return-value]
    return [one for one in dict.fromkeys(values) if one is not None and one != ""]


def digest(document: Document) -> str:
    """A digest of everything the document holds."""
    return _digest(to_json(document))


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def tile(places: tuple[Place, ...]) -> str | None:
    """The map tile `zoom/x/y` (Web Mercator) of the first place with coordinates."""
    for place in places:
        if place.latitude is not None and place.longitude is not None:
            side = 2**TILE_ZOOM
            latitude = math.radians(max(min(place.latitude, 85.0), -85.0))
            x = int((place.longitude + 180) / 360 * side) % side
            y = int((1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * side)
            return f"{TILE_ZOOM}/{x}/{y}"
    return None


def _place(place: Place) -> tuple[str, ...]:
    return (keyword(place.place_id), keyword(place.name), keyword(place.label))


def _has(document: Document) -> tuple[str, ...]:
    held = {
        "phone": document.phones,
        "email": document.emails,
        "handle": document.handles,
        "url": document.urls,
        "payment": document.payments,
        "name": document.names,
        "age": document.ages,
        "price": document.amounts,
        "place": document.places,
        "indicator": document.indicators,
        "image": isinstance(document, AdDocument) and document.images,
    }
    return tuple(name for name, values in held.items() if values)


def _seconds(moment: datetime) -> int:
    return max(int(moment.timestamp()), 0)


def _rank(document: Document) -> int:
    """The first lane before all others, then the value, on a scale of 22 bits."""
    value = 0 if document.priority is None else 1 + int(min(max(document.priority, 0.0), 1.0) * (PRIORITY_STEPS - 1))
    return value + (2**22 if document.lane == "first" else 0)


def _tailed(major: int, bits: int, key: str) -> int:
    """A sort key of 63 bits: equal majors are told apart by a piece of the key's digest, the same on every engine."""
    tail = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> (64 - bits)
    return min(major, (1 << (63 - bits)) - 1) << bits | tail
