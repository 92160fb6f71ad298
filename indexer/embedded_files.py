"""The files of an embedded index: a folder per build, `current` names the live one, a stamp says what it is."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
import tantivy

from indexer.backend import SearchError
from indexer.embedded_query import Translator, schema
from indexer.fields import SCHEMA
from indexer.records import Facet

CURRENT = "current"
STAMP = "sidelight.json"
REMEDY = "run `sidelight index rebuild`"
Counts = Future[tuple[Facet, ...]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that is open: what named it, its folder, the version of its files that is read, and a searcher over that.

    `ids` are those of the searcher's documents that were asked for, by their place in the index; `facets` are counts that
    were asked for, by the digest of the question, `everything` those over all documents, by their kind and the facets.
    """

    pointer: tuple[int, int]
    folder: Path
    index: Any
    translator: Translator
    read_at: int
    searcher: Any
    ids: dict[int, str] = field(default_factory=dict)
    facets: dict[bytes, tuple[Facet, ...]] = field(default_factory=dict)
    everything: dict[tuple[str, tuple[str, ...]], Counts] = field(default_factory=dict)

    def reread(self, written: int) -> "Opened":
        """The same index at the commit that stands there now; what was remembered of the last one is gone."""
        self.index.reload()
        return Opened(self.pointer, self.folder, self.index, self.translator, written, self.index.searcher())


def open_folder(folder: Path, *, new: bool = False) -> Any:
    """The index in a folder, or a new one."""
    index = guard(lambda: tantivy.Index(schema(), str(folder)) if new else tantivy.Index.open(str(folder)))
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    index.reload()
    return index


def guard(act: Callable[[], T]) -> T:
    """What the engine answers, its complaints as SearchError."""
    try:
        return act()
    except (ValueError, OSError, RuntimeError) as problem:
        raise SearchError(f"the embedded search engine failed: {problem}; {REMEDY}") from None


def pointer(root: Path) -> tuple[int, int]:
    """Which file says what index is live: it is replaced as a whole, so a look at the file stands for reading it."""
    found = (root / CURRENT).stat()
    return found.st_ino, found.st_mtime_ns


def read_at(folder: Path) -> int:
    """Which commit stands in the folder."""
    return (folder / "meta.json").stat().st_mtime_ns


def stamp(folder: Path, version: int) -> None:
    """Note the schema, and the version that the folder is published up to."""
    replace(folder / STAMP, orjson.dumps({"schema": SCHEMA, "published": version}))


def stamp_of(folder: Path) -> dict[str, Any]:
    """What `stamp` noted; empty where nothing can be read."""
    try:
        found: dict[str, Any] = orjson.loads((folder / STAMP).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found


def replace(path: Path, content: bytes) -> None:
    """Write a file as a whole: who reads it sees the old one or the new one, after a crash too."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
