"""Texts as numbers: a hash of each of their words, and the bands by which near-copies find each other.

MinHash (Broder 1997) over pairs of neighbouring words, banded, finds texts in which words were replaced, put in or left out;
a few bands over single words find those that say the same words in another order. A band's number depends on its text
alone, so it can be kept and compared with those of texts that come later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from store.database import chunks

Numbers = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Spelled = tuple[str, str]  # a text of a character a word: its words in the order of their codes, and as they stand

# Three rows a band over pairs of words: of 80 words, 16 changed (Jaccard near .45) are found 9 times in 10, 10 changed
# always; texts of different authors in one language (below .1) meet once in 50 pairs. Eight rows a band over single
# words: the same words in another order always meet, strangers of one language (near .25) once in 30,000 pairs.
PAIRS = (28, 3)
SINGLE = (2, 8)
BANDS = PAIRS[0] + SINGLE[0]
MARKS = 256  # bits in which a text's words leave a mark each
SIGNATURE = 1 + MARKS // 32  # numbers of a text's signature
SEED = 20_260_501
TOGETHER = 250  # texts whose words are hashed at a time
PAIRS_TOGETHER = 10_000  # so that what is worked out of them stays near the processor
# Codes are code points, so that a text can be compared as a string; those of surrogates stand for no character.
SURROGATES, PAST_SURROGATES = 0xD800, 0x800
BITS = 20  # of a code
PROBES = 32  # codes a word tries
# A word's hash is a polynomial over its bytes, modulo 2 to the 64: each byte's number times a power of BASE.
BASE = 0x9E3779B97F4A7C15
NUMBERS = np.random.Generator(np.random.PCG64(SEED)).integers(1, 1 << 63, size=0x100, dtype=np.uint64)


@dataclass(slots=True)
class Hashed:
    """Texts as hashes of their words: text n is `words[starts[n]:starts[n + 1]]`."""

    words: Hashes
    starts: Places

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, chosen: Places) -> "Hashed":
        """The texts at these places, in this order."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        shift = np.repeat(self.starts[chosen] - starts[:-1], lengths)
        return Hashed(self.words[np.arange(starts[-1]) + shift], starts)


class Codes:
    """Words as characters: the same for equal words of all texts that one of these spells.

    Each word takes the code of BITS its hash says, or the next that is free. Where none is free nearby, it shares one.
    """

    def __init__(self) -> None:
        self.taken = np.zeros(1 << BITS, dtype=np.uint64)  # by which word

    def spelled(self, texts: Hashed) -> tuple[list[Spelled], list[bool]]:
        """Each text, and whether a code of it may be another word's as well."""
        codes, shares = self._of(texts.words)
        owner = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(texts.starts))
        both = np.sort(owner << np.uint64(32) | codes)
        ordered = (both & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        one, other = _characters(ordered), _characters(codes)
        unsure = np.bincount(owner[shares].astype(np.int64), minlength=len(texts)) > 0
        return [(one[at:end], other[at:end]) for at, end in pairwise(texts.starts.tolist())], unsure.tolist()

    def _of(self, words: Hashes) -> tuple[Numbers, Flags]:
        """The code of each word, and whether it shares it."""
        codes = (words >> np.uint64(64 - BITS)).astype(np.uint32)
        shares = np.zeros(len(words), dtype=bool)
        left = np.flatnonzero(self.taken[codes] != words)
        for _ in range(PROBES):
            if not len(left):
                break
            code, word = codes[left], words[left]
            free = self.taken[code] == 0
            self.taken[code[free]] = word[free]  # of several, the last
            left = left[self.taken[code] != word]
            codes[left] = (codes[left] + np.uint32(1)) & np.uint32((1 << BITS) - 1)
        shares[left] = True
        return codes, shares


def _characters(codes: Numbers) -> str:
    return (
        np.where(codes < SURROGATES, codes, codes + np.uint32(PAST_SURROGATES))
        .astype("<u4")
        .tobytes()
        .decode("utf-32-le")
    )


def hashed(texts: Iterable[str]) -> Hashed:
    """The texts, whose words are set apart by single spaces, with words hashed: two different ones are taken for equal once
    in 10 to the 19."""
    words: list[Hashes] = []
    lengths: list[int] = []
    for part in chunks(texts, TOGETHER):
        lengths += [text.count(" ") + 1 for text in part]
        words.append(_hashed(" ".join(part).encode()))
    starts = np.concatenate(([0], np.cumsum(np.array(lengths, dtype=np.int64))))
    return Hashed(np.concatenate(words) if words else np.zeros(0, dtype=np.uint64), starts)


def _hashed(words: bytes) -> Hashes:
    """The hash of each of the words between spaces: a difference of two sums, moved to where every word begins alike."""
    letters = np.frombuffer(words, dtype=np.uint8)
    up, down = _powers(1 << len(words).bit_length())
    sums = np.zeros(len(words) + 1, dtype=np.uint64)
    np.cumsum(NUMBERS[letters] * up[: len(words)], out=sums[1:])
    ends = np.append(np.flatnonzero(letters == ord(" ")), len(words))
    begins = np.concatenate(([0], ends[:-1] + 1))
    return mixed((sums[ends] - sums[begins]) * down[begins])


@lru_cache(maxsize=4)
def _powers(count: int) -> tuple[Hashes, Hashes]:
    """So many powers of BASE and of its inverse."""
    bases = np.full((2, count), [[BASE], [pow(BASE, -1, 1 << 64)]], dtype=np.uint64)
    bases[:, 0] = 1
    up, down = np.cumprod(bases, axis=1, dtype=np.uint64)
    return up, down


def bands_of(texts: Hashed) -> Numbers:
    """For each text its BANDS numbers; texts that have the same number at the same place are candidates."""
    if not len(texts):
        return np.zeros((0, BANDS), dtype=np.uint32)
    hashes = texts.words
    follows = mixed(hashes[:-1] * np.uint64(BASE) + hashes[1:])
    within = np.ones(len(follows), dtype=bool)
    within[texts.starts[1:-1] - 1] = False
    alone = np.diff(texts.starts) == 1
    pairs = np.concatenate(([0], np.cumsum(np.diff(texts.starts) - 1)))
    bands = np.hstack((_banded(follows[within], pairs, *PAIRS), _banded(hashes, texts.starts, *SINGLE)))
    bands[alone, : PAIRS[0]] = hashes[texts.starts[:-1][alone], None] >> np.uint64(32)  # no pair to go by
    return bands


def signatures_of(texts: Hashed) -> Numbers:
    """For each text how many words it has, and the marks they leave in MARKS bits, 32 to a number.

    What two texts have in common is bounded by them without their words: by `Bounds`.
    """
    lengths = np.diff(texts.starts)
    marks = np.zeros((len(texts), MARKS), dtype=bool)
    marks[np.repeat(np.arange(len(texts)), lengths), texts.words >> np.uint64(64 - (MARKS - 1).bit_length())] = True
    return np.hstack((lengths[:, None].astype("<u4"), np.packbits(marks, axis=1).view("<u4")))


class Bounds:
    """What texts, known by their places, have in common at most: a mark that only one has is a word that only it has."""

    def __init__(self, signatures: Numbers) -> None:
        self.lengths = signatures[:, 0].astype(np.int64)
        self.marks = np.ascontiguousarray(signatures[:, 1:]).view(np.uint64)
        self.hidden = self.lengths - np.bitwise_count(self.marks).sum(
            axis=1, dtype=np.int64
        )  # words behind others' marks

    def __len__(self) -> int:
        return len(self.lengths)

    def common(self, left: Places, right: Places) -> npt.NDArray[np.float64]:
        """Pair by pair: the share of the longer text's words that the two have in common is no greater."""
        shares = np.empty(len(left))
        for at in range(0, len(left), PAIRS_TOGETHER):
            one, other = left[at : at + PAIRS_TOGETHER], right[at : at + PAIRS_TOGETHER]
            both = np.bitwise_count(self.marks.take(one, axis=0) & self.marks.take(other, axis=0)).astype(np.int64)
            # Column by column: numpy sums short rows slowly.
            common = sum(both.T[1:], both.T[0]) + np.minimum(self.hidden.take(one), self.hidden.take(other))
            longer = np.maximum(self.lengths.take(one), self.lengths.take(other))
            shares[at : at + PAIRS_TOGETHER] = common / np.maximum(longer, 1)
        return shares


def _banded(hashes: npt.NDArray[np.uint64], starts: Places, bands: int, rows: int) -> Numbers:
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, starts.astype(np.uint64), bands * rows, SEED)
    count = len(starts) - 1
    least = np.fromiter(chain.from_iterable(matrix.to_rows()), dtype=np.uint64, count=count * bands * rows)
    least = least.reshape(count, bands, rows)
    numbers = np.zeros((count, bands), dtype=np.uint64)
    for row in range(rows):
        numbers = mixed((numbers ^ least[:, :, row]) * np.uint64(BASE))
    return (numbers >> np.uint64(32)).astype(np.uint32)


def mixed(values: Hashes) -> Hashes:
    """The numbers, each bit of which depends on many of those given."""
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))
