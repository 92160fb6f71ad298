"""Evidence: what was sent and what came back, as WARC 1.1 records, one gzip member each.

The body stands as received, before its content encoding is undone; header lines stand as the HTTP client parsed them. For
each response there are up to three records: the request, metadata (how the address was reached, the server's certificate),
and the response last; or a revisit record in its place where the same bytes are kept already.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from store.errors import WorkspaceError

Headers = Sequence[tuple[str, str]]
# How the body travelled; it stands in the record without.
TRANSPORT = frozenset({"transfer-encoding", "connection", "keep-alive", "content-length"})
RENDERED_TYPE = "text/html; charset=utf-8"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
UNMODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A request and the response to it."""

    url: str
    at: datetime
    status: int
    request_headers: Headers
    headers: Headers
    body: bytes
    peer: str | None = None  # the address of the machine that answered
    certificate: str | None = None  # SHA-256 of the server's certificate (DER), where there was one
    via: str | None = None  # the page, or the redirect, that led here
    hops: int = 0  # how many redirects in a row
    rendered: bytes | None = None  # the page as HTML in UTF-8 when its scripts had run, where they were
    stands_for: str | None = None  # the capture that the server says has not been modified

    def header(self, name: str) -> str:
        """The first header of that name (lower case), or the empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Original:
    """An earlier capture of the same bytes, or one that a server says it would send again; with their SHA-256."""

    capture_id: str
    url: str
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a response's record lies in its file, and the SHA-256 of all that was written for it, as stored."""

    offset: int
    length: int
    stored_sha256: str
    record_id: str

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.offset + self.length


class WarcFile:
    """One growing file. `write` says where the response's record lies; nothing counts before `sync`."""

    def __init__(self, path: Path, keep: int, facts: Mapping[str, str]) -> None:
        """Open `path`, cutting back whatever stands beyond the `keep` bytes that were committed. `facts` open a new file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = FileIO(path, "ab")  # unbuffered: what is left of a failed write can be cut back
        size = self._out.tell()
        if size < keep:
            raise WorkspaceError(f"{path}: holds {size} bytes where {keep} were recorded; restore it from a backup")
        self._facts = {**facts, "format": "WARC File Format 1.1", "http-headers": "as parsed by the client"}
        self._path = path
        self._told = _Told(self._out)
        self._writer = WARCWriter(self._told, gzip=True, warc_version="1.1")
        self.cut_back(keep)
        _sync_folder(path.parent)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._out.tell()

    def write(self, fetched: Fetched, original: Original | None = None) -> Place:
        """Append request, metadata, and the response; or, where `original` holds the same body, a record that refers to it."""
        if not self.size:
            self._writer.write_record(self._writer.create_warcinfo_record(self._path.name, self._facts))
        date = _date(fetched.at)
        about = {"WARC-Date": date} | ({"WARC-IP-Address": fetched.peer} if fetched.peer else {})
        head = StatusAndHeaders(_status(fetched.status), _kept(fetched), protocol="HTTP/1.1")
        response = self._writer.create_warc_record(
            fetched.url,
            "response",
            payload=BytesIO(fetched.body),
            length=len(fetched.body),
            http_headers=head,
            warc_headers_dict=dict(about),
        )
        self._writer.ensure_digest(response, block=True, payload=True)
        if original is not None:
            unmodified = fetched.stands_for is not None
            own = response.rec_headers.get_header("WARC-Payload-Digest")
            response = self._writer.create_revisit_record(
                fetched.url,
                f"sha256:{original.sha256}" if unmodified else own,
                original.url,
                _date(original.at),
                http_headers=head,
                warc_headers_dict={**about, "WARC-Profile": UNMODIFIED if unmodified else IDENTICAL},
            )
        beside = {**about, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        self._writer.write_record(self._request(fetched, beside))
        if said := _said(fetched):
            self._writer.write_record(self._metadata(fetched.url, said, dict(beside)))
        return self._place(response)

    def write_rendered(self, fetched: Fetched, of: Place) -> Place:
        """Append the page as it was when its scripts had run: a conversion of the response at `of`."""
        body = fetched.rendered or b""
        about = {"WARC-Date": _date(fetched.at), "WARC-Refers-To": of.record_id}
        record = self._writer.create_warc_record(
            fetched.url,
            "conversion",
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=RENDERED_TYPE,
            warc_headers_dict=about,
        )
        return self._place(record)

    def _place(self, record: Any) -> Place:
        offset = self.size
        self._writer.write_record(record)
        identity = record.rec_headers.get_header("WARC-Record-ID")
        return Place(offset, self.size - offset, self._told.digest(), identity)

    def sync(self) -> None:
        """Make everything written durable."""
        os.fsync(self._out.fileno())

    def cut_back(self, size: int) -> None:
        """Take back what was written behind `size`."""
        self._out.truncate(size)
        self._out.seek(size)
        self._told.digest()

    def close(self) -> None:
        """Close the file."""
        self._out.close()

    def _request(self, fetched: Fetched, beside: dict[str, str]) -> object:
        target = urlsplit(fetched.url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        lines = [("Host", target.netloc), *(line for line in fetched.request_headers if line[0].lower() != "host")]
        head = StatusAndHeaders(f"{path} HTTP/1.1", lines, protocol="GET")
        return self._writer.create_warc_record(fetched.url, "request", http_headers=head, warc_headers_dict=beside)

    def _metadata(self, url: str, said: bytes, beside: dict[str, str]) -> object:
        return self._writer.create_warc_record(
            url,
            "metadata",
            payload=BytesIO(said),
            length=len(said),
            warc_content_type="application/warc-fields",
            warc_headers_dict=beside,
        )


class _Told:
    """A file that keeps the SHA-256 of what is written to it."""

    def __init__(self, out: FileIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write all of it: an unbuffered file may take less than it is given when the disk fills up."""
        left = memoryview(data)
        while left:
            left = left[self._out.write(left) :]
        self._hash.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def digest(self) -> str:
        """Of what was written since the last call."""
        found, self._hash = self._hash.hexdigest(), hashlib.sha256()
        return found


def _said(fetched: Fetched) -> bytes:
    facts = {
        "via": fetched.via,
        "hopsFromSeed": "R" * fetched.hops,
        "certificate-sha256": fetched.certificate,
    }
    return "".join(f"{name}: {value}\r\n" for name, value in facts.items() if value).encode()


def _date(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{code} Unknown"


def _kept(fetched: Fetched) -> list[tuple[str, str]]:
    kept = [(_ascii(name), _ascii(value)) for name, value in fetched.headers if name.lower() not in TRANSPORT]
    return [*kept, ("Content-Length", str(len(fetched.body)))]


def _ascii(text: str) -> str:
    """A server may put any byte into its headers; the writer takes ASCII, so the others stand as %XX."""
    return text if text.isascii() else "".join(one if one.isascii() else f"%{ord(one):02X}" for one in text)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
