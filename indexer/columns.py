"""A document as the fields of the index: what both engines are given."""

import hashlib
import math
from collections.abc import Iterable
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
    found: Columns = {
        "key": [document.key],
        "kind": [kind],
        "source": [source],
        "digest": [_digest(source)],
        "version": [version],
        "month": [f"{moment:%Y-%m}"],
        "state": ["gone" if document.gone else "live"],
        "first_seen": [_seconds(document.first_seen)],
        "last_seen": [_seconds(document.last_seen)],
        "by_time": [_tailed(_seconds(moment), 30, document.key)],
        "by_priority": [_tailed(_rank(document), 40, document.key)],
    }
    one_or_none: dict[str, Value | None] = {
        "group": document.group_id,
        "tile": tile(document.places),
        "band": document.band,
        "route": document.route,
        "lane": document.lane,
        "priority": document.priority,
    }
    many: dict[str, Iterable[Value]] = {
        "phone": document.phones,
        "digits": digits,
        "digits_reversed": [one[::-1] for one in digits if not one.startswith("?")],
        "email": map(keyword, document.emails),
        "handle": [form for one in document.handles for form in handle_forms(one)],
        "url": map(link, document.urls),
        "payment": map(keyword, document.payments),
        "name": map(keyword, document.names),
        "place": [form for place in document.places for form in _place(place)],
        "place_label": [place.label for place in document.places],
        "indicator": document.indicators,
        "reason": document.reasons,
        "has": _has(document),
        "currency": document.currencies,
        "age": document.ages,
        "amount": document.amounts,
        "rate": document.rates,
        "hourly": document.hourly,
    }
    if isinstance(document, GroupDocument):
        many["site"] = map(keyword, document.sites)
        found["size"] = [document.size]
    else:
        title, location = tokens.words(document.title), tokens.words(document.location)
        rest = (tokens.words(document.contact), tokens.words(document.name))
        said = {
            "words": tokens.apart((title, tokens.words(document.body), location, *rest)),
            "title": title,
            "location": location,
        }
        one_or_none |= said | {"posted": _seconds(document.posted_at) if document.posted_at else None}
        found |= {"site": [keyword(document.site)], "size": [document.group_size]}
    found |= {name: [value] for name, value in one_or_none.items() if value is not None and value != ""}
    for name, values in many.items():
        if kept := [value for value in dict.fromkeys(values) if value != ""]:
            found[name] = kept
    return found


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
