"""What hangs together through the bands of texts.

The texts of one band are only candidates. In order each is compared with the band's leaders so far and follows the first it
is a copy of, or leads. So the outcome of a band depends on nothing but its members. What hangs together through followers of
any band is one piece; in a band where all that are left are of one piece already, or no two of different pieces may be
copies, nothing more can be joined, and whom they follow is not asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from linker.compared import Compared
from linker.components import Forest
from linker.sketches import Flags, Numbers, Places

# More different texts than this in one band are no copies but common phrases; the rest of such a band leads itself.
LEADERS = 24
# Bands are gone through together that have so many open members for each text: what they join closes some that come later,
# while many small rounds cost more than they spare.
TOGETHER = 0.5
# Where a band has more pairs of different pieces than this for each of its members, it is not asked which may be copies.
PAIRS_EACH = 8

Bands = tuple[Places, Places]  # members, those of a band together and in order, and the band of each


def shared_bands(numbers: Numbers) -> Iterator[Bands]:
    """The bands with two members or more, those at one place of the texts' numbers at a time."""
    count, bands = numbers.shape
    here = np.arange(count, dtype=np.uint64)
    for place in range(bands):
        # Number and text in one: sorted in half the time of numbers alone with their texts beside them.
        both = np.sort(numbers[:, place].astype(np.uint64) << np.uint64(32) | here)
        values = (both >> np.uint64(32)).astype(np.int64)
        first = begins(values)
        shared = ~first | np.append(~first[1:], np.zeros(min(count, 1), dtype=bool))
        yield (both[shared] & np.uint64(0xFFFFFFFF)).astype(np.int64), values[shared] * bands + place


def begins(band: Places) -> Flags:
    """Whether each member is the first of its band."""
    return np.concatenate(([True], band[1:] != band[:-1]))[: len(band)]


def join(forest: Forest, compared: Compared, bands: Iterable[Bands], cluster: Places | None = None) -> None:
    """Let hang together in the forest what does through followers of these bands.

    Where these bands gave each text its `cluster`, one that a leader of another cluster met was no copy of it.
    """
    joining = _Joining(forest, compared, cluster)
    waiting: list[Bands] = []
    for members, band in bands:
        waiting.append(joining.open_ones(members, band))
        if sum(len(some) for some, _ in waiting) > TOGETHER * len(forest):
            joining.run(*map(np.concatenate, zip(*waiting, strict=True)))
            waiting = []
    if waiting:
        joining.run(*map(np.concatenate, zip(*waiting, strict=True)))


@dataclass(frozen=True, slots=True)
class _Joining:
    """All bands are gone through at once: in each round the first that is left of a band leads."""

    forest: Forest
    compared: Compared
    cluster: Places | None

    def open_ones(self, members: Places, band: Places) -> Bands:
        """Without the bands that are of one piece."""
        members, band = _of(self._in_pieces(members, band), members, band)
        return members, band

    def run(self, members: Places, band: Places) -> None:
        for _ in range(LEADERS):
            members, band = self.open_ones(members, band)
            if not len(members):
                return
            leads = begins(band)
            leader = members[leads][np.cumsum(leads) - 1]
            members, band, leader = _of(~leads, members, band, leader)
            members, band, leader = _of(~self._of_other_pieces(members, band, leader), members, band, leader)
            members, band, leader = _of(self._in_pieces(members, band), members, band, leader)
            members, band = _of(self._left(members, band, leader), members, band)

    def _in_pieces(self, members: Places, band: Places) -> Flags:
        """Whether the band of each member is not of one piece yet."""
        if not len(members):
            return np.zeros(0, dtype=bool)
        starts = np.flatnonzero(begins(band))
        piece = self.forest.least_of(members)
        several = np.minimum.reduceat(piece, starts) != np.maximum.reduceat(piece, starts)
        return np.repeat(several, np.diff(np.append(starts, len(members))))

    def _of_other_pieces(self, members: Places, band: Places, leader: Places) -> Flags:
        """Who follows a leader of another piece. At first one of each piece is asked: mostly, it speaks for all."""
        follows = np.zeros(len(members), dtype=bool)
        other = np.flatnonzero(self._apart(members, leader))
        other = other[self.compared.may_be(leader[other], members[other])]
        _, first = np.unique(band[other] * len(self.forest) + self.forest.least_of(members[other]), return_index=True)
        for some in (other[first], other):
            asked = some[self._apart(members[some], leader[some])]
            follows[asked] = self._follow(members[asked], leader[asked])
        return follows

    def _left(self, members: Places, band: Places, leader: Places) -> Flags:
        """Who may lead or follow in a round to come; no leader has anything to say to other pieces any more."""
        one, two, many = self._may_meet(members, band)
        asked = many.copy()
        asked[one] = asked[two] = True
        follows = np.zeros(len(members), dtype=bool)
        follows[asked] = self._alike(members[asked], leader[asked])
        open_ones = ~follows[one] & ~follows[two] & self._apart(members[one], members[two])
        goes_on = many | np.isin(band, band[one[open_ones]])
        rest = goes_on & ~asked
        follows[rest] = self._alike(members[rest], leader[rest])
        return goes_on & ~follows

    def _may_meet(self, members: Places, band: Places) -> tuple[Places, Places, Flags]:
        """Pairs of members that are of different pieces of a band and may be copies; and who is in a band of too many pairs."""
        if not len(members):
            return members, members, np.zeros(0, dtype=bool)
        first = begins(band)
        number = np.cumsum(first) - 1
        piece = self.forest.least_of(members)
        size = np.bincount(number)
        # Those of one piece with all others of the band are too many already in most that have too many: told without sorting.
        others = np.bincount(number, weights=piece != piece[first][number])
        few = (others * (size - others) <= PAIRS_EACH * size)[number]
        here = np.flatnonzero(few)
        order = here[np.lexsort((piece[here], number[here]))]
        # Each meets those of its band behind its own piece.
        begins_band = begins(number[order])
        piece_ends = _ends(begins_band | begins(piece[order]))
        meets = _ends(begins_band) - piece_ends
        few &= (np.bincount(number[order], weights=meets, minlength=len(size)) <= PAIRS_EACH * size)[number]
        meets[~few[order]] = 0
        one = np.repeat(np.arange(len(order)), meets)
        two = np.arange(len(one)) - np.repeat(np.cumsum(meets) - meets, meets) + np.repeat(piece_ends, meets)
        one, two = order[one], order[two]
        may = self.compared.may_be(members[one], members[two])
        return one[may], two[may], ~few

    def _alike(self, members: Places, leader: Places) -> Flags:
        follows = self.compared.may_be(leader, members)
        follows[follows] = self._follow(members[follows], leader[follows])
        return follows

    def _follow(self, members: Places, leader: Places) -> Flags:
        follows = self.compared.copies(leader, members, self.cluster)
        self.forest.add(members[follows], leader[follows])
        return follows

    def _apart(self, one: Places, other: Places) -> Flags:
        apart: Flags = self.forest.least_of(one) != self.forest.least_of(other)
        return apart


def _ends(first: Flags) -> Places:
    """For each place where the run it is in ends, by which are the first of theirs."""
    ends: Places = np.append(np.flatnonzero(first)[1:], len(first))
    place: Places = np.cumsum(first) - 1
    return np.asarray(ends[place])


def _of(chosen: Flags, *columns: Places) -> tuple[Places, ...]:
    return tuple(column[chosen] for column in columns)
