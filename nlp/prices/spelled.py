"""Amounts that an ad spells out ("two hundred dollars") or writes with letters for digits ("$2oo"), put in digits.

Such writing is rare, so the text is written anew with the digits in place and read as any other; `Plain` knows the way back.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from nlp.extractor import NUMBER, Run
from nlp.prices import gaps
from nlp.prices.money import SMALLEST, WORD, words
from nlp.text.numerals import WORDS

LONGEST, LONGEST_WORD = 60, 16  # characters of an amount in words, and of one of its words
# Zeros, and inside of a number ones and fives, in letters of Latin, Cyrillic and Greek.
LOOKS = str.maketrans("oоοlis", "000115")
LETTERS = frozenset("oоοlis")
LOOK_ALIKE = re.compile(r"[lis]?\d(?:[\doоο]|[lis](?=[\doоο])){0,8}+(?![^\W_]|/n)")
MOST = 5_000  # numbers of such a text that are looked at
CENTS = re.compile(r"[a-z]{2,8},? (?:and |y |e )?[a-z]{2,9}(?:[ -][a-z]{2,9}){0,2} (?:cent|centavo|centimo)s?\b")
LINKS = frozenset({"and", "y", "e", "a", "-"})

Edit = tuple[int, int, str]  # `text[start:end]` stands for these digits


class Plain(NamedTuple):
    """A text with its amounts in digits; pieces that begin at `new` began at `old`."""

    text: str
    runs: tuple[tuple[int, int], ...]
    fields: tuple[Run, ...]
    new: list[int]
    old: list[int]

    def back(self, position: int) -> int:
        """Where this was in the text as it stands."""
        return _moved(position, self.new, self.old)


def plain(folded: str, fields: Sequence[Run], edits: list[Edit]) -> Plain:
    """The text with all edits made; of two that overlap the first."""
    pieces, new, old = [], [0], [0]
    size = done = 0
    for start, end, digits in sorted(edits):
        if start < done:
            continue
        pieces += [folded[done:start], digits]
        size += start - done
        new += [size, size + len(digits)]
        old += [start, end]
        size, done = size + len(digits), end
    pieces.append(folded[done:])
    text = "".join(pieces)
    moved = tuple([Run(name, _moved(start, old, new), _moved(end, old, new)) for name, start, end in fields])
    return Plain(text, tuple([match.span() for match in islice(NUMBER.finditer(text), MOST)]), moved, new, old)


def _moved(position: int, edges: list[int], to: list[int]) -> int:
    piece = bisect_right(edges, position) - 1
    return to[piece] + position - edges[piece]


def in_letters(folded: str, start: int, end: int) -> Edit | None:
    """A number beside a word for money of which the run of digits is a part, and letters the rest."""
    begin = start - 1 if folded[start - 1 : start] in LETTERS else start
    match = LOOK_ALIKE.match(folded, begin)
    if match is None or match.end() < end or match[0].isdigit() or folded[begin - 1 : begin].isalnum():
        return None
    before, after = (
        gaps.tail(folded, max(0, begin - 5), begin)[0],
        gaps.head(folded, match.end(), len(folded)),
    )
    if before.before is None and after.after is None:
        return None
    return begin, match.end(), match[0].translate(LOOKS)


def in_words(folded: str, end: int) -> Edit | None:
    """The amount spelled out that ends before `end`, where a word for money begins."""
    last = WORD.findall(folded, max(0, end - LONGEST_WORD), end)
    if not last or last[-1] not in _values():
        return None
    low = max(0, end - LONGEST)
    said = list(WORD.finditer(folded, low, end))
    stop = begin = end
    values: list[int] = []
    for match in reversed(said):
        word = match[0]
        if folded[match.end() : stop] not in {" ", "-"} or not (word in LINKS or word in _values()):
            break
        stop = match.start()
        if word in _values():
            values.append(_values()[word])
            begin = stop
    if CENTS.match(folded, end):
        return None
    value = _sum(values[::-1])
    return (begin, end - 1, str(value)) if value >= SMALLEST else None


def _sum(values: list[int]) -> int:
    """`[2, 100, 50]` and `[2, 50]` are 250: "two fifty"."""
    total = current = 0
    for value in values:
        if value in {100, 1000} and current < value and current:
            current *= value
        elif 0 < current < SMALLEST <= value < 100:
            current = 100 * current + value
        else:
            current += value
        if value == 1000:
            total, current = total + current, 0
    return total + current


@cache
def _values() -> dict[str, int]:
    return {word: value for word, value in WORDS.items() if word.isalpha()} | dict(words().hundreds)
