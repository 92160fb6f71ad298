"""How an ad changed: its versions with the capture that showed each, and the difference between two of them word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from crawlers.records import TEXT_FIELDS
from crawlers.stored import StoredAd
from crawlers.tables import ad_versions

WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Pairs of equal words that are looked at: texts with more are compared line by line, and where that is as bad, as wholes.
MOST_PAIRS = 50_000


@dataclass(frozen=True, slots=True)
class Version:
    """A state of an ad. `seen_at` is when it was last seen so, `capture_id` the page that showed it (None where imported)."""

    version: int
    seen_at: datetime
    capture_id: str | None
    fields: Mapping[str, Any]


class Part(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


Pieces = tuple[tuple[Part, str], ...]


def versions(connection: Connection, stored: StoredAd) -> list[Version]:
    """Every state of an ad, newest first: the one in force, then the earlier ones."""
    ad = stored.ad
    fields = {name: getattr(ad, name) for name in (*TEXT_FIELDS, "image_hashes", "region")}
    newest = Version(stored.version, stored.last_seen, ad.origin.capture_id, fields)
    earlier = select(ad_versions).where(ad_versions.c.ad_id == ad.ad_id).order_by(ad_versions.c.version.desc())
    rows = connection.execute(earlier)
    return [newest, *(Version(row.version, row.seen_at, row.capture_id, row.fields) for row in rows)]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Pieces]]:
    """Each field that differs, with what of its text was kept, removed and added, in reading order."""
    for name in dict.fromkeys((*old, *new)):
        before, after = _text(old.get(name)), _text(new.get(name))
        if before != after:
            yield name, compare(before, after)


def compare(before: str, after: str) -> Pieces:
    """Two texts word by word; kept and removed pieces joined are the first, kept and added ones the second."""
    for pattern in (WORDS, LINES):
        left, right = pattern.findall(before), pattern.findall(after)
        counts = Counter(right)
        if sum(counts[word] for word in left) <= MOST_PAIRS:
            break
    else:
        left, right = [before], [after]
    pieces: list[tuple[Part, str]] = []
    for _, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, come = "".join(left[a:b]), "".join(right[c:d])
        if gone == come:
            pieces.append((Part.KEPT, gone))
            continue
        pieces += [(part, text) for part, text in ((Part.REMOVED, gone), (Part.ADDED, come)) if text]
    return tuple(pieces)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
