"""The words of wordings, hashed: what near-copies are told by."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from linker.sketches import Hashed, bands_of, hashed, signatures_of
from linker.tables import wordings
from linker.wording import Wording
from store.database import chunks, select_in

SKETCHED = 250  # at a time: what is worked out of so many stays near the processor
WIDTH = 8  # bytes of a word's hash


class Sketch(NamedTuple):
    """A wording with its bands and signature as they are stored, and the hashes of its words."""

    wording: Wording
    bands: bytes
    signature: bytes
    words: bytes


def sketched(made: Sequence[Wording]) -> list[Sketch]:
    """What is to be stored and held of each wording."""
    found: list[Sketch] = []
    for part in chunks(made, SKETCHED):
        texts = hashed(one.text for one in part)
        stored = (map(bytes, numbers.astype("<u4")) for numbers in (bands_of(texts), signatures_of(texts)))
        found += map(Sketch, part, *stored, _apart(texts))
    return found


def _apart(texts: Hashed) -> list[bytes]:
    whole = texts.words.tobytes()
    bounds = (texts.starts * WIDTH).tolist()
    return [whole[start:end] for start, end in pairwise(bounds)]


class Words:
    """The hashed words of wordings, by digest. Those sketched in this run are held, others are read when they are asked for;
    when there are more than ROOM bytes, all are read again."""

    ROOM = 1_500_000_000

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.taken = 0

    def hold(self, digest: str, words: bytes) -> None:
        """Remember these words of a wording."""
        if self.taken + len(words) > self.ROOM:
            self.forget()
        self.held[digest] = words
        self.taken += len(words)

    def forget(self) -> None:
        """Hold nothing any more."""
        self.held, self.taken = {}, 0

    def of(self, connection: Connection, digests: Sequence[str]) -> Hashed:
        """The words of these wordings, in this order; those not held must be stored."""
        found = {one: words for one in digests if (words := self.held.get(one)) is not None}
        missing = [one for one in digests if one not in found]
        query = select(wordings.c.wording, wordings.c.text)
        for rows in chunks(select_in(connection, query, wordings.c.wording, missing), SKETCHED):
            for row, words in zip(rows, _apart(hashed(row.text for row in rows)), strict=True):
                found[row.wording] = words
                self.hold(row.wording, words)
        texts = [found[one] for one in digests]
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) // WIDTH
        starts = np.concatenate(([0], np.cumsum(lengths)))
        return Hashed(np.frombuffer(b"".join(texts), dtype=np.uint64), starts)
