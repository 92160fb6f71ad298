"""What collecting yields: captures (evidence), ads, sightings and run verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.health import State

# The text fields of an ad, in the order they are read. `field` of a mention is one of these names.
TEXT_FIELDS = ("title", "body", "location", "contact", "name", "age", "price")


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetched page as evidence: where its record lies in which WARC file."""

    capture_id: str
    url: str
    fetched_at: datetime
    status: int
    sha256: str  # of the body as received
    warc_file: str  # relative to captures/
    warc_offset: int
    warc_length: int
    stored_sha256: str | None  # of the stored bytes since the record before; None in the oldest captures and in imports
    refers_to: str | None  # the capture that holds the same body in full
    run_id: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an ad's fields come from: a capture with the parser that read it, or a line of an imported file."""

    capture_id: str | None = None
    parser: str | None = None  # name and version of the selectors or parser; replaying it yields the same fields
    file_sha256: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Ad:
    """One listing as its site showed it. Text fields are kept as written; a field that is not there is the empty string."""

    ad_id: str  # site and native id
    site: str
    url: str
    posted_at: datetime | None
    title: str = ""
    body: str = ""
    location: str = ""
    contact: str = ""
    name: str = ""
    age: str = ""
    price: str = ""
    region: str | None = None  # ISO 3166 country, a hint for phones
    image_hashes: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)

    def texts(self) -> Mapping[str, str]:
        """The text fields that hold something, in reading order."""
        return {name: text for name in TEXT_FIELDS if (text := getattr(self, name))}


class Change(StrEnum):
    """What a sighting found, compared with the sighting before."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time an ad was seen (or found gone)."""

    ad_id: str
    seen_at: datetime
    change: Change
    capture_id: str | None
    run_id: str
    posted_at: datetime | None = None  # the date the site gave then; later than before where the ad was bumped


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """How a run over one site ended: its state, the reasons in plain words, and what it counted."""

    run_id: str
    site: str
    state: State
    reasons: tuple[str, ...]
    counts: Mapping[str, int]  # pages, ads, new, changed, same, gone, errors, bytes, requests refused, ...
    fill: Mapping[str, float]  # share of ads with the field, by field
    started_at: datetime
    ended_at: datetime
