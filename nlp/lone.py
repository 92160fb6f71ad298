"""Numbers written plainly with nothing near that could be a digit: most of them, read without a chain."""

from collections.abc import Sequence
from typing import NamedTuple

from nlp.digit_words import vocabulary
from nlp.numbering import number
from nlp.stretches import Anchor
from nlp.weighing import GROUPED, MONEY

FEWEST, MOST, MOST_GROUPS = 8, 13, 5
GAPS = frozenset({"-", " ", ".", ") ", ")", ")-"})
# What may stand around such a number; anything else is looked at closely.
AHEAD, BEHIND = frozenset(" \n(:,"), frozenset(" \n,;!)|?")
SUMS = MONEY | {"%", "="}
NAMED = 24  # characters before it that may name it
CONFIDENCE, SIGNED = 0.95, 1.0


class Lone(NamedTuple):
    """A valid number at `start:end`."""

    value: str
    start: int
    end: int
    confidence: float


def lone(folded: str, anchors: Sequence[Anchor], regions: tuple[str, ...]) -> Lone | None:
    """The number that the anchors are, all of them, if no closer look could find otherwise."""
    count = len(anchors)
    if count > MOST_GROUPS or any(len(anchor) > 2 for anchor in anchors):
        return None
    start, end = anchors[0][0], anchors[-1][1]
    digits = folded[start:end]
    lengths: tuple[int, ...] = (end - start,)
    if count > 1:
        gaps = {folded[one[1] : other[0]] for one, other in zip(anchors, anchors[1:], strict=False)}
        if not gaps <= GAPS or (len(gaps) > 1 and not any(gap[0] == ")" for gap in gaps)):
            return None
        digits = "".join([folded[one[0] : one[1]] for one in anchors])
        lengths = tuple([one[1] - one[0] for one in anchors])
    if not FEWEST <= len(digits) <= MOST:
        return None
    before = folded[max(start - 3, 0) : start]
    sign = before[-1:] == "+"
    if sign:
        before = before[:-1]
    if before and (before[-1] not in AHEAD or not SUMS.isdisjoint(before) or (before[-1] == "(" and sign)):
        return None
    behind = folded[end : end + 2]
    if behind and (behind[0] not in BEHIND | {"."} or not SUMS.isdisjoint(behind) or (behind[0] == "." and behind[1:].isalnum())):
        return None
    if not vocabulary().others.isdisjoint(folded[max(start - NAMED, 0) : start].replace(":", " ").split()[-2:]):
        return None
    value = number(digits, regions, sign=sign)
    if value is None:
        return None
    if lengths in GROUPED if value.startswith("+1") else min(lengths[1:], default=2) > 1:
        while start and folded[start - 1] in "+(":
            start -= 1
        return Lone(value, start, end, SIGNED if sign else CONFIDENCE)
    return None
