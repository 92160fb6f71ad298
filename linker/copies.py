"""Which wordings are near-copies of each other: leaders within a band, clusters over all bands.

The wordings of one band are only candidates. In order of their digests each is compared with the band's leaders so far and
follows the first it is a copy of, or leads. So a band costs as many comparisons as it has wordings times different
texts, and its outcome depends on nothing but its members. A cluster is what hangs together through followers of any band.

Two wordings are copies by their words, exactly: where most stand in common order, or nearly all in any order.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from linker.components import Forest
from linker.sketches import Codes, Flags, Hashed, Numbers, Places, bands_of, common_at_most, hashed, signatures_of
from linker.wording import COPY, REORDERED
from store.spread import HERE, Spread

# More different texts than this in one band are no copies but common phrases; the rest of such a band leads itself.
LEADERS = 24
# Pairs compared, and bands gone through, at a time: their texts and places are in memory.
PAIRS_TOGETHER, PLACES_TOGETHER = 20_000, 8_000_000
SPELLED = 250  # texts at a time, so that what is worked out of them stays near the processor
PLACES_APART = 20_000  # of a part that is sent to a worker
SIGNATURES_TOGETHER = 50_000  # pairs: what is worked out of so many stays near the processor

Edges = tuple[Places, Places]  # followers, and whom each follows
EMPTY: Places = np.zeros(0, dtype=np.int64)


def clusters(texts: Mapping[str, str], spread: Spread = HERE) -> Mapping[str, str]:
    """Each digest of `texts` (digest to text) with the least digest of its cluster; bands are gone through over `spread`."""
    digests = sorted(texts)
    given = hashed(texts[one] for one in digests)
    bands = shared_bands(bands_of(given))
    if not spread.scheduler:
        compared = Compared(Given(given), signatures_of(given))
        found: Iterable[Edges] = (followers(compared, members, band) for members, band in bands)
    else:
        found = spread.map(_followers_in, (part for pair in bands for part in _apart(given, *pair)))
    forest = Forest(len(digests))
    for follower, leader in found:
        forest.add(follower, leader)
    return {digest: digests[one] for digest, one in zip(digests, forest.least().tolist(), strict=True)}


def shared_bands(numbers: Numbers) -> Iterator[Edges]:
    """The bands with two members or more, many at a time: the members by band and in order, and the band of each."""
    count, bands = numbers.shape
    if not count:
        return
    step = max(1, PLACES_TOGETHER // count)
    for first in range(0, bands, step):
        places, owners = [], []
        for band in range(first, min(first + step, bands)):
            order = np.argsort(numbers[:, band], kind="stable")
            values = numbers[order, band]
            same = values[1:] == values[:-1]
            shared = np.concatenate((same, [False])) | np.concatenate(([False], same))
            places.append(order[shared])
            owners.append(values[shared].astype(np.int64) * bands + band)
        yield np.concatenate(places), np.concatenate(owners)


def followers(compared: "Compared", members: Places, band: Places, cluster: Places | None = None) -> Edges:
    """Who follows whom in these bands; members of one band stand together, in order. Leaders are left out.

    All bands are gone through at once: in each round the first that is left of a band leads, and what is a copy of it follows.
    Where these bands gave each text its `cluster`, one that a leader of another cluster met was no copy of it.
    """
    found: list[Edges] = [(EMPTY, EMPTY)]
    for _ in range(LEADERS):
        if not len(members):
            break
        leads = np.concatenate(([True], band[1:] != band[:-1]))
        leader = members[leads][np.cumsum(leads) - 1]
        members, band, leader = members[~leads], band[~leads], leader[~leads]
        copies = compared.alike(leader, members, cluster)
        found.append((members[copies], leader[copies]))
        members, band = members[~copies], band[~copies]
    follower, leader = map(np.concatenate, zip(*found, strict=True))
    return follower, leader


def _apart(texts: Hashed, members: Places, band: Places) -> Iterator[tuple[Places, Hashed, Places, Places]]:
    """Bands in parts that stand for themselves, each with the texts of its members; a band is never cut."""
    starts = np.flatnonzero(np.concatenate(([True], band[1:] != band[:-1])))[: len(band)]
    first = 0
    while first < len(band):
        after = starts[np.searchsorted(starts, first + PLACES_APART) :]
        end = int(after[0]) if len(after) else len(band)
        chosen, places = np.unique(members[first:end], return_inverse=True)
        yield chosen, texts.of(chosen), places.astype(np.int64), band[first:end]
        first = end


def _followers_in(part: tuple[Places, Hashed, Places, Places]) -> Edges:
    chosen, texts, members, band = part
    follower, leader = followers(Compared(Given(texts), signatures_of(texts)), members, band)
    return chosen[follower], chosen[leader]


class Texts(Protocol):
    """Texts by their places, as `Codes.spelled` gives them and as hashes of their words."""

    def spelled(self, places: Places, /) -> tuple[list[str], Flags]: ...
    def hashed(self, places: Places, /) -> Hashed: ...


class Given:
    """Texts that are all in memory."""

    def __init__(self, texts: Hashed) -> None:
        self.hashed = texts.of
        codes = Codes()
        self.strings: list[str] = []
        self.unsure: list[bool] = []
        for start in range(0, len(texts), SPELLED):
            strings, unsure = codes.spelled(texts.of(np.arange(start, min(start + SPELLED, len(texts)))))
            self.strings += strings
            self.unsure += unsure

    def spelled(self, places: Places) -> tuple[list[str], Flags]:
        """The texts at these places."""
        return [self.strings[one] for one in places.tolist()], np.array(self.unsure, dtype=bool)[places]


class Compared:
    """Which texts, known by their places, are near-copies of which. Most that are none are told by their signatures; the rest
    of the pairs is compared once, however many bands it meets in, and texts are asked for when they are needed."""

    def __init__(self, texts: Texts, signatures: Numbers) -> None:
        self.texts = texts
        self.signatures = signatures
        self.count = len(signatures)
        self.runs: list[tuple[Places, Flags]] = []  # of pairs compared so far, in order; each at least twice the next

    def alike(self, left: Places, right: Places, cluster: Places | None = None) -> Flags:
        """For each pair of places whether the two are near-copies; those of different clusters are known not to be."""
        alike = self._may_be(left, right)
        pairs, back = np.unique(left[alike] * self.count + right[alike], return_inverse=True)
        copies, fresh = np.zeros(len(pairs), dtype=bool), np.ones(len(pairs), dtype=bool)
        for compared, found in self.runs:
            place = np.asarray(np.searchsorted(compared, pairs), dtype=np.int64)
            met = equal_at(compared, place, pairs)
            copies[met] = found[place[met]]
            fresh &= ~met
        if fresh.any():
            copies[fresh] = self._looked_at(pairs[fresh], cluster)
            self._keep(pairs[fresh], copies[fresh])
        alike[alike] = copies[back]
        return alike

    def moved(self, texts: Texts, signatures: Numbers, to: Places) -> None:
        """The texts, now among as many as have `signatures`, are from now on at the places `to`, in the same order."""
        before, self.count = self.count, len(signatures)
        self.runs = [(to[pairs // before] * self.count + to[pairs % before], copies) for pairs, copies in self.runs]
        self.texts, self.signatures = texts, signatures

    def _may_be(self, left: Places, right: Places) -> Flags:
        may = np.zeros(len(left), dtype=bool)
        for at in range(0, len(left), SIGNATURES_TOGETHER):
            part = slice(at, at + SIGNATURES_TOGETHER)
            # A hair below, for the share that is compared exactly is worked out in another way.
            may[part] = common_at_most(self.signatures[left[part]], self.signatures[right[part]]) > COPY - 1e-9
        return may

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
        strings, unsure = self.texts.spelled(chosen)
        one, other = places[: len(pairs)], places[len(pairs) :]
        # Of two texts in the order of their words, what is common in order is all that is common.
        common = _likeness([text[: len(text) // 2] for text in strings], one, other)
        copies = common >= REORDERED
        open_ones = np.flatnonzero(~copies & (common >= COPY))
        as_they_stand = [text[len(text) // 2 :] for text in strings] if len(open_ones) else []
        copies[open_ones] = _likeness(as_they_stand, one[open_ones], other[open_ones]) >= COPY
        for pair in np.flatnonzero(copies & (unsure[one] | unsure[other])):
            copies[pair] = _alike_as_lists(self.texts.hashed(np.array([chosen[one[pair]], chosen[other[pair]]])))
        return copies


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


def _likeness(strings: list[str], left: Places, right: Places) -> npt.NDArray[np.float64]:
    """Share of the longer text's words that both have in common order; 0 where it is below COPY."""
    return cpdist(
        [strings[one] for one in left.tolist()],
        [strings[one] for one in right.tolist()],
        scorer=LCSseq.normalized_similarity,
        score_cutoff=COPY,
        dtype=np.float64,
        workers=-1,
    )


def _alike_as_lists(pair: Hashed) -> bool:
    """The same for two texts, word by word: where there are more words than characters."""
    one, other = (pair.words[start:end].tolist() for start, end in pairwise(pair.starts.tolist()))
    same = LCSseq.normalized_similarity
    return same(sorted(one), sorted(other)) >= REORDERED or same(one, other) >= COPY
