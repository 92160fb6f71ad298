"""Imports of ads from files (JSON Lines, CSV): the same checks and sightings as a crawl, each ad pointing to file and line.

The run's id follows from the file's bytes, so an interrupted import goes on and a repeated one changes nothing.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from crawlers.adlines import FIELD_LIMIT, KNOWN, parse_ad
from crawlers.errors import ImportFileError
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import runs
from store.database import chunks
from store.jsonlines import BadLineError
from store.schema import now
from store.workspace import Workspace

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: `counts` of ads read, new, changed, same, bad lines and suppressed ads."""

    run_id: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bad:
    """A line or record that is no ad, with why."""

    line: int
    reason: str


def import_ads(
    workspace: Workspace,
    path: Path,
    report: Callable[[str], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import `path` (.csv, else JSON Lines); each bad line is reported as `file:line: reason` and the rest goes on.

    Raises ImportFileError where the file cannot be read at all.
    """
    digest = file_digest(path)
    run_id, started, counts = begin(workspace, f"import-{path.name}", digest)
    lines = _csv(path, digest) if path.suffix.lower() == ".csv" else _json_lines(path, digest)
    last = counts.pop("line", 0)
    for part in chunks(((number, one) for number, one in lines if number > last), BATCH):
        for number, one in part:
            if isinstance(one, Bad):
                counts["bad"] += 1
                report(f"{path}:{number}: skipped: {one.reason}")
        ads = [one for _, one in part if isinstance(one, Ad)]
        _store(workspace, run_id, started, ads, counts, {"line": part[-1][0]})
        progress(counts["ads"])
    finish(workspace, run_id, +counts)
    return Imported(run_id, dict(+counts))


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as problem:
        raise ImportFileError(f"{path}: cannot be read: {problem.strerror}") from None


def begin(workspace: Workspace, name: str, digest: str) -> tuple[str, datetime, Counter[str]]:
    """The run of a file with this digest: id, when it first began, and the counts of what is done already."""
    run_id = f"import-{digest[:24]}"
    with workspace.begin() as connection:
        found = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
        if found is None:
            moment = now()
            row = {"run_id": run_id, "site": name, "started_at": moment, "counts": {}, "manifest": digest}
            connection.execute(insert(runs).values(row))
            return run_id, moment, Counter()
        if found.ended_at is None:
            return run_id, found.started_at, Counter(found.counts)
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(ended_at=None, counts={}))
        return run_id, found.started_at, Counter()


def finish(workspace: Workspace, run_id: str, counts: Mapping[str, int]) -> None:
    """End an import: green where every line was read, amber where some were not, red where none was."""
    bad = counts.get("bad", 0)
    state = "red" if not counts.get("ads") else "amber" if bad else "green"
    reasons = [f"{counts.get('ads', 0)} ads read", *([f"{bad} lines or records could not be read"] if bad else [])]
    with workspace.begin() as connection:
        values = {"ended_at": now(), "state": state, "reasons": reasons, "counts": dict(counts)}
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))


def _store(
    workspace: Workspace, run_id: str, at: datetime, ads: list[Ad], counts: Counter[str], mark: Mapping[str, int]
) -> None:
    held = suppressed(workspace, ads)
    with workspace.begin() as connection:
        kept = [ad for ad in ads if ad.ad_id not in held]
        counts.update({"ads": len(kept), "suppressed": len(ads) - len(kept)})
        for sighting in record_sightings(connection, kept, seen_at=at, run_id=run_id):
            counts[sighting.change.value] += 1
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(counts={**+counts, **mark}))


def _json_lines(path: Path, digest: str) -> Iterator[tuple[int, Ad | Bad]]:
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            if line.strip():
                yield number, _line(line, Origin(file_sha256=digest, line=number))


def _line(line: bytes, origin: Origin) -> Ad | Bad:
    try:
        value = orjson.loads(line)
        if not isinstance(value, dict):
            return Bad(origin.line or 0, f"expected a JSON object, found {type(value).__name__}")
        return parse_ad(value, origin)
    except (BadLineError, orjson.JSONDecodeError) as problem:
        return Bad(origin.line or 0, str(problem))


def _csv(path: Path, digest: str) -> Iterator[tuple[int, Ad | Bad]]:
    """Rows under a first line of column names; several image hashes in one cell are parted by blanks."""
    csv.field_size_limit(FIELD_LIMIT + 1)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        columns = _columns(path, reader)
        for number, row in _rows(reader):
            if isinstance(row, Bad):
                yield number, row
            elif len(row) != len(columns):
                yield number, Bad(number, f"{len(row)} cells under {len(columns)} columns")
            elif any("\udc80" <= sign <= "\udcff" for cell in row for sign in cell):
                yield number, Bad(number, "not UTF-8")
            else:
                value: dict[str, Any] = {name: cell for name, cell in zip(columns, row, strict=True) if cell}
                if "image_hashes" in value:
                    value["image_hashes"] = value["image_hashes"].split()
                try:
                    yield number, parse_ad(value, Origin(file_sha256=digest, line=number))
                except BadLineError as problem:
                    yield number, Bad(number, str(problem))


def _columns(path: Path, reader: Iterable[list[str]]) -> list[str]:
    try:
        columns = next(iter(reader), [])
    except csv.Error as problem:
        raise ImportFileError(f"{path}:1: no CSV: {problem}") from None
    if unknown := sorted(set(columns) - KNOWN):
        raise ImportFileError(f"{path}:1: unknown column {unknown[0]!r}; known are {', '.join(sorted(KNOWN))}")
    if len(set(columns)) < len(columns):
        raise ImportFileError(f"{path}:1: a column stands twice")
    return columns


def _rows(reader: Any) -> Iterator[tuple[int, list[str] | Bad]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield reader.line_num, Bad(reader.line_num, f"no CSV: {problem}")
            continue
        if row:
            yield reader.line_num, row
