"""Numbers written plainly with nothing near that could be a digit: most of them, read without a chain."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nlp.digit_words import vocabulary
from nlp.numbering import number
from nlp.stretches import FEWEST_DIGITS, Anchor
from nlp.weighing import GROUPED, MONEY
from nlp.windows import EXTENSION, labelled

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
    if any(len(anchor) > 2 for anchor in anchors):
        return None
    found = []
    first = other = 0
    for index in range(1, len(anchors) + 1):
        if index == len(anchors) or "\n" in folded[anchors[index - 1][1] : anchors[index][0]]:
            line = anchors[first:index]
            first = index
            if sum(anchor[1] - anchor[0] for anchor in line) >= FEWEST_DIGITS:
                one = _whole(folded, line, regions)
                if one is None:
                    return None
                found.append(one)
            elif len(line) > 1 or line[0][1] - line[0][0] > 2 or folded[line[0][0] - 1 : line[0][0]].isalpha():
                return None
            else:
                other += line[0][1] - line[0][0]
    if other >= FEWEST_DIGITS or (other and not found):
        return None
    return [one for one in found if one.value]


def _whole(folded: str, anchors: Sequence[Anchor], regions: tuple[str, ...]) -> Lone | None:
    """The number that the anchors of one line are; one without value where they are certainly none."""
    count = len(anchors)
    if count > MOST_GROUPS:
        return None
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
    digits = folded[start:end]
    if count > 1:
        gaps = [folded[one[1] : other[0]] for one, other in pairwise(anchors)]
        if not GAPS.issuperset(gaps):
            return None
        if not sign and len(set(gaps)) > 1 and gaps[0][0] != ")":
            return None
        digits = "".join([folded[anchor[0] : anchor[1]] for anchor in anchors])
    if len(digits) > MOST:
        return None
    named = folded[max(start - NAMED, 0) : start].replace(":", " ").replace("\n", " ").split()[-3:]
    if not vocabulary().others.isdisjoint(named):
        return Lone("", start, end, 0) if count == 1 and not sign and not labelled(folded, start) else None
    value = number(digits, regions, sign=sign)
    if value is None:
        if count > 1 or sign or EXTENSION.match(folded, end) or labelled(folded, start):
            return None
        return Lone("", start, end, 0)
    lengths = [anchor[1] - anchor[0] for anchor in anchors]
    if tuple(lengths) not in GROUPED if value.startswith("+1") else min(lengths[1:], default=2) < 2:
        return None
    while start and folded[start - 1] in "+(":
        start -= 1
    return Lone(value, start, end, SIGNED if sign else CONFIDENCE)
