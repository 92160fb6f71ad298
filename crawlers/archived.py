"""What a web archive holds: responses, records that refer to earlier ones, and bytes that are no record."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `offset` on that are no record."""

    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Response:
    """One response record: where it lies and what it holds."""

    offset: int
    length: int
    at: datetime
    url: str
    status: int
    content_type: str
    content_encoding: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Revisit:
    """A record that says: at this time the address showed what it, or another, showed before."""

    offset: int
    length: int
    at: datetime
    url: str
    original_url: str
    original_at: datetime
