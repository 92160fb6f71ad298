"""The response in a WARC record that is written as nearly all are: read in a few passes over its bytes.

Whatever is written otherwise (folded lines, chunked bodies, ARC, other kinds of record) is not for this file: it is ODD, and a
library that knows every way of writing one reads it.
"""

import base64
import hashlib
from datetime import UTC, datetime
from enum import Enum

from warcio.exceptions import ArchiveLoadFailed

from crawlers.archived import Response

END = b"\r\n\r\n"
# How a response came about: such a record is checked with its gzip member, and nothing of it is needed.
BESIDE = frozenset({"request", "metadata", "warcinfo"})
GOES_ON = "the gzip member goes on behind its record; `warcio recompress` parts them"


class Odd(Enum):
    """Not written as nearly all are."""

    ODD = None


def plain_response(content: bytes, offset: int, length: int) -> Response | Odd | None:
    """The response of a whole record, or None where it holds none.

    Raises EOFError where it is cut short, ArchiveLoadFailed where its digest is another or something stands behind it.
    """
    start = content.find(END)
    head = _fields(content[:start]) if start > 0 and content.startswith(b"WARC/1.") else None
    if head is None:
        return Odd.ODD
    if head.get("warc-type") in BESIDE:
        return None
    size, url = head.get("content-length", ""), head.get("warc-target-uri", "")
    if head.get("warc-type") != "response" or not size.isdigit() or not url.startswith("http") or " " in url:
        return Odd.ODD
    block = memoryview(content)[start + len(END) : start + len(END) + int(size)]
    body = content.find(END, start + len(END), start + len(END) + int(size))
    http = _fields(content[start + len(END) : body]) if body > 0 else None
    if http is None or "transfer-encoding" in http:
        return Odd.ODD
    if len(block) < int(size):
        raise EOFError("the record is cut short")
    if content[start + len(END) + int(size) :].strip():
        raise ArchiveLoadFailed(GOES_ON)
    payload = content[body + len(END) : start + len(END) + int(size)]
    for name, part in (("warc-block-digest", block), ("warc-payload-digest", payload)):
        if written := head.get(name):
            if (right := _is_digest(written, part)) is None:
                return Odd.ODD
            if not right:
                raise ArchiveLoadFailed(f"{name} is {written[:80]!r}, and another by its bytes")
            break  # the payload lies in the block
    return Response(
        offset,
        length,
        datetime.fromisoformat(head.get("warc-date", "")).astimezone(UTC),
        url,
        _status(http[""]),
        http.get("content-type", ""),
        http.get("content-encoding", ""),
        payload,
    )


def _fields(block: bytes) -> dict[str, str] | None:
    """The first value under each name (in lower case), and the first line under the empty one; None where it is odd."""
    try:
        first, *lines = block.decode().split("\r\n")
    except UnicodeDecodeError:
        return None
    found = {"": first}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or line[0] in " \t":
            return None
        found.setdefault(name.rstrip().lower(), value.strip())
    return found


def _status(line: str) -> int:
    words = line.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) < 5 else 0


def _is_digest(written: str, part: bytes | memoryview) -> bool | None:
    """None where it is of a kind, or in a spelling, that is rare."""
    algorithm, _, value = written.partition(":")
    if algorithm.lower() not in ("sha1", "sha256", "md5"):
        return None
    found = hashlib.new(algorithm.lower(), part, usedforsecurity=False)
    if len(value) == 2 * found.digest_size:
        return value.lower() == found.hexdigest()
    in_letters = base64.b32encode(found.digest()).decode()
    return value == in_letters if len(value) == len(in_letters) else None
