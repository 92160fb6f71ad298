"""Whole words of a list in a text, by one pass of an Aho-Corasick automaton.

An expression that looks everywhere in an ad costs more than all the rest of its extractor; a word that has to stand there is
found for all lists in a few microseconds. Extractors look for such words first and match their expressions only beside them.
The automaton is ahocorasick-rs: linear, compiled, offsets in code points.
"""

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick


class Triggers:
    """The words of a list, where they stand as whole words of a folded text.

    A word may hold blanks and signs. With `whole=False` it is found inside other words too.
    """

    def __init__(self, words: Iterable[str], *, whole: bool = True) -> None:
        self.words = tuple(sorted(set(words)))
        self._automaton = AhoCorasick(self.words)
        self._whole = whole

    def __call__(self, text: str) -> list[tuple[int, int, int]]:
        """(word's index in `words`, start, end) of every hit, by where it ends; hits may overlap."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not self._whole:
            return hits
        last = len(text)
        return [
            hit
            for hit in hits
            if not (
                (hit[1] and _joins(text[hit[1] - 1]) and _joins(text[hit[1]]))
                or (hit[2] < last and _joins(text[hit[2]]) and _joins(text[hit[2] - 1]))
            )
        ]


def _joins(letter: str) -> bool:
    return letter.isalnum() or letter == "_"
