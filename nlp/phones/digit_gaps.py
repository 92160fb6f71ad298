"""What stands between and beside runs of digits: words that may be digits, signs, or what parts them; judged once."""

import re

from nlp.phones.chains import WIDEST, WORD, is_aside
from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import GUESSED, SPELLED
from nlp.text.mapped import BREAK

REMEMBERED = 50_000
FARTHEST = 20  # a longer word, with what stands before it, is no digit
NEXT = re.compile(r"(?=[\W_]{0,3}+[^\W\d_])(?:[^\w\n]|_){0,3}+([^\W\d_]++)")
MONEY, STOPS = frozenset("$€£¥₹"), frozenset(".!?\n")
LETTERS = re.escape("".join(sorted(vocabulary().look_alike_letters)))


class _Gaps(dict[str, int]):
    """gap -> 0 where it parts its two sides, else 1 more than its words may be digits, negative with an ordinary word."""

    def __missing__(self, gap: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        self[gap] = judged = _judge(gap)
        return judged


class _Sides(dict[str, bool]):
    """The four characters beside a run of digits -> whether look-alikes may stand there."""

    def __init__(self, alike: "re.Pattern[str]") -> None:
        super().__init__()
        self.alike = alike

    def __missing__(self, side: str) -> bool:
        if len(self) >= REMEMBERED:
            self.clear()
        self[side] = found = self.alike.search(side) is not None
        return found


GAPS = _Gaps()
AHEAD = _Sides(re.compile(rf"\A(?:[^\w\n]|_){{0,3}}[{LETTERS}]+(?:[^\w]|_|\d|\Z)"))
BACK = _Sides(re.compile(rf"(?:\A|[^\w]|_|\d)[{LETTERS}]+(?:[^\w\n]|_){{0,3}}\Z"))


def _judge(gap: str) -> int:
    if BREAK[1] in gap or not MONEY.isdisjoint(gap):
        return 0
    if is_aside(gap):
        return 1
    known = vocabulary()
    skip = known.separators | known.joiners | known.labels
    digits = 0
    ordinary: list[str] = []
    bridged = len(gap) <= WIDEST
    for match in WORD.finditer(gap):
        word = match[0]
        glued, leads = match.start() == 0, match.end() == len(gap)
        if (count := spelled(word, glued=glued, leads=leads)) is not None:
            digits += count
        elif word in known.times or word in known.hundreds:
            digits += 2
        elif leads and not glued and (word in known.labels or word in known.fillers):
            bridged = True  # glued to the number after its country code: +44 call2079460142
        elif glued or leads:
            if word in known.units or word not in known.fragments:
                ordinary.append(word)  # 120hr
                bridged = False
            digits += 1
        elif word in skip:
            bridged = True
        else:
            ordinary.append(word)
    if not ordinary:
        return 1 + digits if bridged or digits else 0
    alone = len(ordinary) == 1 and ordinary[0] not in known.units and bridged and STOPS.isdisjoint(gap)
    return -1 - digits if alone else 0


def spelled(word: str, *, glued: bool = False, leads: bool = False) -> int | None:
    """How many digits a word may be, after a digit it is glued to or leading on to one; None for an ordinary word."""
    runs = SPELLED["1" * glued + word + "1" * leads] or (None if glued or leads else GUESSED[word])
    if runs is None or len(runs) > 1 or runs[0].glued_before or runs[0].glued_after:
        return None
    return sum(len(atom.digits) for atom in runs[0].atoms) - glued - leads


def may_be_digits(word: str) -> bool:
    return (SPELLED[word] or GUESSED[word]) is not None or word in vocabulary().times


def counts(word: str, *, worded: bool, glued: bool = False, leads: bool = False) -> bool:
    """A word beside digits may be digits: any that may beside number words, else no ordinary word that stands apart."""
    if word in vocabulary().units:
        return False
    if glued or leads or worded:
        return spelled(word, glued=glued, leads=leads) is not None
    runs = SPELLED[word]
    return runs is not None and not runs[0].atoms[0].weak


def before(text: str, low: int, end: int) -> tuple[str, int] | None:
    """The word that ends at `end`, or up to three signs before it, and where it begins; None where there is none."""
    found = NEXT.match(text[max(low, end - FARTHEST) : end][::-1])
    return (found[1][::-1], end - found.end()) if found else None


def behind(text: str, start: int, high: int) -> tuple[str, int] | None:
    """The word that begins at `start`, or up to three signs behind it, and where it ends; None where there is none."""
    found = NEXT.match(text[start : min(start + FARTHEST, high)])
    return (found[1], start + found.end()) if found else None
