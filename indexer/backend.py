"""What a search engine has to do. Two do: tantivy in the workspace, and Elasticsearch; no term of theirs passes here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from indexer.counting import Value
from indexer.query import Node
from indexer.records import AD, Document, Facet, Sort
from store.errors import OutageError, SidelightError

MOST_FACET_VALUES = 10_000


class SearchError(SidelightError):
    """The search engine could not do what was asked."""


class SearchUnavailable(SearchError, OutageError):  # noqa: N818  a state a person meets, named as one
    """The engine does not answer."""


class IndexMissing(SearchError):  # noqa: N818
    """There is no index yet."""


class IndexOutOfDate(SearchError):  # noqa: N818
    """The index was made by another version of its schema."""


@dataclass(frozen=True, slots=True)
class Write:
    """Put `document` under `key`, or drop what stands there; of two writes the one with the greater version holds."""

    key: str
    version: int
    document: Document | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document the engine will not take, and why."""

    key: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended: the sort key and the key of its last document."""

    value: int
    key: str


@dataclass(frozen=True, slots=True)
class Request:
    """A query with how to answer it. `after` goes with every sort but RELEVANCE, which is asked from the top."""

    query: Node
    kind: str = AD
    sort: Sort = Sort.TIME
    limit: int = 20
    after: After | None = None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document with its place in the order: BM25 for RELEVANCE, else the sort key."""

    document: Document
    relevance: float | None
    after: After


@dataclass(frozen=True, slots=True)
class Answer:
    """The first `limit` documents, how many there are in all, and the facets over all of them."""

    found: tuple[Ranked, ...]
    total: int
    facets: tuple[Facet, ...]


class State(StrEnum):
    """Whether an index can be asked."""

    READY = "ready"
    MISSING = "missing"
    OUT_OF_DATE = "out of date"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Health:
    """How the engine does: its name, the state of the index, documents in it, the version it is published up to."""

    engine: str
    state: State
    documents: int
    published: int
    detail: str


@dataclass(frozen=True, slots=True)
class Drift:
    """Keys at which index and store differ."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    extra: tuple[str, ...]


class SearchBackend(Protocol):
    """One index. Methods raise SearchError or its kinds (unavailable, missing, out of date), nothing of a vendor's."""

    def write(self, batch: Sequence[Write]) -> tuple[Refusal, ...]:
        """Take a batch; it is seen and durable once published."""
        ...

    def publish(self, version: int) -> None:
        """Make all that was written seen and durable; the index now stands at `version`."""
        ...

    def search(self, request: Request) -> Answer:
        """Answer from what is published."""
        ...

    def search_many(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to many requests, in order."""
        ...

    def ids(self, query: Node) -> Iterator[str]:
        """The id of every published ad that answers, newest first, however many: without the documents."""
        ...

    def combinations(self, query: Node, fields: Sequence[str]) -> Iterator[tuple[tuple[Value, ...], int]]:
        """Each combination of values of these fields that an answering ad holds, with how many do: exact, any number."""
        ...

    def extent(self, query: Node, field: str) -> tuple[float, float] | None:
        """The least and the greatest value of a numeric field among the ads that answer."""
        ...

    def between(self, query: Node, field: str, edges: Sequence[int]) -> list[int]:
        """How many ads that answer hold a value from each edge up to the one after."""
        ...

    def get(self, key: str) -> Document | None:
        """The published document under `key`."""
        ...

    def reconcile(self, expected: Mapping[str, str]) -> Drift:
        """Compare the index with the digests (by key) that it should hold."""
        ...

    def health(self) -> Health:
        """How the engine does; never raises."""
        ...

    def rebuild(self, batches: Iterable[Sequence[Write]], version: int) -> tuple[Refusal, ...]:
        """Build a new index beside the live one, put it in its place, drop the old one. Searches go on meanwhile."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
