"""The wording of an ad: its masked text as compared, and the numbers by which near-copies find each other.

Case, punctuation and spacing carry no authorship; emoji, symbols and every script do and are kept. Texts are compared by
their pairs of neighbouring words (shingles). MinHash (Broder 1997) with banding brings candidates together; whether
two are near-copies is then decided on the words themselves.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rensa import RMinHash

# Masks; words; single characters of scripts written without spaces; every other visible symbol, punctuation left out.
TOKEN = re.compile(
    r"_[a-z]+_|[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af]+"
    r"|[^\w\s!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f\u00a1\u00ab\u00b7\u00bb\u00bf\ufe0f]"
)
# Fewer words than this, masks not counted, say nothing about who wrote them ("call me now").
SHORTEST = 12
LONGEST = 2_000  # words compared; a longer text is cut
# Three rows a band over pairs of words: of 80 words, 16 changed (Jaccard near .45) are found 9 times in 10, 10 changed
# always; texts of different authors in one language (below .1) meet once in 50 pairs.
BANDS, ROWS, SEED = 20, 3, 20_260_501
# Share of words in common order from which two texts are copies: a changed word in five leaves .8.
COPY = 0.7
# Share of shingles from which two texts are copies whatever the order, and below which they are none.
SURE, CHANCE = 0.55, 0.25


@dataclass(frozen=True, slots=True)
class Wording:
    """Normalised text, and its digest; the digest is empty where the text is too short to compare."""

    digest: str
    text: str

    @property
    def tokens(self) -> list[str]:
        """The words as compared."""
        return self.text.split(" ") if self.text else []


def wording_of(masked: str) -> Wording:
    """Normalise a masked text."""
    tokens = TOKEN.findall(masked.casefold())[:LONGEST]
    text = " ".join(tokens)
    if sum(token[0] != "_" for token in tokens) < SHORTEST:
        return Wording("", text)
    return Wording(hashlib.blake2b(text.encode(), digest_size=10).hexdigest(), text)


def shingles(tokens: Sequence[str]) -> frozenset[str]:
    """Pairs of neighbouring words."""
    return frozenset(map(" ".join, pairwise(tokens)))


def bands_of(texts: Sequence[str]) -> Iterator[list[int]]:
    """For each text the BANDS numbers by which candidates are found; each names its band too."""
    sets = [sorted(shingles(text.split(" "))) for text in texts]
    if not sets:
        return
    rows = RMinHash.digest_matrix_from_token_sets(sets, BANDS * ROWS, SEED).to_rows()
    values = np.asarray(rows, dtype=np.uint64).reshape(len(texts), BANDS, ROWS)
    mixed = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for row in range(ROWS):
        mixed = (mixed ^ values[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    # 56 bits of hash and the band's number: fits a signed 64-bit column.
    numbers = (mixed >> np.uint64(9)) // np.uint64(BANDS) * np.uint64(BANDS) + np.arange(BANDS, dtype=np.uint64)
    yield from numbers.astype(np.int64).tolist()


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared shingles over all shingles."""
    both = len(left & right)
    return both / (len(left) + len(right) - both) if both else 0.0
