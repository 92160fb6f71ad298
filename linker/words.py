"""The words of wordings: what near-copies are told by."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from linker.sketches import Codes, Hashed, Spelled, bands_of, hashed, signatures_of
from linker.tables import wordings
from linker.wording import Wording
from store.database import chunks, plain_in

SKETCHED = 250  # at a time: what is worked out of so many stays near the processor
WIDTH = 8  # bytes of a word's hash, and of the two characters it is spelled by


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


def _together(words: Sequence[bytes]) -> Hashed:
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words)) // WIDTH
    return Hashed(np.frombuffer(b"".join(words), dtype=np.uint64), np.concatenate(([0], np.cumsum(lengths))))


class Words:
    """Wordings as they are compared, by digest. Those sketched in this run are held, others are read when they are asked for;
    when there are more than ROOM bytes, all are read again."""

    ROOM = 1_500_000_000

    def __init__(self) -> None:
        self.codes = Codes()
        self.held: dict[str, Spelled] = {}
        self.unsure: set[str] = set()  # those with a code that may be another word's as well
        self.taken = 0

    def hold(self, made: Iterable[Sketch]) -> None:
        """Remember these wordings."""
        for part in chunks(made, SKETCHED):
            self._spell([one.wording.digest for one in part], _together([one.words for one in part]))

    def forget(self) -> None:
        """Hold nothing any more."""
        self.held, self.taken = {}, 0

    def spelled(self, connection: Connection, digests: Sequence[str]) -> list[Spelled]:
        """These wordings, in this order; those not held must be stored."""
        there = list(map(self.held.get, digests))
        missing = [one for one, spelled in zip(digests, there, strict=True) if spelled is None]
        found: dict[str, Spelled] = {}
        for names, texts in _read(connection, missing):
            found.update(self._spell(names, texts))
        return [spelled or found[one] for one, spelled in zip(digests, there, strict=True)]

    def _spell(self, digests: Sequence[str], texts: Hashed) -> dict[str, Spelled]:
        made, unsure = self.codes.spelled(texts)
        self.unsure.update(one for one, is_unsure in zip(digests, unsure, strict=True) if is_unsure)
        size = WIDTH * len(texts.words)
        if self.taken + size > self.ROOM:
            self.forget()
        if size <= self.ROOM:
            self.held.update(zip(digests, made, strict=True))
            self.taken += size
        return dict(zip(digests, made, strict=True))


def hashed_words(connection: Connection, digests: Sequence[str]) -> Hashed:
    """The words of these stored wordings, in this order."""
    found: dict[str, bytes] = {}
    for names, texts in _read(connection, digests):
        found.update(zip(names, _apart(texts), strict=True))
    return _together([found[one] for one in digests])


def _read(connection: Connection, digests: Sequence[str]) -> Iterator[tuple[list[str], Hashed]]:
    query = select(wordings.c.wording, wordings.c.text)
    for rows in chunks(plain_in(connection, query, wordings.c.wording, digests), SKETCHED):
        yield [digest for digest, _ in rows], hashed(text for _, text in rows)
