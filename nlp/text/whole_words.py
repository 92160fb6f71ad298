"""A text with blanks for its signs, and thousands of names found in it as whole words, in one pass.

An automaton that sees only words and blanks finds whole words by itself: each name is looked for with a blank on either side.
That matters for a gazetteer, where a search inside words would hit ten times as often.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.extractor import Run

MOST = 1_000  # hits looked at in one field: an ad has a handful, a text made to hurt has any number
# Everything but letters, digits and the apostrophe, which belongs to words.
# Letters of Western Europe lose their accents.
PLAIN = [unicodedata.normalize("NFD", chr(code))[0] for code in range(256)]
BLANKS = bytes(ord(one) if (one.isalnum() and one.isascii()) or one == "'" else 0x20 for one in PLAIN)


def spaced(text: str) -> str:
    """`text` with a blank for each sign and each character outside Latin-1, and one blank more before and after it."""
    return f" {text.encode('latin-1', 'replace').translate(BLANKS).decode('ascii')} "


class WholeWords:
    """Names of one word or more, in letters as `spaced` leaves them."""

    def __init__(self, names: Iterable[str], *, fast: bool = False) -> None:
        """`fast` takes ten times the memory: for hundreds of names, not for thousands."""
        self._automaton = AhoCorasick(
            [f" {name} " for name in names], implementation=Implementation.DFA if fast else None
        )

    def __call__(self, text: str) -> list[tuple[int, int, int]]:
        """(the name's position, where it starts, where it ends plus two) in the text whose `spaced` is `text`.

        The hits are by their ends and may overlap. The two are the blanks: taking them off here would cost as much again.
        """
        return self._automaton.find_matches_as_indexes(text, overlapping=True)


def bounded(hits: list[tuple[int, int, int]], fields: Sequence[Run]) -> list[tuple[int, int, int]]:
    """The hits, but of each field only the first MOST."""
    if len(hits) <= MOST:
        return hits
    kept = []
    for run in fields:
        first = bisect_left(hits, run.start + 2, key=lambda hit: hit[2])
        kept += [hit for hit in hits[first : first + MOST] if hit[2] <= run.end + 2]
    return kept
