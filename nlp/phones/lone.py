"""Numbers written plainly with nothing near that could be a digit: most of them, read without a chain."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nlp.phones.digit_words import vocabulary
from nlp.phones.numbering import number
from nlp.phones.stretches import FEWEST_DIGITS, Anchor
from nlp.phones.weighing import GROUPED, MONEY
from nlp.phones.windows import EXTENSION, labelled

MOST, MOST_GROUPS = 13, 5
GAPS = frozenset({"-", " ", ".", ") ", ")", ")-", " (", "-("})
# What may stand around such a number; anything else is looked at closely.
AHEAD, BEHIND = frozenset(" \n(:,~*|"), frozenset(" \n,;!)|?.~*")
SUMS = MONEY | {"%", "=", "#", "/"}
NAMED = 24  # characters before it that may name it
CONFIDENCE, SIGNED = 0.95, 1.0


class Lone(NamedTuple):
    """A valid number at `start:end`."""

    value: str
    start: int
    end: int
    confidence: float


def lone(folded: str, anchors: Sequence[Anchor], regions: tuple[str, ...]) -> list[Lone] | None:
    """The numbers that the anchors are, if no closer look could find others; None where it could."""
    if "\n" not in folded[anchors[0][0] : anchors[-1][1]]:
        one = _whole(folded, anchors, regions) if len(anchors) <= MOST_GROUPS else None
        return None if one is None else [one] if one.value else []
    found = []
    first = other = 0
    for index in range(1, len(anchors) + 1):
        if index == len(anchors) or "\n" in folded[anchors[index - 1][1] : anchors[index][0]]:
            line = anchors[first:index]
            first = index
            start, end = line[0]
            if len(line) == 1 and end - start < FEWEST_DIGITS:
                if end - start > 2 or folded[start - 1 : start].isalpha():
                    return None
                other += end - start
                continue
            one = _whole(folded, line, regions) if len(line) <= MOST_GROUPS else None
            if one is None:
                return None
            found.append(one)
    return None if other >= FEWEST_DIGITS or (other and not found) else [one for one in found if one.value]


def _whole(folded: str, anchors: Sequence[Anchor], regions: tuple[str, ...]) -> Lone | None:
    """The number that the anchors of one line are; one without value where they are certainly none."""
    start, end = anchors[0][0], anchors[-1][1]
    before = folded[max(start - 3, 0) : start]
    sign = before[-1:] == "+"
    if sign:
        before = before[:-1]
    if before and (before[-1] not in AHEAD or not SUMS.isdisjoint(before) or (sign and before[-1] == "*")):
        return None
    behind = folded[end : end + 2]
    if behind and (
        behind[0] not in BEHIND or not SUMS.isdisjoint(behind) or (behind[0] in ".*~" and behind[1:].isalnum())
    ):
        return None
    if len(anchors) > 1:
        gaps = [folded[one[1] : other[0]] for one, other in pairwise(anchors)]
        if not GAPS.issuperset(gaps):
            return None
        if not sign and gaps[0][0] != ")" and len(set(gaps)) > 1:
            return None
        groups = [folded[low:high] for low, high in anchors]
        digits = "".join(groups)
    else:
        digits = folded[start:end]
        groups = [digits]
    if not FEWEST_DIGITS <= len(digits) <= MOST:
        return None
    # Whole words of the same field: no "id" of "fluid", nor at the end of the text before.
    left = folded[max(start - NAMED, 0) : start].rpartition("\x1e")[2]
    named = left.replace(":", " ").split()[-3:]
    if len(left) == NAMED and len(named) < 3 and folded[max(start - NAMED - 1, 0)].isalnum():
        named = named[1:]
    if not vocabulary().others.isdisjoint(named):
        return Lone("", start, end, 0) if len(groups) == 1 and not sign and not labelled(folded, start) else None
    value = number(digits, regions, sign=sign)
    if value is None:
        if len(groups) > 1 or sign or EXTENSION.match(folded, end) or labelled(folded, start):
            return None
        return Lone("", start, end, 0)
    lengths = tuple(map(len, groups))
    if lengths not in GROUPED if value.startswith("+1") else len(groups) > 1 and min(lengths[1:]) < 2:
        return None
    while start and folded[start - 1] in "+(":
        start -= 1
    return Lone(value, start, end, SIGNED if sign else CONFIDENCE)
