"""The responses in a web archive (WARC or ARC), read as a stream: damage is named with its place and the rest goes on."""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from crawlers.archived import Damage, Response, Revisit
from crawlers.members import GZIP, Member, MemberError, members, starts_record
from crawlers.page import BODY_LIMIT
from crawlers.plainrecords import GOES_ON, Odd, plain_response

MAGIC = re.compile(re.escape(GZIP) + rb"|WARC/1\.")
WINDOW = 1 << 20
# What a torn record comes to; warcio takes for granted that an address and a type are there.
UNKNOWN = "Unknown archive format"
DAMAGED = (ArchiveLoadFailed, ValueError, OSError, EOFError, AttributeError, TypeError, LookupError)
TRAILER = 1024  # of what may stand behind a record in its member: empty lines


def records(path: Path, start: int = 0) -> Iterator[Response | Revisit | Damage]:
    """The responses of a web archive from `start` (the begin of a record) on; after damage at the next record found."""
    offset: int | None = start
    size = path.stat().st_size
    with path.open("rb") as handle:
        while offset is not None and offset < size:
            handle.seek(offset)
            damage = yield from (_packed if handle.read(3) == GZIP else _plain)(handle, offset)
            if damage is None:
                return
            yield damage
            offset = _next_record(handle, damage.offset + 1)


Found = Generator[Response | Revisit, None, Damage | None]


def _packed(handle: BinaryIO, start: int) -> Found:
    """A record in each gzip member; returns the damage that ends it."""
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=True)
    at = start
    try:
        for member in members(handle, start):
            at = member.offset
            if (found := _of_member(loader, member)) is not None:
                yield found
    except MemberError as problem:
        return Damage(problem.offset, str(problem))
    except DAMAGED as problem:
        return _damage(at, problem)
    return None


def _of_member(loader: ArcWarcRecordLoader, member: Member) -> Response | Revisit | None:
    if not member.content.strip():
        return None
    if member.whole and (found := plain_response(member.content, member.offset, member.length)) is not Odd.ODD:
        return found
    content = BytesIO(member.content)
    record = loader.parse_record_stream(content, check_digests="raise" if member.whole else False)
    held = _response(record)
    while record.raw_stream.read(WINDOW):
        pass  # the digests are checked at the end
    if member.whole and content.read(TRAILER).strip():
        raise ArchiveLoadFailed(GOES_ON)
    return replace(held, offset=member.offset, length=member.length) if held else None


def _plain(handle: BinaryIO, start: int) -> Found:
    """Records one after the other; returns the damage that ends it."""
    handle.seek(start)
    archive = ArchiveIterator(handle, check_digests="raise", arc2warc=True)
    at = start
    try:
        for record in archive:
            found = _response(record)
            # Asking for the offset reads the record to its end, so the body comes first.
            at = archive.get_record_offset()
            if found is not None:
                yield replace(found, offset=at, length=archive.offset - at)
            at = archive.offset  # with the empty lines between records
    except DAMAGED as problem:
        return _damage(at, problem)
    return None


def _damage(offset: int, problem: Exception) -> Damage:
    said = " ".join(str(problem).split())
    if said.startswith(UNKNOWN):  # warcio goes on to quote the bytes
        return Damage(offset, "no WARC or ARC record begins here")
    return Damage(offset, f"{type(problem).__name__}: {said}"[:300])


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


def _next_record(handle: BinaryIO, start: int) -> int | None:
    """Where the next thing that begins as a record does stands."""
    base, tail = start, b""
    handle.seek(start)
    while block := handle.read(WINDOW):
        text = tail + block
        for found in MAGIC.finditer(text):
            place = base - len(tail) + found.start()
            if found.group() != GZIP or starts_record(handle, place):
                return place
        base += len(block)
        tail = text[-8:]
        handle.seek(base)
    return None
