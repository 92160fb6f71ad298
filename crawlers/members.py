"""A gzip archive member by member: each is a record, unpacked and checked to its last byte before anybody reads it.

A library that unpacks while it reads tells a broken member only when it has passed it, or takes it for one that is not packed.
Here the damage always has the place of the member that is damaged.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crawlers.page import BODY_LIMIT

GZIP = b"\x1f\x8b\x08"
STARTS = (b"WARC/", b"filedesc:", b"http:", b"https:", b"dns:", b"ftp:")  # how a record of a WARC or ARC file begins
BLOCK = 16 * 1024  # what is left of a block is copied for each member in it
HELD = BODY_LIMIT + 1024 * 1024  # no page is larger; what is, is unpacked only to be checked
CHECKED = 1024 * 1024  # at a time, of what is not held
FIRST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member: where it lies, and what it holds, of a very large one the begin (then it is not `whole`)."""

    offset: int
    length: int
    content: bytes
    whole: bool


class MemberError(Exception):
    """A member that cannot be unpacked, with its place."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset


def members(handle: BinaryIO, start: int) -> Iterator[Member]:
    """The members from `start` on. Raises MemberError at the first that is damaged or cut short, and at bytes that are none."""
    handle.seek(start)
    offset, packed = start, handle.read(BLOCK)
    while packed:
        machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        parts, held, fed = [], 0, 0
        try:
            while not machine.eof:
                room = max(HELD - held, CHECKED)
                part = machine.decompress(packed, room)
                if held < HELD:
                    parts.append(part)
                held += len(part)
                left = machine.unused_data if machine.eof else machine.unconsumed_tail
                fed += len(packed) - len(left)
                packed = left
                if not packed and not machine.eof and len(part) < room and not (packed := handle.read(BLOCK)):
                    raise MemberError(offset, "the record is cut short")
        except zlib.error as problem:
            raise MemberError(offset, f"the record cannot be unpacked: {problem}") from None
        yield Member(offset, fed, b"".join(parts), held <= HELD)
        offset += fed
        packed = packed or handle.read(BLOCK)


def starts_record(handle: BinaryIO, offset: int) -> bool:
    """Whether the gzip member at `offset` unpacks to the begin of a record; three bytes alone may stand anywhere."""
    handle.seek(offset)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(handle.read(BLOCK), FIRST_BYTES).startswith(STARTS)
    except zlib.error:
        return False
