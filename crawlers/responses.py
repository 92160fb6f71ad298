"""The responses in a web archive (WARC or ARC), read as a stream: damage is named with its place and the rest goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.page import BODY_LIMIT

MAGIC = (b"\x1f\x8b\x08", b"WARC/1.")
WINDOW = 1 << 20


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `offset` on that are no record."""

    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Response:
    """One response record: where it lies and what it holds."""

    offset: int
    length: int
    at: datetime
    url: str
    status: int
    content_type: str
    content_encoding: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Revisit:
    """A record that says: at this time the address showed what it, or another, showed before."""

    offset: int
    length: int
    at: datetime
    url: str
    original_url: str
    original_at: datetime


def records(path: Path, start: int = 0) -> Iterator[Response | Revisit | Damage]:
    """The responses of a WARC file from `start` (the begin of a record) on; after damage at the next record found."""
    offset: int | None = start
    size = path.stat().st_size
    while offset is not None and offset < size:
        with path.open("rb") as handle:
            handle.seek(offset)
            archive = ArchiveIterator(handle, check_digests="raise", arc2warc=True)
            at = offset
            try:
                for record in archive:
                    found = _response(record)
                    # Asking for the offset reads the record to its end, so the body comes first.
                    at, length = archive.get_record_offset(), archive.get_record_length()
                    if found is not None:
                        yield replace(found, offset=at, length=length)
                    at += length
            except (ArchiveLoadFailed, ValueError, OSError, EOFError) as problem:
                yield Damage(at, f"{type(problem).__name__}: {' '.join(str(problem).split())}"[:300])
            else:
                return
        offset = _next_record(path, at + 1)


def _response(record: Any) -> Response | Revisit | None:
    said = record.rec_headers.get_header
    url = said("WARC-Target-URI") or ""
    if record.rec_type == "revisit" and (of := said("WARC-Refers-To-Date")):
        original = said("WARC-Refers-To-Target-URI") or url
        return Revisit(0, 0, _instant(said("WARC-Date") or ""), url, original, _instant(of))
    if record.rec_type == "conversion":
        # A page as it was when its scripts had run.
        kind = said("Content-Type") or ""
        return Response(0, 0, _instant(said("WARC-Date") or ""), url, 200, kind, "", record.raw_stream.read(BODY_LIMIT))
    if record.rec_type != "response" or record.http_headers is None:
        return None
    head = record.http_headers
    code = head.get_statuscode()
    return Response(
        0,
        0,
        _instant(said("WARC-Date") or ""),
        url,
        int(code) if code and code.isdigit() else 0,
        head.get_header("Content-Type") or "",
        head.get_header("Content-Encoding") or "",
        _body(record, head),
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _body(record: Any, head: Any) -> bytes:
    # warcio undoes chunking in content_stream(), and with it the content encoding, without a bound; the page has one.
    if (head.get_header("Transfer-Encoding") or "").lower() == "chunked":
        head.remove_header("Content-Encoding")
        stream: IO[bytes] = record.content_stream()
    else:
        stream = record.raw_stream
    parts, size = [], 0
    while size <= BODY_LIMIT and (part := stream.read(WINDOW)):
        parts.append(part)
        size += len(part)
    if size <= BODY_LIMIT and getattr(record.raw_stream, "limit", None):
        raise EOFError("the record is cut short")
    return b"".join(parts)


def _next_record(path: Path, start: int) -> int | None:
    """Where the next thing that looks like a record begins."""
    with path.open("rb") as handle:
        handle.seek(start)
        base, tail = start, b""
        while block := handle.read(WINDOW):
            text = tail + block
            places = [place for magic in MAGIC if (place := text.find(magic)) >= 0]
            if places:
                return base - len(tail) + min(places)
            base += len(block)
            tail = text[-8:]
    return None
