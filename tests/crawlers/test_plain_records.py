"""A WARC record written as nearly all are is read in a few passes; any other is left to the library, a damaged one told."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest
from warcio.exceptions import ArchiveLoadFailed

from crawlers.archived import Response
from crawlers.plainrecords import Odd, plain_response
from crawlers.responses import records

BODY = b"<h1>An evening</h1>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
SHA1 = hashlib.sha1(HTTP + BODY, usedforsecurity=False)


def record(http: bytes = HTTP, body: bytes = BODY, size: int | None = None, **changes: str) -> bytes:
    head = {
        "WARC-Type": "response",
        "WARC-Target-URI": "http://harbor.example/1",
        "WARC-Date": "2026-05-01T12:00:00Z",
        "Content-Length": str(len(http) + len(body) if size is None else size),
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value)
    return f"WARC/1.1\r\n{lines}\r\n".encode() + http + body + b"\r\n\r\n"


@pytest.mark.parametrize(
    "digest",
    [
        "",
        f"sha1:{SHA1.hexdigest()}",
        f"sha1:{base64.b32encode(SHA1.digest()).decode()}",
        f"sha256:{hashlib.sha256(HTTP + BODY).hexdigest()}",
    ],
)
def test_a_response_is_read_with_its_digest_in_any_usual_spelling(digest: str) -> None:
    found = plain_response(record(WARC_Block_Digest=digest), 7, 90)
    assert not isinstance(found, Odd)
    assert found is not None
    assert (found.offset, found.length, found.status, found.url) == (7, 90, 200, "http://harbor.example/1")
    assert (found.content_type, found.body) == ("text/html", BODY)


def test_what_stands_beside_a_response_holds_none() -> None:
    assert plain_response(record(WARC_Type="request"), 0, 1) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no record at all\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\n folded: yes\r\n\r\n",
        b"WARC/1.0\r\nno colon\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: \xff\r\n\r\n",
        record(WARC_Type="revisit"),
        record(WARC_Target_URI="http://harbor.example/a b"),
        record(WARC_Target_URI="<http://harbor.example/1>"),
        record(Content_Length="many"),
        record(http=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        record(http=b"", body=b"no head of its own"),
        record(WARC_Block_Digest="crc32:abcd"),
        record(WARC_Block_Digest="sha1:abcd"),
    ],
)
def test_what_is_written_otherwise_is_left_to_the_library(content: bytes) -> None:
    assert plain_response(content, 0, len(content)) is Odd.ODD


@pytest.mark.parametrize("name", ["WARC_Block_Digest", "WARC_Payload_Digest"])
def test_bytes_that_are_not_those_of_the_digest_are_told(name: str) -> None:
    with pytest.raises(ArchiveLoadFailed, match=rf"{name.lower().replace('_', '-')} is 'sha1:0+', and another"):
        plain_response(record(**{name: f"sha1:{'0' * 40}"}), 0, 1)


def test_a_record_that_is_cut_short_or_goes_on_is_told() -> None:
    with pytest.raises(EOFError, match="cut short"):
        plain_response(record(size=10_000), 0, 1)
    with pytest.raises(ArchiveLoadFailed, match="goes on behind its record"):
        plain_response(record() + b"something else", 0, 1)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_chunked_body_is_put_together_and_stays_as_it_was_encoded(
    tmp_path: Path, *, packed: bool, zipped: bool
) -> None:
    sent = gzip.compress(BODY) if zipped else BODY
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    head += b"Content-Encoding: gzip\r\n\r\n" if zipped else b"\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (sent[:5], sent[5:], b""))
    written = record(http=head, body=chunks)
    path = tmp_path / "one.warc"
    path.write_bytes(gzip.compress(written) if packed else written)
    (found,) = records(path)
    assert isinstance(found, Response)
    assert (found.body, found.content_encoding) == (sent, "gzip" if zipped else "")


def test_a_member_of_nothing_is_passed_over_and_the_page_after_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "two.warc.gz"
    path.write_bytes(gzip.compress(b"\r\n") + gzip.compress(record()))
    assert [one.body for one in records(path) if isinstance(one, Response)] == [BODY]
