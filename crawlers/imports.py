"""Imports of ads from files (JSON Lines, CSV, Parquet): the checks and sightings of a crawl, each ad pointing to file and line.

The run's id follows from the file's bytes, so an interrupted import goes on and a repeated one changes nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from crawlers.adfiles import Bad, header, rows
from crawlers.adlines import KNOWN, parse_ad
from crawlers.columns import ColumnMap
from crawlers.errors import ImportFileError
from crawlers.knownimages import FEED, match
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import runs
from store.jsonlines import BadLineError
from store.schema import now
from store.workspace import Workspace

# Rows at a time, and characters of text in them: the more, the fewer times the same pages of a large store are written.
BATCH, TEXT = 10_000, 32_000_000
SHOWN = 40  # characters of a column's name: a file that is no table has a long first line


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: `counts` of ads read, new, changed, same, bad lines and suppressed ads."""

    run_id: str
    counts: Mapping[str, int]


def import_ads(
    workspace: Workspace,
    path: Path,
    report: Callable[[str], None],
    progress: Callable[[int], None] = lambda _: None,
    columns: ColumnMap | None = None,
) -> Imported:
    """Import `path` (.csv, .parquet, else JSON Lines); a bad line is reported as `file:line: reason` and the rest goes on.

    `columns` says which of the file's columns are which fields, where they are not named alike. Raises ImportFileError
    where the file cannot be read at all.
    """
    digest = file_digest(path)
    _check_columns(path, columns)
    run_id, started, counts = begin(workspace, f"import-{path.name}", _run_digest(digest, columns))
    last = counts.pop("line", 0)
    for part in _parts((number, one) for number, one in _ads(path, digest, columns) if number > last):
        for number, one in part:
            if isinstance(one, Bad):
                counts["bad"] += 1
                report(f"{path}:{number}: skipped: {one.reason}")
        ads = [one for _, one in part if isinstance(one, Ad)]
        _store(workspace, run_id, started, ads, counts, {"line": part[-1][0]})
        progress(counts["ads"])
    finish(workspace, run_id, +counts)
    return Imported(run_id, dict(+counts))


def _parts(read: Iterable[tuple[int, Ad | Bad]]) -> Iterator[list[tuple[int, Ad | Bad]]]:
    part: list[tuple[int, Ad | Bad]] = []
    size = 0
    for number, one in read:
        part.append((number, one))
        size += sum(map(len, one.texts().values())) if isinstance(one, Ad) else 0
        if len(part) >= BATCH or size >= TEXT:
            yield part
            part, size = [], 0
    if part:
        yield part


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as problem:
        raise ImportFileError(f"{path}: cannot be read: {problem.strerror}") from None


def _run_digest(digest: str, columns: ColumnMap | None) -> str:
    return hashlib.sha256(f"{digest} {columns.digest}".encode()).hexdigest() if columns else digest


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
        counts["known_images"] += match(workspace, connection, {ad.ad_id: ad.image_hashes for ad in kept}, FEED)
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(counts={**+counts, **mark}))


def _ads(path: Path, digest: str, columns: ColumnMap | None) -> Iterator[tuple[int, Ad | Bad]]:
    for number, row in rows(path):
        if isinstance(row, Bad):
            yield number, row
            continue
        try:
            value = columns.ad_of(row) if columns else _spaced(row)
            yield number, parse_ad(value, Origin(file_sha256=digest, line=number))
        except BadLineError as problem:
            yield number, Bad(number, str(problem))


def _spaced(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A CSV cell has room for several image hashes, parted by blanks."""
    hashes = row.get("image_hashes")
    return {**row, "image_hashes": hashes.split()} if isinstance(hashes, str) else row


def _check_columns(path: Path, columns: ColumnMap | None) -> None:
    """A table with a column that nothing takes is refused whole, before anything is stored."""
    named = header(path)
    if named is None:
        return
    if columns and (unknown := columns.unknown(named)):
        raise ImportFileError(f"{path}:1: column {unknown[0]!r} is not in the map; name it in 'fields' or in 'ignore'")
    if not columns and (unknown := sorted(set(named) - KNOWN)):
        known = ", ".join(sorted(KNOWN))
        raise ImportFileError(
            f"{path}:1: unknown column {unknown[0][:SHOWN]!r}; known are {known}; others need a map (--map)"
        )
