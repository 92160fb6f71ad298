"""Stretches: the parts of an ad that could hold a telephone number, found without looking at every word.

Runs of digits and number words are anchors. What stands between two of them decides whether they hang together; a gap is
judged once and remembered. Only where the anchors that hang together could come to a number's digits are words read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.phones.chains import NEVER
from nlp.phones.digit_gaps import AHEAD, BACK, GAPS, LETTERS, before, behind, counts, may_be_digits
from nlp.phones.digit_words import vocabulary

FEWEST_DIGITS = 7
# Between two anchors at most: a few words that may be digits, and their blanks.
GAP = 40
# As far to both sides of its anchors a stretch may be read.
FURTHEST = 80
# The rest of a number is announced so close before it; its head has so many digits, it itself so many.
CUE, HEAD, TAIL = 24, 6, 4
# Of one stretch so many anchors are read at its head and at its tail; of an ad so many in all.
MOST_ANCHORS, MOST_READ = 300, 3000
# More anchors than any ad has are thinned where they stand closer to each other than so many characters.
MANY, DENSE = 10_000, 20
ALL_ALIKE = b"1" * 10
ANY_WORD = 4  # so many digits, some of them words, make any word beside them worth a look
# A number with ordinary words between its groups has so many digits; dates and times together have at most so many.
SPREAD, MOST_DATED = 10, 16

Anchor = tuple[int, int]  # where a run of digits, or a word that stands for some, starts and ends
Spans = TypeVar("Spans", tuple[int, int], tuple[int, int, int])


class Stretch(NamedTuple):
    """Anchors that hang together; what hangs with them stands between `floor` and `ceiling`."""

    anchors: Sequence[Anchor]
    floor: int
    ceiling: int
    worded: bool  # some of the anchors are words

    def bounds(self, text: str) -> tuple[int, int]:
        """Which part of the text to read: the anchors, what is glued to them, and the words beside them that may be digits."""
        low, high = self.anchors[0][0], self.anchors[-1][1]
        floor, ceiling = max(self.floor, low - FURTHEST), min(self.ceiling, high + FURTHEST)
        while low > floor and text[low - 1].isalnum():
            low -= 1
        while high < ceiling and text[high].isalnum():
            high += 1
        while (word := before(text, floor, low)) and may_be_digits(word[0]):
            low = word[1]
        while (word := behind(text, high, ceiling)) and may_be_digits(word[0]):
            high = word[1]
        return low, high


# Anchors `first` to `last` of a text; how many digits they and the words between may be, and the most of them with no
# ordinary word between; whether one of the anchors is a word.
Group = tuple[int, int, int, int, bool]


@cache
def _words() -> tuple[AhoCorasick, int]:
    """The words to look for: those that stand for digits, and from the returned index on those that announce a rest."""
    known = vocabulary()
    digits = sorted({*known.strong, *known.tens, *known.times})
    cues = sorted(known.endings - set(digits))
    words = AhoCorasick([*digits, *cues], matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return words, len(digits)


def stretches(text: str, numbers: Sequence[tuple[int, int]]) -> list[Stretch]:
    """The stretches of a folded text, in order; `numbers` are the spans of its runs of digits."""
    anchors, words, cues = _anchors(text, numbers)
    if not anchors:
        return []
    groups = _groups(text, anchors, words)
    kept = []
    for group in groups:
        first, last, digits, solid, worded = group
        start, end = anchors[first][0], anchors[last][1]
        if solid >= FEWEST_DIGITS or digits >= SPREAD:
            if digits > MOST_DATED or not _is_date(text[start:end], digits):
                kept.append(group)
        elif (
            (worded and digits >= ANY_WORD) or AHEAD[text[end : end + 4]] or BACK[text[max(start - 4, 0) : start]]
        ) and _leads_on(text, start, end, worded=worded and digits >= ANY_WORD):
            kept.append(group)
    if cues and (announced := _announced(text, anchors, groups, cues)):
        kept = sorted({*kept, *announced})
    return _cut(text, anchors, kept) if kept else []


def _anchors(text: str, numbers: Sequence[Anchor]) -> tuple[Sequence[Anchor], dict[int, int], list[int]]:
    """Digits and whole number words, also words glued to each other or to digits; how many digits the word that starts
    at a place may be; and where cues end."""
    automaton, first_cue = _words()
    hits = _thinned(automaton.find_matches_as_indexes(text))
    numbers = _thinned(numbers)
    anchors: list[Anchor] = []
    words: dict[int, int] = {}
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
                words[start] = 2
                anchors.append((start, end))
            else:
                cues.append(end)
    for start, end in _all_alike(text):
        words[start] = FEWEST_DIGITS
        anchors.append((start, end))
    return sorted([*numbers, *anchors]) if anchors else numbers, words, cues


def _thinned(spans: Sequence[Spans]) -> Sequence[Spans]:
    """Without the middle of what stands densely for longer than any number; few spans are left as they are."""
    if len(spans) <= MANY:
        return spans
    chunks = [spans[at : at + MOST_ANCHORS] for at in range(0, len(spans), MOST_ANCHORS)]
    dense = [chunk[-1][-1] - chunk[0][-1] < MOST_ANCHORS * DENSE for chunk in chunks]
    middle = [all(dense[max(index - 1, 0) : index + 2]) and 0 < index < len(chunks) - 1 for index in range(len(chunks))]
    return [span for chunk, skipped in zip(chunks, middle, strict=True) if not skipped for span in chunk]


@cache
def _letters() -> tuple[bytes, bytes, "re.Pattern[str]"]:
    """How to translate UTF-8 so that look-alikes (of those beyond ASCII, what begins like one) are ones; what to leave out of
    it; and the groups to look for."""
    letters = vocabulary().look_alike_letters
    ones = {letter.encode()[0] for letter in letters}
    table = bytes(ord("1") if code in ones else code for code in range(256))
    marks = bytes(code for code in range(256) if code not in ones and not (code < 128 and chr(code).isalnum()))
    any_letter = f"[{LETTERS}]"
    groups = rf"(?<!\w){any_letter}{{3,4}}(?:[^\w\n]?{any_letter}{{3,4}}){{2}}(?!\w)"
    return table, marks, re.compile(groups)


def _all_alike(text: str) -> list[Anchor]:
    """Numbers in which not one digit is a digit: ZIZ-SSS-OIOI."""
    table, marks, groups = _letters()
    if ALL_ALIKE not in text.encode("utf-8", "replace").translate(table, marks):
        return []
    return [match.span() for match in groups.finditer(text)]


def _groups(text: str, anchors: Sequence[Anchor], words: Mapping[int, int]) -> list[Group]:
    groups: list[Group] = []
    first = digits = solid = most = 0
    worded = False
    last = anchors[0][0]
    gaps = GAPS
    for index, (start, end) in enumerate(anchors):
        held = gaps[text[last:start]] if start - last <= GAP else 0
        if held > 0:
            solid += held - 1
        elif index:
            if held:
                solid -= held + 1
            digits += solid
            if solid > most:
                most = solid
            solid = 0
            if not held:
                groups.append((first, index - 1, digits, most, worded))
                first = index
                digits = most = 0
                worded = False
        if words and start in words:
            solid += words[start]
            worded = True
        else:
            solid += end - start
        last = end
    groups.append((first, len(anchors) - 1, digits + solid, max(most, solid), worded))
    return groups


def _leads_on(text: str, start: int, end: int, *, worded: bool) -> bool:
    """Words that may be digits stand beside what stands at `start:end`, among them enough number words or not (`worded`)."""
    if (worded or BACK[text[max(start - 4, 0) : start]]) and (word := before(text, 0, start)):
        written, begin = word
        if counts(written, leads=begin + len(written) == start, worded=worded):
            return True
    if (worded or AHEAD[text[end : end + 4]]) and (word := behind(text, end, len(text))):
        written, stop = word
        return counts(written, glued=stop - len(written) == end, worded=worded)
    return False


def _is_date(written: str, digits: int) -> bool:
    """Without its times, dates and amounts too few digits are left."""
    if ":" not in written and "/" not in written:
        return False
    return digits - sum(sum(map(str.isdigit, match[0])) for match in NEVER.finditer(written)) < FEWEST_DIGITS


def _announced(text: str, anchors: Sequence[Anchor], groups: Sequence[Group], cues: Sequence[int]) -> list[Group]:
    """Groups that could be the parts of a number in several places, where words announce its last part."""
    tails = []
    for cue in cues:
        index = bisect_left(anchors, (cue,))
        if index < len(anchors) and anchors[index][0] - cue <= CUE:
            group = groups[bisect_left(groups, (index + 1,)) - 1]
            if group[2] >= TAIL and text[(end := anchors[index][1]) : end + 1] != ":":
                tails.append(group)
    if tails:
        for group in groups:
            start, end = anchors[group[0]][0], anchors[group[1]][1]
            if (group[2] >= HEAD and not _is_date(text[start:end], group[2])) or text[start - 1 : start] == "+":
                tails.append(group)
    return tails


def _cut(text: str, anchors: Sequence[Anchor], groups: Sequence[Group]) -> list[Stretch]:
    """Each group as a stretch, the longest without their middle, and of too many the first and the last."""
    runs: list[tuple[int, int, bool]] = []
    for first, last, _, _, worded in groups:
        if last - first < 2 * MOST_ANCHORS:
            runs.append((first, last, worded))
        else:
            runs += ((first, first + MOST_ANCHORS - 1, worded), (last - MOST_ANCHORS + 1, last, worded))
    if len(anchors) > 2 * MOST_READ and sum(last - first + 1 for first, last, _ in runs) > 2 * MOST_READ:
        head = _within(runs)
        runs = [*head, *reversed(_within(reversed(runs[len(head) :])))]
    final = len(anchors) - 1
    return [
        Stretch(
            anchors[first : last + 1],
            anchors[first - 1][1] if first else 0,
            anchors[last + 1][0] if last < final else len(text),
            worded,
        )
        for first, last, worded in runs
    ]


def _within(runs: Iterable[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    taken: list[tuple[int, int, bool]] = []
    left = MOST_READ
    for run in runs:
        left -= run[1] - run[0] + 1
        if left < 0:
            break
        taken.append(run)
    return taken
