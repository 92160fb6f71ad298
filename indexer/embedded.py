"""The embedded engine: tantivy, in the workspace's `index/` folder.

`current` names the folder of the live index; a rebuild makes another beside it and swaps the name. One process writes
(the index stage holds the workspace's lock), any number read and see what was published last.
"""

import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tantivy

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
    State,
    Write,
)
from indexer.columns import digest_of, searched
from indexer.counting import Value
from indexer.embedded_answers import answer, asking, document_of, ids
from indexer.embedded_files import (
    CURRENT,
    REMEDY,
    Opened,
    guard,
    open_folder,
    pointer,
    read_at,
    replace,
    stamp,
    stamp_of,
)
from indexer.embedded_query import Translator
from indexer.fields import SCHEMA
from indexer.query import Node
from indexer.records import Document, to_json

HEAP = 128_000_000
CHUNK = 10_000


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
            self.writer = guard(lambda: index.writer(HEAP, 1))
        known = self._versions([one.key for one in batch])
        for one in batch:
            if one.version < known.get(one.key, 0):
                continue
            known[one.key] = self.unpublished[one.key] = one.version
            _put(self.writer, index.schema, one, fresh=False)
        return ()

    def publish(self, version: int) -> None:
        """Commit to disk."""
        folder = self._open().folder
        if self.writer is not None:
            guard(self.writer.commit)
        self.unpublished.clear()
        stamp(folder, version)

    def search(self, request: Request) -> Answer:
        """Answer from the last commit."""
        return answer(self._open(), request)

    def search_many(self, requests: Sequence[Request]) -> list[Answer]:
        """One after the other, all from one commit."""
        opened = self._open()
        return [answer(opened, one) for one in requests]

    def ids(self, query: Node) -> Iterator[str]:
        """All from one commit."""
        return ids(self._open(), query)

    def combinations(self, query: Node, fields: Sequence[str]) -> Iterator[tuple[tuple[Value, ...], int]]:
        """Each combination of values with its count."""
        return counting.combinations(asking(self._open(), query), fields)

    def extent(self, query: Node, field: str) -> tuple[float, float] | None:
        """Least and greatest value."""
        return counting.extent(asking(self._open(), query), field)

    def between(self, query: Node, field: str, edges: Sequence[int]) -> list[int]:
        """Counts from each edge up to the one after."""
        return counting.between(asking(self._open(), query), field, edges)

    def get(self, key: str) -> Document | None:
        """The published document under `key`."""
        opened = self._open()
        searcher = opened.searcher
        hits = searcher.search(tantivy.Query.term_query(opened.index.schema, "key", key), 1, count=False).hits
        return document_of(searcher.doc(hits[0][1])) if hits else None

    def reconcile(self, expected: Mapping[str, str]) -> Drift:
        """Compare with the digests the index should hold, reading it in chunks."""
        searcher = self._open().searcher
        missing, stale, extra = dict.fromkeys(expected), [], []
        for start in range(0, searcher.num_docs, CHUNK):
            for _, address in searcher.search(tantivy.Query.all_query(), CHUNK, count=False, offset=start).hits:
                row = searcher.doc(address)
                key = str(row.get_first("key"))
                missing.pop(key, None)
                if key not in expected:
                    extra.append(key)
                elif expected[key] != bytes(row.get_first("digest")).decode():
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
        published = int(stamp_of(opened.folder).get("published", 0))
        return Health(name, State.READY, opened.searcher.num_docs, published, "")

    def rebuild(self, batches: Iterable[Sequence[Write]], version: int) -> tuple[Refusal, ...]:
        """A new folder, then its name in `current`, then the others go."""
        self._let_go()
        folder = self.root / f"{SCHEMA}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        index = open_folder(folder, new=True)
        writer, form = index.writer(HEAP, 1), index.schema
        for batch in batches:
            for one in batch:
                _put(writer, form, one, fresh=True)
        guard(writer.commit)
        guard(writer.wait_merging_threads)
        stamp(folder, version)
        replace(self.root / CURRENT, folder.name.encode())
        for other in self.root.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return ()

    def close(self) -> None:
        """Finish merges and let go of the files."""
        self._let_go()

    def _let_go(self) -> None:
        if self.writer is not None:
            guard(self.writer.wait_merging_threads)
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
            named = pointer(self.root)
            opened = self.opened if self.opened and self.opened.pointer == named else None
            folder = opened.folder if opened else self.root / (self.root / CURRENT).read_text().strip()
        except FileNotFoundError:
            raise IndexMissing(f"there is no index in {self.root} yet; {REMEDY}") from None
        opened = opened or self._read(folder, named)
        if (written := read_at(opened.folder)) != opened.read_at:
            opened = opened.reread(written)
        self.opened = opened
        return opened

    def _read(self, folder: Path, named: tuple[int, int]) -> Opened:
        written = read_at(folder)  # fails where the folder has been swept
        if stamp_of(folder).get("schema") != SCHEMA:
            raise IndexOutOfDate(f"the index in {folder} was made by another version; {REMEDY}")
        index = open_folder(folder)
        return Opened(named, folder, index, Translator(index.schema), written, index.searcher())

    def _versions(self, keys: list[str]) -> dict[str, int]:
        opened = self._open()
        searcher = opened.searcher
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


def _put(writer: Any, schema: Any, one: Write, *, fresh: bool) -> None:
    if not fresh:
        writer.delete_documents_by_term("key", one.key)
    if one.document is not None:
        # Told the schema, it need not guess what each value is.
        writer.add_document(tantivy.Document.from_dict(fields(one.document, one.version), schema))


def fields(document: Document, version: int) -> dict[str, Any]:
    """A document's fields as tantivy takes them."""
    source = to_json(document)
    return {**searched(document, version), "source": source, "digest": digest_of(source).encode()}
