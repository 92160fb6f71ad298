"""The fields of the index, once for both engines: what each holds, and which may be counted as a facet.

No field holds a word about a group of people, and the language an ad is written in is none.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum, auto

from indexer import tokens


class Holds(Enum):
    """What a field holds; all but TEXT and STORED may hold several values."""

    KEYWORD = auto()
    TEXT = auto()  # tokens with spaces between them
    INTEGER = auto()  # signed, 64 bit
    NUMBER = auto()
    STORED = auto()  # kept, not searched


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `counted` fields can be facets."""

    name: str
    holds: Holds
    counted: bool = False


FIELDS = (
    Field("key", Holds.KEYWORD),  # kind and id: unique
    Field("kind", Holds.KEYWORD),  # ad or group
    Field("source", Holds.STORED),  # the document as JSON
    Field("digest", Holds.STORED),  # of everything else, for reconcile
    Field("version", Holds.INTEGER),
    Field("words", Holds.TEXT),
    Field("title", Holds.TEXT),
    Field("location", Holds.TEXT),
    Field("site", Holds.KEYWORD, counted=True),
    Field("group", Holds.KEYWORD, counted=True),
    Field("phone", Holds.KEYWORD, counted=True),
    Field("digits", Holds.KEYWORD),  # of phones, for numbers typed in part
    Field("digits_reversed", Holds.KEYWORD),
    Field("email", Holds.KEYWORD, counted=True),
    Field("handle", Holds.KEYWORD),
    Field("url", Holds.KEYWORD),
    Field("payment", Holds.KEYWORD),
    Field("name", Holds.KEYWORD),
    Field("place", Holds.KEYWORD),  # GeoNames id, folded name, folded label
    Field("place_label", Holds.KEYWORD, counted=True),
    Field("tile", Holds.KEYWORD, counted=True),
    Field("indicator", Holds.KEYWORD, counted=True),
    Field("reason", Holds.KEYWORD, counted=True),
    Field("band", Holds.KEYWORD, counted=True),
    Field("route", Holds.KEYWORD, counted=True),
    Field("lane", Holds.KEYWORD, counted=True),
    Field("month", Holds.KEYWORD, counted=True),
    Field("state", Holds.KEYWORD, counted=True),  # live or gone
    Field("has", Holds.KEYWORD, counted=True),
    Field("currency", Holds.KEYWORD, counted=True),
    Field("hourly", Holds.KEYWORD, counted=True),  # a currency and what an hour costs in it
    Field("age", Holds.INTEGER),  # every age a range covers
    Field("amount", Holds.NUMBER),
    Field("rate", Holds.NUMBER),  # amount per hour
    Field("posted", Holds.INTEGER),  # seconds since 1970, as the two below
    Field("first_seen", Holds.INTEGER),
    Field("last_seen", Holds.INTEGER),
    Field("size", Holds.INTEGER),
    Field("priority", Holds.NUMBER),
    Field("by_time", Holds.INTEGER),  # sort keys: each orders whole, with a piece of the id's digest as the tail
    Field("by_priority", Holds.INTEGER),
)
# What is said of an ad's group, not of the ad.
OF_GROUP = frozenset({"group", "reason", "band", "route", "lane", "size", "priority", "by_priority"})
BY_NAME = {field.name: field for field in FIELDS}
FACETS = tuple(field.name for field in FIELDS if field.counted)
# Stamped on every index; one with another stamp has to be rebuilt.
SCHEMA = hashlib.sha256(f"5 {tokens.VERSION} {FIELDS}".encode()).hexdigest()[:10]
