"""Which texts are near-copies of each other.

By their words, exactly: where most stand in common order, or nearly all in any order.
"""

from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from linker.sketches import Bounds, Codes, Flags, Hashed, Numbers, Places, Spelled
from linker.wording import COPY, REORDERED

PAIRS_TOGETHER = 20_000  # compared at a time: their texts are in memory
ORDERED, STANDING = 0, 1  # the two orders of the words of a spelled text
ALONE = 2_000  # pairs for which threads are not worth beginning
SPELLED = 250  # texts at a time, so that what is worked out of them stays near the processor


# Pairs of places, as one number each (the first, times how many texts there are, and the other), in order; and whether they
# are copies.
Outcomes = tuple[Places, Flags]
NOTHING: Outcomes = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))


class Texts(Protocol):
    """Texts by their places, as `Codes.spelled` gives them and as hashes of their words."""

    def spelled(self, places: Places, /) -> list[Spelled]: ...
    def unsure(self, places: Places, /) -> Flags: ...
    def hashed(self, places: Places, /) -> Hashed: ...


class Given:
    """Texts that are all in memory."""

    def __init__(self, texts: Hashed) -> None:
        self.hashed = texts.of
        codes = Codes()
        self.texts: list[Spelled] = []
        unsure: list[bool] = []
        for start in range(0, len(texts), SPELLED):
            made, flags = codes.spelled(texts.of(np.arange(start, min(start + SPELLED, len(texts)))))
            self.texts += made
            unsure += flags
        self.flags = np.array(unsure, dtype=bool)

    def spelled(self, places: Places) -> list[Spelled]:
        """The texts at these places."""
        return [self.texts[one] for one in places.tolist()]

    def unsure(self, places: Places) -> Flags:
        """Whether these texts may have a code in common without the word."""
        return self.flags[places]


class Compared:
    """Which texts, known by their places, are near-copies of which. Most that are none are told by their signatures; the rest
    of the pairs is compared once, however many bands it meets in, and texts are asked for when they are needed."""

    def __init__(self, texts: Texts, signatures: Numbers, known: Outcomes = NOTHING) -> None:
        self.texts = texts
        self.bounds = Bounds(signatures)
        self.known = known  # what was compared before
        self.runs: list[Outcomes] = []  # of pairs asked for so far; each at least twice the next

    @property
    def count(self) -> int:
        """How many texts there are."""
        return len(self.bounds)

    def may_be(self, left: Places, right: Places) -> Flags:
        """For each pair of places whether the two may be near-copies, by their signatures."""
        # A hair below, for the share that is compared exactly is worked out in another way.
        return self.bounds.common(left, right) > COPY - 1e-9

    def copies(self, left: Places, right: Places, cluster: Places | None = None) -> Flags:
        """For each pair that may be, whether the two are near-copies; those of different clusters are known not to be."""
        pairs, back = np.unique(left * self.count + right, return_inverse=True)
        copies, fresh = np.zeros(len(pairs), dtype=bool), np.ones(len(pairs), dtype=bool)
        for some in self.runs:
            fresh &= ~_look_up(some, pairs, copies)
        if fresh.any():
            asked, found = pairs[fresh], copies[fresh]
            unknown = ~_look_up(self.known, asked, found)
            found[unknown] = self._looked_at(asked[unknown], cluster)
            copies[fresh] = found
            self._keep(asked, found)
        return copies[back]

    def asked(self, *, new: bool) -> Outcomes:
        """What was asked for, or of that only what is `new`, not known before."""
        pairs, copies = map(np.concatenate, zip(NOTHING, *self.runs, strict=True))
        if new:
            unknown = ~_look_up(self.known, pairs, copies)
            pairs, copies = pairs[unknown], copies[unknown]
        order = np.argsort(pairs)
        return pairs[order], copies[order]

    def moved(self, texts: Texts, signatures: Numbers, known: Outcomes, to: Places) -> None:
        """The texts, now among as many as have `signatures`, are from now on at the places `to`, in the same order."""
        before, count = self.count, len(signatures)
        self.runs = [(to[pairs // before] * count + to[pairs % before], copies) for pairs, copies in self.runs]
        self.texts, self.bounds, self.known = texts, Bounds(signatures), known

    def _keep(self, pairs: Places, copies: Flags) -> None:
        """Runs of like length become one: a pair is moved as often as lengths double, not with every new one."""
        while self.runs and len(self.runs[-1][0]) < 2 * len(pairs):
            others, found = self.runs.pop()
            pairs, copies = np.concatenate((others, pairs)), np.concatenate((found, copies))
            order = np.argsort(pairs, kind="stable")  # two runs in order: merged, not sorted
            pairs, copies = pairs[order], copies[order]
        self.runs.append((pairs, copies))

    def _looked_at(self, pairs: Places, cluster: Places | None) -> Flags:
        copies = np.zeros(len(pairs), dtype=bool)
        open_ones = np.arange(len(pairs))
        if cluster is not None:
            open_ones = np.flatnonzero(cluster[pairs // self.count] == cluster[pairs % self.count])
        left, right = pairs[open_ones] // self.count, pairs[open_ones] % self.count
        open_ones = open_ones[_side_by_side(left, right)]
        for start in range(0, len(open_ones), PAIRS_TOGETHER):
            part = open_ones[start : start + PAIRS_TOGETHER]
            copies[part] = self._decided(pairs[part])
        return copies

    def _decided(self, pairs: Places) -> Flags:
        chosen, places = np.unique(np.concatenate((pairs // self.count, pairs % self.count)), return_inverse=True)
        texts = self.texts.spelled(chosen)
        one, other = np.split(places, 2)
        # Of two texts in the order of their words, what is common in order is all that is common.
        common = _likeness(texts, one, other, ORDERED)
        copies = common >= REORDERED
        open_ones = np.flatnonzero(~copies & (common >= COPY))
        copies[open_ones] = _likeness(texts, one[open_ones], other[open_ones], STANDING) >= COPY
        unsure = self.texts.unsure(chosen)
        for pair in np.flatnonzero(copies & (unsure[one] | unsure[other])):
            copies[pair] = _alike_as_lists(self.texts.hashed(np.array([chosen[one[pair]], chosen[other[pair]]])))
        return copies


def _look_up(outcomes: Outcomes, pairs: Places, copies: Flags) -> Flags:
    """Which of the pairs are in the outcomes; those have their place in `copies` set."""
    compared, found = outcomes
    place = np.asarray(np.searchsorted(compared, pairs), dtype=np.int64)
    met = equal_at(compared, place, pairs)
    copies[met] = found[place[met]]
    return met


def _side_by_side(left: Places, right: Places) -> Places:
    """The order of these pairs, given by their left, in which those of one right stand together, next to others whose first
    left is the same: a text is then made ready for few parts of them."""
    _, first, back = np.unique(right, return_index=True, return_inverse=True)
    return np.asarray(np.lexsort((left, right, left[first][back])), dtype=np.int64)


def equal_at(ordered: npt.NDArray[Any], place: Places, values: npt.NDArray[Any]) -> Flags:
    """Whether each value stands at its place in `ordered`; none does past the end."""
    inside = place < len(ordered)
    inside[inside] = ordered[place[inside]] == values[inside]
    return inside


def _likeness(texts: list[Spelled], left: Places, right: Places, order: int) -> npt.NDArray[np.float64]:
    """Share of the longer text's words that both have in common in that order; 0 where it is below COPY."""
    return cpdist(
        [texts[one][order] for one in left.tolist()],
        [texts[one][order] for one in right.tolist()],
        scorer=LCSseq.normalized_similarity,
        score_cutoff=COPY,
        dtype=np.float64,
        workers=-1 if len(left) > ALONE else 1,
    )


def _alike_as_lists(pair: Hashed) -> bool:
    """The same for two texts, word by word: where there are more words than characters."""
    one, other = (pair.words[start:end].tolist() for start, end in pairwise(pair.starts.tolist()))
    same = LCSseq.normalized_similarity
    return same(sorted(one), sorted(other)) >= REORDERED or same(one, other) >= COPY
