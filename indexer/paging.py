"""Pages to any depth while documents are written: nothing unchanged comes twice or is left out, whichever worker answers.

By time or priority a page begins after the sort key where the one before ended. Relevance moves as others are written, so
there the cursor names what was shown, and the next page is the best of the rest; the first 1,000 can be paged so.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace

import orjson

from indexer.backend import After, Answer, Request, SearchBackend
from indexer.query import QueryError
from indexer.records import Sort

DEEPEST = 1_000
SHORT = 8  # bytes of a digest; among 1,000 two are alike once in 10**13


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a page leaves for the next: the query it belongs to, where it ended, or what was shown."""

    question: str
    sort: Sort
    after: After | None = None
    shown: bytes = b""

    def text(self) -> str:
        """As it is handed out."""
        after = [self.after.value, self.after.key] if self.after else None
        parts = [self.question, self.sort.value, after, urlsafe_b64encode(self.shown).decode()]
        return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def question(*parts: object) -> str:
    """What a cursor must belong to."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def read(text: str, asked: str) -> Cursor:
    """The cursor of an earlier page of the same question; raises QueryError."""
    try:
        own, sort, after, shown = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        where = After(int(after[0]), str(after[1])) if after else None
        cursor = Cursor(str(own), Sort(sort), where, urlsafe_b64decode(shown))
    except (ValueError, TypeError, IndexError, KeyError):
        raise QueryError("the cursor cannot be read", 0, "take the one that the page before gave") from None
    if cursor.question != asked:
        raise QueryError("the cursor belongs to another query", 0, "begin without a cursor")
    return cursor


def page(backend: SearchBackend, request: Request, asked: str, cursor: Cursor | None) -> tuple[Answer, str | None]:
    """The page after `cursor` (the first without one), and the cursor of the next."""
    if request.sort is Sort.RELEVANCE:
        return _by_relevance(backend, request, asked, cursor.shown if cursor else b"")
    after = cursor.after if cursor else None
    answer = backend.search(replace(request, limit=request.limit + 1, after=after))
    found = answer.found[: request.limit]
    more = len(answer.found) > request.limit
    following = Cursor(asked, request.sort, found[-1].after).text() if more and found else None
    return replace(answer, found=found), following


def _by_relevance(backend: SearchBackend, request: Request, asked: str, shown: bytes) -> tuple[Answer, str | None]:
    before = {shown[start : start + SHORT] for start in range(0, len(shown), SHORT)}
    if len(before) + request.limit > DEEPEST:
        raise QueryError(f"only the first {DEEPEST} are sorted by relevance", 0, "sort by time to page on")
    answer = backend.search(replace(request, limit=len(before) + request.limit + 1))
    rest = [one for one in answer.found if _short(one.document.key) not in before]
    found = tuple(rest[: request.limit])
    more = len(rest) > request.limit
    seen = shown + b"".join(_short(one.document.key) for one in found)
    return replace(answer, found=found), Cursor(asked, request.sort, None, seen).text() if more else None


def _short(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()[:SHORT]
