"""What reading yields: mentions with exact spans, and the masked text that linking and scoring see."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any, TypedDict


class Kind(StrEnum):
    """Kinds of mention, as DESIGN's table of values has them."""

    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    AGE = "age"
    PRICE = "price"
    NAME = "name"
    PAYMENT = "payment"
    PLACE = "place"
    INDICATOR = "indicator"


# To look a kind up in a dictionary is many times as fast as to call the class, and to compare with a plain string as to
# reach a member of it.
KINDS = {kind.value: kind for kind in Kind}
PLACE = Kind.PLACE.value


class MentionJson(TypedDict):
    """A mention as `Mention.as_json` writes it."""

    kind: str
    value: str
    surface: str
    field: str
    start: int
    end: int
    source: str
    confidence: float
    detail: dict[str, Any]


@dataclass(slots=True)  # to make a frozen one takes three times as long, and an ad has a dozen
class Mention:
    """A value found in an ad: `ad.<field>[start:end] == surface`, in code points of the field as given. Never changed."""

    kind: Kind
    value: str
    surface: str
    field: str
    start: int
    end: int
    source: str  # the extractor's name
    confidence: float = 1.0
    detail: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def label(self) -> str:
        """How to call it across ads: a place by its official name, whatever each ad calls it."""
        return called(self.value, self.detail)

    def as_json(self) -> MentionJson:
        """The object the `read` command writes."""
        return {
            "kind": self.kind.value,
            "value": self.value,
            "surface": self.surface,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "source": self.source,
            "confidence": self.confidence,
            "detail": dict(self.detail),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Mention":
        """The mention an `as_json` object describes."""
        # In the order of the fields: by their names it takes half as long again.
        return cls(
            KINDS[value["kind"]],
            value["value"],
            value["surface"],
            value["field"],
            value["start"],
            value["end"],
            value["source"],
            value.get("confidence", 1.0),
            value.get("detail", {}),
        )


def called(value: str, detail: Mapping[str, Any]) -> str:
    """How to call a mention's value across ads."""
    return str(detail.get("official") or detail.get("name") or value)


def told(mention: MentionJson) -> tuple[str, str]:
    """The kind of a stored mention and what it says: a place by its official name, anything else by its value."""
    kind, value = mention["kind"], mention["value"]
    return kind, called(value, mention["detail"]) if kind == PLACE else value


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one ad. `masked` is the only text the linker and the models see."""

    ad_id: str
    language: str  # ISO 639-1; "und" where it cannot be told
    masked: str
    mentions: tuple[Mention, ...]
    version: str  # of the pipeline and its lexicons

    def of(self, kind: Kind) -> tuple[Mention, ...]:
        """The mentions of one kind, in reading order."""
        return tuple(mention for mention in self.mentions if mention.kind is kind)

    def as_json(self) -> dict[str, Any]:
        """The line the `read` command writes."""
        return {"ad_id": self.ad_id, "language": self.language, "mentions": [one.as_json() for one in self.mentions]}
