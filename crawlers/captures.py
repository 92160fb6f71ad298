"""Captures as evidence: one body read back, every file checked byte for byte, and an index for replay tools."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, Row, null, or_, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.tables import capture_tombstones, captures
from store.database import select_in
from store.errors import UsageError, WorkspaceError
from store.workspace import Workspace

BLOCK = 1 << 20
IMPORTED = "imported/"
UNKNOWN = "no capture points into this file"


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a file of evidence, and where."""

    warc_file: str
    offset: int
    problem: str
    capture_id: str | None = None


def body_of(workspace: Workspace, connection: Connection, capture_id: str) -> bytes:
    """The body of a capture as received; of a revisit, the body it refers to.

    Raises UsageError where there is no such capture, WorkspaceError where it is damaged.
    """
    row = _row(connection, capture_id)
    holder = _row(connection, row.refers_to) if row.refers_to else row
    stored = record_of(workspace, holder)
    try:
        record = next(iter(ArchiveIterator(BytesIO(stored), arc2warc=True)))
        body: bytes = record.raw_stream.read()
    except (StopIteration, ArchiveLoadFailed, OSError, EOFError) as problem:
        raise WorkspaceError(
            f"{holder.warc_file}: no record can be read at byte {holder.warc_offset}: {problem}"
        ) from None
    if hashlib.sha256(body).hexdigest() != row.sha256:
        raise WorkspaceError(f"{holder.warc_file}: the record at byte {holder.warc_offset} is not what was captured")
    return body


def record_of(workspace: Workspace, row: Row[Any]) -> bytes:
    """The stored bytes of a capture's record: a gzip member that any WARC reader opens."""
    with (workspace.captures / row.warc_file).open("rb") as handle:
        handle.seek(row.warc_offset)
        stored: bytes = handle.read(row.warc_length)
    return stored


def with_originals(connection: Connection, capture_ids: set[str]) -> list[Row[Any]]:
    """The captures, and those that hold the bodies of the ones that are revisits, by id."""
    rows: dict[str, Row[Any]] = {}
    wanted = capture_ids
    while wanted:  # twice: a body that is referred to is held in full
        for row in select_in(connection, select(captures), captures.c.capture_id, sorted(wanted)):
            rows[row.capture_id] = row
        wanted = {row.refers_to for row in rows.values() if row.refers_to} - rows.keys() - wanted
    return [rows[one] for one in sorted(rows)]


def verify(workspace: Workspace) -> Iterator[Damage | str]:
    """Check every file of evidence, each byte against the digests its rows keep.

    Yields damages, and the name of each file that is sound.
    """
    query = select(captures).order_by(captures.c.warc_file, captures.c.warc_offset)
    known = set()
    with workspace.read() as connection:
        graves = _graves(connection)
        rows = connection.execution_options(yield_per=1000).execute(query)
        for name, kept in groupby(rows, key=lambda row: str(row.warc_file)):
            mine = merge(kept, graves.get(name, ()), key=lambda row: int(row.warc_offset))
            known.add(name)
            path = workspace.captures / name
            damages = list(_imported(path, name) if name.startswith(IMPORTED) else _damages(path, name, mine))
            yield from damages
            if not damages:
                yield name
        yield from _adrift(connection)
    for path in sorted(workspace.captures.rglob("*.*arc*")):
        name = str(path.relative_to(workspace.captures))
        if name in known or not path.stat().st_size:
            continue
        damages = list(_imported(path, name)) if name.startswith(IMPORTED) else [Damage(name, 0, UNKNOWN)]
        yield from damages
        if not damages:
            yield name


def _graves(connection: Connection) -> dict[str, list[Row[Any]]]:
    """By file, in order: the records that stand where captures were removed, whose bytes are checked like any others."""
    query = select(capture_tombstones, null().label("capture_id")).where(capture_tombstones.c.warc_file.is_not(None))
    rows = connection.execute(query.order_by(capture_tombstones.c.warc_file, capture_tombstones.c.warc_offset))
    return {name: list(mine) for name, mine in groupby(rows, key=lambda row: str(row.warc_file))}


def index_lines(workspace: Workspace) -> Iterator[str]:
    """A line for each response in CDXJ, as replay tools such as pywb read it; sorting is left to `sort`."""
    with workspace.read() as connection:
        for row in connection.execution_options(yield_per=1000).execute(select(captures)):
            facts = {
                "url": row.url,
                "status": str(row.status),
                "digest": f"sha256:{row.sha256}",
                "length": str(row.warc_length),
                "offset": str(row.warc_offset),
                "filename": row.warc_file,
                **({"mime": "warc/revisit"} if row.refers_to else {}),
            }
            yield f"{_surt(row.url)} {row.fetched_at:%Y%m%d%H%M%S} {orjson.dumps(facts).decode()}"


def _adrift(connection: Connection) -> Iterator[Damage]:
    """Revisits whose bytes do not stand where they refer to: that capture is a revisit itself, or has other bytes."""
    held = captures.alias()
    query = select(captures).join(held, held.c.capture_id == captures.c.refers_to)
    for row in connection.execute(query.where(or_(held.c.refers_to.is_not(None), held.c.sha256 != captures.c.sha256))):
        yield Damage(
            row.warc_file,
            row.warc_offset,
            f"capture {row.refers_to}, which it refers to, holds other bytes",
            row.capture_id,
        )


def _imported(path: Path, name: str) -> Iterator[Damage]:
    """An imported file is named by the digest of all of it."""
    if not path.is_file():
        yield Damage(name, 0, "the file is missing")
        return
    with path.open("rb") as handle:
        if hashlib.file_digest(handle, "sha256").hexdigest() != path.name.partition(".")[0]:
            yield Damage(name, 0, "the file is not what was imported")


def _damages(path: Path, name: str, rows: Iterator[Row[Any]]) -> Iterator[Damage]:
    """What of a file differs from what its rows say, in their order."""
    if not path.is_file():
        yield Damage(name, 0, "the file is missing")
        return
    end = 0
    with path.open("rb") as handle:
        for row in rows:
            if row.stored_sha256 is None:
                handle.seek(row.warc_offset + row.warc_length)  # written before digests were kept
            elif _digest(handle, row.warc_offset + row.warc_length - end) != row.stored_sha256:
                yield Damage(name, end, f"changed before byte {row.warc_offset + row.warc_length}", row.capture_id)
                handle.seek(row.warc_offset + row.warc_length)
            end = row.warc_offset + row.warc_length
        size = path.stat().st_size
    if size > end:
        yield Damage(
            name, end, f"{size - end} bytes stand behind the last capture (a crawl under way may have written them)"
        )


def _digest(handle: Any, length: int) -> str:
    found = hashlib.sha256()
    while length > 0 and (block := handle.read(min(BLOCK, length))):
        found.update(block)
        length -= len(block)
    return found.hexdigest()


def _row(connection: Connection, capture_id: str) -> Row[Any]:
    row = connection.execute(select(captures).where(captures.c.capture_id == capture_id)).one_or_none()
    if row is None:
        raise UsageError(f"no capture {capture_id!r}; `sidelight show AD --json` names the capture of an ad")
    return row


def _surt(url: str) -> str:
    """The address with its host turned round, by which archives sort."""
    parts = urlsplit(url)
    host = ",".join(reversed((parts.hostname or "").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
