"""The embedded engine: tantivy, in the workspace's `index/` folder.

`current` names the folder of the live index; a rebuild makes another beside it and swaps the name. One process writes
(the index stage holds the workspace's lock), any number read and see what was published last.
"""

import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import tantivy

from indexer.backend import (
    MOST_FACET_VALUES,
    After,
    Answer,
    Drift,
    Health,
    IndexMissing,
    IndexOutOfDate,
    Ranked,
    Refusal,
    Request,
    SearchError,
    State,
    Write,
)
from indexer.columns import columns
from indexer.embedded_query import Translator, schema
from indexer.fields import BY_NAME, SCHEMA, Holds
from indexer.query import And, Range
from indexer.records import Document, Facet, Sort, from_json

CURRENT = "current"
STAMP = "sidelight.json"
HEAP = 128_000_000
SORT_FIELDS = {Sort.TIME: "by_time", Sort.PRIORITY: "by_priority"}
# More documents than could share one 63-bit sort key.
SPARE = 8
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that is open: its folder, and the version of the files it was last read at."""

    folder: Path
    index: Any
    translator: Translator
    read_at: int


class Embedded:
    """The index of one workspace; safe for readers in many threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lock = threading.Lock()
        self.opened: Opened | None = None
        self.writer: Any = None
        self.unpublished: dict[str, int] = {}

    def write(self, batch: Sequence[Write]) -> tuple[Refusal, ...]:
        """Take a batch; of two writes to a key the later version holds."""
        index = self._open().index
        if self.writer is None:
            self.writer = _guard(lambda: index.writer(HEAP, 1))
        known = self._versions([one.key for one in batch])
        for one in batch:
            if one.version < known.get(one.key, 0):
                continue
            known[one.key] = self.unpublished[one.key] = one.version
            _put(self.writer, one, fresh=False)
        return ()

    def publish(self, version: int) -> None:
        """Commit to disk."""
        folder = self._open().folder
        if self.writer is not None:
            _guard(self.writer.commit)
        self.unpublished.clear()
        _stamp(folder, version)

    def search(self, request: Request) -> Answer:
        """Answer from the last commit."""
        opened = self._open()
        searcher = opened.index.searcher()
        query = opened.translator.filtered(request.query, request.kind)
        field = SORT_FIELDS.get(request.sort)
        if field is None:
            result = _guard(lambda: searcher.search(query, request.limit))
            found = [self._ranked(searcher, address, score=float(score)) for score, address in result.hits]
            total = result.count
        else:
            found, total = self._sorted(searcher, opened, request, query, field)
        facets = tuple(_facet(searcher, query, name) for name in request.facets)
        return Answer(tuple(found), total, facets)

    def _sorted(
        self, searcher: Any, opened: Opened, request: Request, query: Any, field: str
    ) -> tuple[list[Ranked], int]:
        # The sort key is all but unique: asking up to and with the last one shown loses nothing, SPARE covers equal ones.
        page, last = query, request.after
        if last is not None:
            page = opened.translator.filtered(And((Range(field, high=last.value), request.query)), request.kind)
        result = _guard(lambda: searcher.search(page, request.limit + SPARE, order_by_field=field))
        ranked = [self._ranked(searcher, address, key=int(key)) for key, address in result.hits]
        ranked.sort(key=lambda one: (-one.after.value, one.after.key))
        if last is not None:
            ranked = [one for one in ranked if (-one.after.value, one.after.key) > (-last.value, last.key)]
        total = result.count if last is None else _guard(lambda: searcher.search(query, 1)).count
        return ranked[: request.limit], total

    def _ranked(self, searcher: Any, address: Any, *, score: float | None = None, key: int = 0) -> Ranked:
        document = _document(searcher.doc(address))
        return Ranked(document, score, After(key, document.key))

    def get(self, key: str) -> Document | None:
        """The published document under `key`."""
        opened = self._open()
        searcher = opened.index.searcher()
        hits = searcher.search(tantivy.Query.term_query(opened.index.schema, "key", key), 1, count=False).hits
        return _document(searcher.doc(hits[0][1])) if hits else None

    def reconcile(self, expected: Mapping[str, str]) -> Drift:
        """Compare with the digests the index should hold, reading it in chunks."""
        searcher = self._open().index.searcher()
        missing, stale, extra = dict.fromkeys(expected), [], []
        for start in range(0, searcher.num_docs, CHUNK):
            for _, address in searcher.search(tantivy.Query.all_query(), CHUNK, count=False, offset=start).hits:
                row = searcher.doc(address)
                key = str(row.get_first("key"))
                missing.pop(key, None)
                if key not in expected:
                    extra.append(key)
                elif expected[key] != row.get_first("digest"):
                    stale.append(key)
        return Drift(tuple(sorted(missing)), tuple(sorted(stale)), tuple(sorted(extra)))

    def health(self) -> Health:
        """State, documents and version."""
        name = f"tantivy in {self.root}"
        try:
            opened = self._open()
        except IndexMissing as problem:
            return Health(name, State.MISSING, 0, 0, str(problem))
        except IndexOutOfDate as problem:
            return Health(name, State.OUT_OF_DATE, 0, 0, str(problem))
        except SearchError as problem:
            return Health(name, State.UNAVAILABLE, 0, 0, str(problem))
        published = int(_stamp_of(opened.folder).get("published", 0))
        return Health(name, State.READY, opened.index.searcher().num_docs, published, "")

    def rebuild(self, batches: Iterable[Sequence[Write]], version: int) -> tuple[Refusal, ...]:
        """A new folder, then its name in `current`, then the others go."""
        self._let_go()
        folder = self.root / f"{SCHEMA}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        writer = _index(folder, new=True).writer(HEAP, 1)
        for batch in batches:
            for one in batch:
                _put(writer, one, fresh=True)
        _guard(writer.commit)
        _guard(writer.wait_merging_threads)
        _stamp(folder, version)
        _replace(self.root / CURRENT, folder.name.encode())
        for other in self.root.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return ()

    def close(self) -> None:
        """Finish merges and let go of the files."""
        self._let_go()

    def _let_go(self) -> None:
        if self.writer is not None:
            _guard(self.writer.wait_merging_threads)
        self.writer = self.opened = None
        self.unpublished.clear()

    def _open(self) -> Opened:
        with self.lock:
            for last_try in (False, False, True):
                try:
                    return self._fresh()
                except (OSError, ValueError) as problem:
                    # The folder was swapped and swept between reading its name and opening it.
                    self.opened = None
                    if last_try:
                        raise SearchError(f"the index in {self.root} cannot be read ({problem}); {REMEDY}") from None
        raise AssertionError

    def _fresh(self) -> Opened:
        try:
            folder = self.root / (self.root / CURRENT).read_text().strip()
        except FileNotFoundError:
            raise IndexMissing(f"there is no index in {self.root} yet; {REMEDY}") from None
        if self.opened is None or self.opened.folder != folder:
            if _stamp_of(folder).get("schema") != SCHEMA:
                raise IndexOutOfDate(f"the index in {folder} was made by another version; {REMEDY}")
            index = _index(folder)
            self.opened = Opened(folder, index, Translator(index.schema), _read_at(folder))
        elif (read_at := _read_at(folder)) != self.opened.read_at:
            self.opened.index.reload()
            self.opened = Opened(folder, self.opened.index, self.opened.translator, read_at)
        return self.opened

    def _versions(self, keys: list[str]) -> dict[str, int]:
        opened = self._open()
        searcher = opened.index.searcher()
        hits = searcher.search(
            tantivy.Query.term_set_query(opened.index.schema, "key", keys), max(len(keys), 1), count=False
        ).hits
        addresses = [address for _, address in hits]
        versions = searcher.fast_field_values("version", addresses) if addresses else []
        found = {
            str(searcher.doc(address).get_first("key")): int(version)
            for address, version in zip(addresses, versions, strict=True)
        }
        return found | {key: self.unpublished[key] for key in keys if key in self.unpublished}


REMEDY = "run `sidelight index rebuild`"


def _index(folder: Path, *, new: bool = False) -> Any:
    index = _guard(lambda: tantivy.Index(schema(), str(folder)) if new else tantivy.Index.open(str(folder)))
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    index.reload()
    return index


def _put(writer: Any, one: Write, *, fresh: bool) -> None:
    if not fresh:
        writer.delete_documents_by_term("key", one.key)
    if one.document is None:
        return
    row = tantivy.Document()
    for name, values in columns(one.document, one.version).items():
        if name == "source":
            row.add_bytes(name, str(values[0]).encode())
            continue
        add: Any = {Holds.INTEGER: row.add_integer, Holds.NUMBER: row.add_float}.get(BY_NAME[name].holds, row.add_text)
        for value in values:
            add(name, value)
    writer.add_document(row)


def _document(row: Any) -> Document:
    return from_json(bytes(row.get_first("source")).decode())


def _facet(searcher: Any, query: Any, name: str) -> Facet:
    terms = {"field": name, "size": MOST_FACET_VALUES, "segment_size": MOST_FACET_VALUES + 1}
    answer = _guard(lambda: searcher.aggregate(query, {"values": {"terms": terms}}))["values"]
    counts = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in answer["buckets"]]
    return Facet(name, tuple(counts), approximate=bool(answer["sum_other_doc_count"]))


def _guard(act: Any) -> Any:
    try:
        return act()
    except (ValueError, OSError, RuntimeError) as problem:
        raise SearchError(f"the embedded search engine failed: {problem}; {REMEDY}") from None


def _read_at(folder: Path) -> int:
    return (folder / "meta.json").stat().st_mtime_ns


def _stamp(folder: Path, version: int) -> None:
    _replace(folder / STAMP, orjson.dumps({"schema": SCHEMA, "published": version}))


def _stamp_of(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads((folder / STAMP).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
