"""Stretches: the parts of an ad that could hold a telephone number, found without looking at every word.

Runs of digits and number words are anchors. What stands between two of them decides whether they hang together; a gap is
judged once and remembered. Only where the anchors that hang together could come to a number's digits are words read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.chains import WIDEST, WORD
from nlp.digit_words import vocabulary
from nlp.digits import GUESSED, SPELLED
from nlp.mapped import BREAK

FEWEST_DIGITS = 7
# Between two anchors at most: a few words that may be digits, and their blanks.
GAP = 40
# As far to both sides of its anchors a stretch is read, and so much further to the end of a word.
MARGIN, WORD_REST = 24, 48
# The rest of a number is announced so close before it; its head has so many digits, it itself so many.
CUE, HEAD, TAIL = 24, 6, 3
# Of one stretch so many anchors are read at its head and at its tail; of an ad so many in all.
MOST_ANCHORS, MOST_READ = 300, 3000
REMEMBERED = 50_000
ANY_WORD, ALIKE = 4, 2  # so many certain digits make words beside them, or letters, worth a look
BESIDE = 3
BEHIND = re.compile(r"[^\w\n]{0,3}([^\W\d_]+)")
BEFORE = re.compile(r"([^\W\d_]+)[^\w\n]{0,3}\Z")
STOPS = frozenset(".!?\n$€£")

# An anchor: where it starts and ends, and for a word how many digits it may stand for.
Anchor = tuple[int, int] | tuple[int, int, int]


class Stretch(NamedTuple):
    """Anchors that hang together; what hangs with them stands between `floor` and `ceiling`."""

    anchors: Sequence[Anchor]
    floor: int
    ceiling: int

    def bounds(self, text: str) -> tuple[int, int]:
        """Which part of the text to read: the anchors and some whole words on both sides."""
        start, end = self.anchors[0][0] - MARGIN, self.anchors[-1][1] + MARGIN
        low, high = max(start, self.floor), min(end, self.ceiling)
        while self.floor < low > start - WORD_REST and text[low - 1].isalnum():
            low -= 1
        while high < self.ceiling and high < end + WORD_REST and text[high].isalnum():
            high += 1
        return low, high


class Group(NamedTuple):
    """Anchors `first` to `last` of a text, and how many digits they and the words between them may be."""

    first: int
    last: int
    digits: int


class _Gaps(dict[str, int]):
    """gap -> 0 where it parts its two sides, else one more than the digits that its words may be."""

    def __missing__(self, gap: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        self[gap] = judged = _judge(gap)
        return judged


GAPS = _Gaps()


def _judge(gap: str) -> int:
    if BREAK[1] in gap:
        return 0
    known = vocabulary()
    skip = known.separators | known.joiners | known.labels
    digits = 0
    ordinary: list[str] = []
    bridged = len(gap) <= WIDEST
    for match in WORD.finditer(gap):
        word = match[0]
        if runs := SPELLED[word] or GUESSED[word]:
            digits += sum(len(atom.digits) for run in runs for atom in run.atoms)
        elif word in known.times or word in known.hundreds:
            digits += 2
        elif match.start() and match.end() == len(gap) and (word in known.labels or word in known.fillers):
            bridged = True  # glued to the number after its country code: +44 call2079460142
        elif match.start() == 0 or match.end() == len(gap):
            if word in known.units or word not in known.fragments:
                ordinary.append(word)  # glued to digits: 120hr
                bridged = False
            digits += 1
        elif word in skip:
            bridged = True
        else:
            ordinary.append(word)
    if not ordinary:
        return 1 + digits if bridged or digits else 0
    alone = len(ordinary) == 1 and ordinary[0] not in known.units and bridged and STOPS.isdisjoint(gap)
    return 1 if alone else 0


@cache
def _words() -> tuple[AhoCorasick, int]:
    """The words to look for: those that stand for digits, and from the returned index on those that announce a rest."""
    known = vocabulary()
    digits = sorted({*known.strong, *known.tens, *known.times})
    cues = sorted(known.endings - set(digits))
    return AhoCorasick([*digits, *cues], matchkind=MatchKind.LeftmostLongest), len(digits)


def stretches(text: str, numbers: Sequence[tuple[int, int]]) -> list[Stretch]:
    """The stretches of a folded text, in order; `numbers` are the spans of its runs of digits."""
    anchors, cues = _anchors(text, numbers)
    if not anchors:
        return []
    groups = _groups(text, anchors)
    kept = {group for group in groups if group.digits >= ALIKE and _may_be_number(text, anchors, group)}
    if cues:
        kept.update(_announced(text, anchors, groups, cues))
    return [] if not kept else list(_cut(text, anchors, sorted(kept)))


def _anchors(text: str, numbers: Sequence[tuple[int, int]]) -> tuple[Sequence[Anchor], list[int]]:
    """Digits and whole number words, also words glued to each other or to digits; and where cues end."""
    automaton, first_cue = _words()
    hits = automaton.find_matches_as_indexes(text)
    if not hits:
        return numbers, []
    words: list[Anchor] = []
    cues: list[int] = []
    last = 0
    length = len(text)
    for index, (word, start, end) in enumerate(hits):
        free = not start or start == last or not (before := text[start - 1]).isalpha() or before == text[start]
        last = end
        if free and (
            end == length
            or not (after := text[end]).isalpha()
            or after == text[end - 1]
            or (index + 1 < len(hits) and hits[index + 1][1] == end)
        ):
            if word < first_cue:
                words.append((start, end, 2))
            else:
                cues.append(end)
    return (sorted([*numbers, *words]) if words else numbers), cues


def _groups(text: str, anchors: Sequence[Anchor]) -> list[Group]:
    groups: list[Group] = []
    first, digits, last = 0, 0, anchors[0][0]
    gaps = GAPS
    for index, anchor in enumerate(anchors):
        start, end = anchor[0], anchor[1]
        held = (gaps[text[last:start]] if start - last <= GAP else 0) if index else 1
        if held:
            digits += held - 1
        else:
            groups.append(Group(first, index - 1, digits))
            first, digits = index, 0
        digits += anchor[2] if len(anchor) == 3 else end - start
        last = end
    groups.append(Group(first, len(anchors) - 1, digits))
    return groups


def _may_be_number(text: str, anchors: Sequence[Anchor], group: Group) -> bool:
    """The digits suffice, or words that may be digits stand beside them."""
    if group.digits >= FEWEST_DIGITS:
        return True
    start, end = anchors[group.first][0], anchors[group.last][1]
    alike = vocabulary().look_alike_letters
    for near, match in (
        (text[max(start - 2, 0) : start], BEFORE.search),
        (text[end : end + 2], BEHIND.match),
    ):
        if group.digits < ANY_WORD and alike.isdisjoint(near):
            continue
        side = text[max(start - 12, 0) : start] if match == BEFORE.search else text[end : end + 12]
        if (found := match(side)) and (runs := SPELLED[found[1]]):
            if group.digits >= ANY_WORD or not runs[0].atoms[0].weak:
                return True
    return False


def _announced(text: str, anchors: Sequence[Anchor], groups: Sequence[Group], cues: Sequence[int]) -> Iterator[Group]:
    """Groups that could be the parts of a number in several places, where words announce its last part."""
    firsts = [group.first for group in groups]
    tails = set()
    for cue in cues:
        index = bisect_left(anchors, (cue,))
        if index < len(anchors) and anchors[index][0] - cue <= CUE:
            group = groups[bisect_left(firsts, index + 1) - 1]
            if group.digits > TAIL:
                tails.add(group)
    if tails:
        yield from tails
        for group in groups:
            start = anchors[group.first][0]
            if group.digits >= HEAD or text[max(start - 2, 0) : start].strip() == "+":
                yield group


def _cut(text: str, anchors: Sequence[Anchor], groups: Sequence[Group]) -> Iterator[Stretch]:
    """Each group as a stretch, the longest without their middle, and of too many the first and the last."""
    runs: list[tuple[int, int]] = []
    for first, last, _ in groups:
        if last - first < 2 * MOST_ANCHORS:
            runs.append((first, last))
        else:
            runs += ((first, first + MOST_ANCHORS - 1), (last - MOST_ANCHORS + 1, last))
    if anchors and sum(last - first + 1 for first, last in runs) > 2 * MOST_READ:
        head = _within(runs)
        runs = [*head, *reversed(_within(reversed(runs[len(head) :])))]
    for first, last in runs:
        floor = anchors[first - 1][1] if first else 0
        ceiling = anchors[last + 1][0] if last + 1 < len(anchors) else len(text)
        yield Stretch(anchors[first : last + 1], floor, ceiling)


def _within(runs: "Iterator[tuple[int, int]] | Sequence[tuple[int, int]]") -> list[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    left = MOST_READ
    for run in runs:
        left -= run[1] - run[0] + 1
        if left < 0:
            break
        taken.append(run)
    return taken
