"""Elasticsearch 8.19 or newer, for teams. `PREFIX` is an alias; the indices behind it are those of elastic_parts.py."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from indexer import counting
from indexer.backend import (
    Answer,
    Drift,
    Health,
    IndexMissing,
    IndexOutOfDate,
    Refusal,
    Request,
    SearchError,
    SearchUnavailable,
    State,
    Write,
)
from indexer.bulk import document_id, send
from indexer.counting import Aggregation, Value
from indexer.elastic_answers import answer, body, multi_body
from indexer.elastic_parts import Parts, pattern
from indexer.elastic_query import filtered
from indexer.fields import SCHEMA
from indexer.mapping import meta
from indexer.query import Node
from indexer.records import AD, Document, from_json

REMEDY = "run `sidelight index rebuild`"
CHUNK = 10_000
CHECK_EVERY = 30.0  # seconds between looks at the index's stamp
TOGETHER = 200  # searches in one call


class Elastic:
    """One alias on one server. `where` is the server's address without credentials."""

    def __init__(self, client: Elasticsearch, where: str, prefix: str) -> None:
        self.client = client
        self.where = where
        self.alias = prefix
        self.ours = pattern(prefix)
        self.parts: Parts | None = None  # as they were when last written to
        self.published = 0
        self.checked = float("-inf")

    def write(self, batch: Sequence[Write]) -> tuple[Refusal, ...]:
        """Bulk, each document under its own version; a document the mapping does not take is refused by itself."""
        self._check()
        with self._translated():
            if self.parts is None:
                self.parts = Parts(self.client, self.alias, self._behind(), self.published)
            try:
                return send(self.client, self.parts.placed(batch), aliased=True)
            except SearchUnavailable:
                self._forget()
                raise

    def publish(self, version: int) -> None:
        """Refresh, and stamp the index with `version`."""
        self._check()
        with self._translated():
            self.client.indices.refresh(index=self.alias)
            self.client.indices.put_mapping(index=self.alias, meta=meta(version))

    def search(self, request: Request) -> Answer:
        """One search call."""
        self._check()
        with self._translated():
            return answer(request, self.client.search(index=self.alias, **body(request)).body)

    def search_many(self, requests: Sequence[Request]) -> list[Answer]:
        """Many searches in one call each time."""
        self._check()
        found: list[Answer] = []
        for start in range(0, len(requests), TOGETHER):
            part = requests[start : start + TOGETHER]
            with self._translated():
                replies = self.client.msearch(
                    index=self.alias, searches=[line for one in part for line in multi_body(one)]
                )
            for one, reply in zip(part, replies["responses"], strict=True):
                if "error" in reply:
                    raise SearchError(f"Elasticsearch at {self.where} refused a search: {reply['error'].get('reason')}")
                found.append(answer(one, reply))
        return found

    def combinations(self, query: Node, fields: Sequence[str]) -> Iterator[tuple[tuple[Value, ...], int]]:
        """Each combination of values with its count."""
        return counting.combinations(self._asking(query), fields)

    def extent(self, query: Node, field: str) -> tuple[float, float] | None:
        """Least and greatest value."""
        return counting.extent(self._asking(query), field)

    def between(self, query: Node, field: str, edges: Sequence[int]) -> list[int]:
        """Counts from each edge up to the one after."""
        return counting.between(self._asking(query), field, edges)

    def _asking(self, query: Node) -> Callable[[Aggregation], dict[str, Any]]:
        self._check()
        translated = filtered(query, AD)

        def ask(aggregation: Aggregation) -> dict[str, Any]:
            with self._translated():
                reply = self.client.search(
                    index=self.alias, query=translated, size=0, track_total_hits=False, aggs={"values": aggregation}
                )
            found: dict[str, Any] = reply["aggregations"]["values"]
            return found

        return ask

    def get(self, key: str) -> Document | None:
        """The published document under `key`."""
        self._check()
        with self._translated():
            ids = {"ids": {"values": [document_id(key)]}}
            hits = self.client.search(index=self.alias, query=ids, size=1, source_includes="source")["hits"]["hits"]
        return from_json(hits[0]["_source"]["source"][0]) if hits else None

    def reconcile(self, expected: Mapping[str, str]) -> Drift:
        """Compare with the digests the index should hold, reading it in chunks by key."""
        self._check()
        missing, stale, extra = dict.fromkeys(expected), [], []
        for key, digest in self._digests():
            missing.pop(key, None)
            if key not in expected:
                extra.append(key)
            elif expected[key] != digest:
                stale.append(key)
        return Drift(tuple(sorted(missing)), tuple(sorted(stale)), tuple(sorted(extra)))

    def _digests(self) -> Iterator[tuple[str, str]]:
        last: list[str] | None = None
        while True:
            with self._translated():
                hits = self.client.search(
                    index=self.alias,
                    size=CHUNK,
                    sort=[{"key": "asc"}],
                    search_after=last,
                    source_includes=["key", "digest"],
                )["hits"]["hits"]
            if not hits:
                return
            for hit in hits:
                yield hit["_source"]["key"][0], hit["_source"]["digest"][0]
            last = hits[-1]["sort"]

    def health(self) -> Health:
        """State, documents and version."""
        name = f"Elasticsearch at {self.where}, index {self.alias}"
        self._forget()
        try:
            published = self._check()
            with self._translated():
                documents = int(self.client.count(index=self.alias)["count"])
        except IndexMissing as problem:
            return Health(name, State.MISSING, 0, 0, str(problem))
        except IndexOutOfDate as problem:
            return Health(name, State.OUT_OF_DATE, 0, 0, str(problem))
        except SearchError as problem:
            return Health(name, State.UNAVAILABLE, 0, 0, str(problem))
        return Health(name, State.READY, documents, published, "")

    def rebuild(self, batches: Iterable[Sequence[Write]], version: int) -> tuple[Refusal, ...]:
        """New indices, then the aliases move in one step, then the old ones go. Unfinished ones go too."""
        refusals: list[Refusal] = []
        with self._translated():
            new = Parts(self.client, self.alias, (), version)
            try:
                for batch in batches:
                    refusals += send(self.client, new.placed(batch))
                indices = sorted(new.indices.values())
                self.client.indices.refresh(index=indices)
                old = [name for name in self._indices() if name not in indices]
                self.client.indices.update_aliases(actions=new.moves(old))
            except BaseException:
                self.client.options(ignore_status=404).indices.delete(index=sorted(new.indices.values()))
                raise
        self._forget()
        return tuple(refusals)

    def close(self) -> None:
        """Close connections."""
        self.client.close()

    def _indices(self) -> list[str]:
        return sorted(name for name in self.client.indices.get(index=f"{self.alias}-*") if self.ours.match(name))

    def _behind(self) -> list[str]:
        return sorted(self.client.indices.get_alias(name=self.alias))

    def _forget(self) -> None:
        """What was known of the indices holds no longer."""
        self.checked, self.parts = float("-inf"), None

    def _check(self) -> int:
        """The version the index is published up to; raises where it is missing or of another schema."""
        if time.monotonic() - self.checked < CHECK_EVERY:
            return self.published
        with self._translated():
            try:
                answer = self.client.indices.get_mapping(index=self.alias)
            except NotFoundError:
                raise IndexMissing(f"there is no index {self.alias!r} at {self.where} yet; {REMEDY}") from None
        stamps = [one["mappings"].get("_meta", {}) for one in answer.values()]
        if any(stamp.get("schema") != SCHEMA for stamp in stamps):
            raise IndexOutOfDate(f"the index {self.alias!r} at {self.where} was made by another version; {REMEDY}")
        self.checked = time.monotonic()
        self.published = min(int(stamp.get("published", 0)) for stamp in stamps)
        return self.published

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except TransportError as problem:
            raise SearchUnavailable(
                f"Elasticsearch at {self.where} does not answer ({type(problem).__name__}: {problem.message}); "
                "start it, or correct search_url in sidelight.toml"
            ) from None
        except ApiError as problem:
            if problem.status_code == 404:
                self._forget()
                raise IndexMissing(f"there is no index {self.alias!r} at {self.where} yet; {REMEDY}") from None
            if problem.status_code in {401, 403}:
                raise SearchUnavailable(
                    f"Elasticsearch at {self.where} refuses these credentials ({problem.status_code}); correct search_url"
                ) from None
            if problem.status_code in {429, 502, 503, 504}:
                raise SearchUnavailable(
                    f"Elasticsearch at {self.where} is overloaded or starting ({problem.status_code})"
                ) from None
            raise SearchError(f"Elasticsearch at {self.where} refused the request: {problem}") from None
