"""A file of evidence in pieces, to be written anew: what is kept byte for byte, what is replaced, what is buried."""

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Row, update
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.tables import capture_tombstones, captures

BLOCK = 1 << 20
IMPORTED = "imported/"
GZIP = b"\x1f\x8b"
TOMBSTONE_TYPE = "application/vnd.sidelight.tombstone+json"


@dataclass(slots=True)
class Piece:
    """Bytes [start, end) of the old file, of which the record begins at `record_start`. `capture_id` or `grave` owns them;
    what nobody owns is copied. `record` stands in place of the record's bytes; a piece that is buried becomes it alone."""

    start: int
    record_start: int
    end: int
    capture_id: str | None = None
    grave: str | None = None
    body_sha256: str = ""
    in_arc: bool = False
    packed: bool = True
    had_digest: bool = True
    record: bytes | None = None
    buried: bool = False
    head: int = 0  # bytes at the start that stay even where the rest is buried: what opens the file
    place: dict[str, Any] = field(default_factory=dict)

    def read_record(self, path: Path) -> bytes:
        """The record's bytes in the old file."""
        with path.open("rb") as handle:
            handle.seek(self.record_start)
            return handle.read(self.end - self.record_start)

    def digest(self, path: Path) -> str:
        """SHA-256 of the piece in the old file."""
        found = hashlib.sha256()
        with path.open("rb") as handle:
            for block in _blocks(handle, self.start, self.end):
                found.update(block)
        return found.hexdigest()

    def bury(self, told: Mapping[str, Any]) -> None:
        """Let a tombstone stand here. In an ARC file nothing stands: it holds no other kind of record."""
        self.buried = True
        self.record = b"" if self.in_arc else _tombstone(told, packed=self.packed)

    def turn(self, connection: Connection, name: str) -> None:
        """Point the piece's row to its place in the new file."""
        if self.buried or not self.place:
            return
        values = {"warc_file": name, **self.place}
        if self.grave:
            connection.execute(
                update(capture_tombstones).where(capture_tombstones.c.capture == self.grave).values(values)
            )
        elif self.capture_id:
            connection.execute(update(captures).where(captures.c.capture_id == self.capture_id).values(values))


def laid_out(
    path: Path, name: str, rows: Sequence[Row[Any]], graves: Sequence[Row[Any]], doomed: Collection[str]
) -> list[Piece]:
    """The file in pieces, in order. In a file of ours what stands before a capture belongs to it (its request, its metadata);
    in an imported one it belongs to nobody, and goes where it touches a doomed capture."""
    imported = name.startswith(IMPORTED)
    with path.open("rb") as handle:
        opening = handle.read(8)
    packed, in_arc = opening.startswith(GZIP), _is_arc(path, name)
    owned = sorted(
        [*((row.warc_offset, row) for row in rows), *((row.warc_offset, row) for row in graves)], key=lambda one: one[0]
    )
    pieces: list[Piece] = []
    end = 0
    after_doomed = False
    for offset, row in owned:
        mine = "capture_id" in row._fields
        is_doomed = mine and row.capture_id in doomed
        start = end
        if imported and offset > end:
            if not (is_doomed or after_doomed):
                pieces.append(Piece(end, end, offset))
            elif end == 0 and (head := opening_record(path)):
                pieces.append(Piece(0, 0, min(head, offset)))
            start = offset
        piece = Piece(start, offset, offset + row.warc_length, packed=packed, in_arc=in_arc)
        if mine:
            piece.capture_id, piece.body_sha256 = row.capture_id, row.sha256
            piece.had_digest = row.stored_sha256 is not None
        else:
            piece.grave = row.capture
        if is_doomed and start == 0 and not imported:
            piece.head = min(opening_record(path), offset)
        pieces.append(piece)
        end, after_doomed = piece.end, is_doomed
    size = path.stat().st_size
    if imported and size > end and not after_doomed:
        pieces.append(Piece(end, end, size))
    return pieces


def write_pieces(old: Path, new: Path, pieces: Sequence[Piece]) -> str:
    """Write the new file and make it durable; each piece then knows its `place`. Returns the SHA-256 of the file."""
    whole = hashlib.sha256()
    with old.open("rb") as source, new.open("wb") as target:
        at = 0
        for piece in pieces:
            started, told = at, hashlib.sha256()
            lead = (piece.start, piece.start + piece.head) if piece.buried else (piece.start, piece.record_start)
            parts = [*_blocks(source, *lead)]
            before = sum(map(len, parts))
            body = [piece.record] if piece.record is not None else _blocks(source, piece.record_start, piece.end)
            length = 0
            for block in chain(parts, body):
                target.write(block)
                whole.update(block)
                told.update(block)
                length += len(block)
            at += length
            if piece.capture_id or piece.grave:
                piece.place = {
                    "warc_offset": started + before,
                    "warc_length": length - before,
                    "stored_sha256": told.hexdigest() if piece.had_digest or piece.buried else None,
                }
                if piece.buried and not piece.record:
                    piece.place = {}
        target.flush()
        os.fsync(target.fileno())
    return whole.hexdigest()


def rehomed(revisit: bytes, body: bytes) -> bytes:
    """The record of a revisit as a response that holds the body itself, under the same id, date and address."""
    record = next(iter(ArchiveIterator(BytesIO(revisit))))
    kept = {"WARC-Record-ID", "WARC-Date", "WARC-IP-Address"}
    about = {name: value for name, value in record.rec_headers.headers if name in kept}
    head = record.http_headers or StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
    out = BytesIO()
    writer = WARCWriter(out, gzip=revisit.startswith(GZIP), warc_version="1.1")
    full = writer.create_warc_record(
        record.rec_headers.get_header("WARC-Target-URI"),
        "response",
        payload=BytesIO(body),
        length=len(body),
        http_headers=head,
        warc_headers_dict=about,
    )
    writer.write_record(full)
    return out.getvalue()


def opening_record(path: Path) -> int:
    """How many bytes the record that opens the file takes (`warcinfo`, or an ARC's own); 0 where it opens with another."""
    try:
        with path.open("rb") as handle:
            records = ArchiveIterator(handle, arc2warc=True)
            first = next(iter(records))
            if first.rec_type != "warcinfo":
                return 0
            records.read_to_end(first)
            return int(records.get_record_offset() + records.get_record_length())
    except (StopIteration, ArchiveLoadFailed, OSError, EOFError, ValueError):
        return 0


def _tombstone(told: Mapping[str, Any], *, packed: bool) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="1.1")
    body = orjson.dumps(dict(told), option=orjson.OPT_SORT_KEYS)
    record = writer.create_warc_record(
        f"urn:sidelight:tombstone:{told['capture']}",
        "metadata",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=TOMBSTONE_TYPE,
    )
    writer.write_record(record)
    return out.getvalue()


def _is_arc(path: Path, name: str) -> bool:
    if not name.startswith(IMPORTED):
        return False
    try:
        with path.open("rb") as handle:
            return str(next(iter(ArchiveIterator(handle))).format) == "arc"
    except (StopIteration, ArchiveLoadFailed, OSError, EOFError):
        return False


def _blocks(handle: IO[bytes], start: int, end: int) -> Any:
    handle.seek(start)
    left = end - start
    while left > 0 and (block := handle.read(min(BLOCK, left))):
        yield block
        left -= len(block)
