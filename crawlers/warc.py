"""Evidence: what was sent and what came back, as WARC records, one gzip member each.

The body stands as received, before its content encoding is undone; header lines stand as the HTTP client parsed them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from store.errors import WorkspaceError

Headers = Sequence[tuple[str, str]]
# How the body travelled; it stands in the record without.
TRANSPORT = frozenset({"transfer-encoding", "connection", "keep-alive", "content-length"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A request and the response to it."""

    url: str
    at: datetime
    status: int
    request_headers: Headers
    headers: Headers
    body: bytes
    peer: str | None = None

    def header(self, name: str) -> str:
        """The first header of that name (lower case), or the empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class WarcFile:
    """One growing file. `write` says where the response's record lies; nothing counts before `sync`."""

    def __init__(self, path: Path, keep: int, software: str) -> None:
        """Open `path`, cutting back whatever stands beyond the `keep` bytes that were committed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = path.open("ab")
        size = self._out.tell()
        if size < keep:
            raise WorkspaceError(f"{path}: holds {size} bytes where {keep} were recorded; restore it from a backup")
        self._out.truncate(keep)
        self._out.seek(keep)
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")
        if keep == 0:
            facts = {"software": software, "format": "WARC File Format 1.1", "http-headers": "as parsed by the client"}
            self._writer.write_record(self._writer.create_warcinfo_record(path.name, facts))
            _sync_folder(path.parent)

    def write(self, fetched: Fetched) -> tuple[int, int]:
        """Append request and response; returns offset and length of the response's record, in bytes."""
        date = fetched.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        about = {"WARC-Date": date} | ({"WARC-IP-Address": fetched.peer} if fetched.peer else {})
        response = self._writer.create_warc_record(
            fetched.url,
            "response",
            payload=BytesIO(fetched.body),
            length=len(fetched.body),
            http_headers=StatusAndHeaders(_status(fetched.status), _kept(fetched), protocol="HTTP/1.1"),
            warc_headers_dict=dict(about),
        )
        target = urlsplit(fetched.url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        lines = [("Host", target.netloc), *(line for line in fetched.request_headers if line[0].lower() != "host")]
        request = self._writer.create_warc_record(
            fetched.url,
            "request",
            http_headers=StatusAndHeaders(f"{path} HTTP/1.1", lines, protocol="GET"),
            warc_headers_dict={**about, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
        )
        self._writer.write_record(request)
        offset = self._out.tell()
        self._writer.write_record(response)
        return offset, self._out.tell() - offset

    def sync(self) -> None:
        """Make everything written durable."""
        self._out.flush()
        os.fsync(self._out.fileno())

    def close(self) -> None:
        """Close the file."""
        self._out.close()


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
