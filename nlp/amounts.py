"""The numbers of an ad that may be money or count a time: those with a word or a sign beside them that tells of either."""

import string
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from nlp import price_gaps
from nlp.extractor import Run
from nlp.joins import reaches
from nlp.money import LONGEST, LOOSE, number_at, spaced_at, value_of, words
from nlp.triggers import Triggers

BEFORE, BEHIND = "0123456789 /-:=\n(", "0123456789-:="  # what a short word beside a number stands next to
PHONE = 7  # digits: so many in a row are no price
LONGEST_NUMBER = 12
PHONES = frozenset({(3, 3, 4), (3, 4, 4), (2, 4, 4), (4, 3, 4), (1, 1, 1)})  # sizes of the groups of a phone
PHONE_MARKS = frozenset(" .,-_()[]{}<>*~+=|?·")
LONG_APART = 7  # characters of a number in three groups or with cents, "1 120 900"
CENTS = frozenset({"$.", "€.", "£.", ".."})
Runs = tuple[tuple[int, int], ...]  # of digits: start and end


class Number(NamedTuple):
    """A number that may be money or count a unit of time, and what lies between it and its neighbours.

    `kind` is "amount", "count" (of a unit of time) or "half" (1/2, 1 1/2).
    """

    start: int
    end: int
    value: float
    kind: str
    low: int  # where the number before ends, or the field begins
    high: int  # where the number after begins, or the field ends


def near_words(folded: str, runs: Runs) -> list[int]:
    """The runs of digits that a telling word stands beside, in order; counts of time only beside such."""
    starts = [start for start, _ in runs]
    total = len(runs)
    near: set[int] = set()
    counts: set[int] = set()
    for begin, end, most in _telling()(folded):
        behind = bisect_left(starts, begin)
        if behind < total and behind not in near and reaches(folded, end, starts[behind]):
            near.add(behind)
        before = behind - 1
        if before < 0 or before in near:
            continue
        start, stop = runs[before]
        if not reaches(folded, stop, begin):
            continue
        if begin - stop < 3 and stop - start < 4 and int(folded[start:stop]) <= most:
            counts.add(before)
            if before and reaches(folded, runs[before - 1][1], start):
                near.add(before - 1)  # "120 for 60 minutes"
        else:
            near.add(before)
    return sorted(near.union([one for one in counts if one - 1 in near or one + 1 in near]))


def numbers_of(folded: str, run: Run, runs: Runs, chosen: Sequence[int], *, priced: bool) -> list[Number]:
    """The numbers of a field that `chosen` runs of digits are of, and those of the same list or table.

    `priced`: the field is of prices, so that nothing needs to tell of money.
    """
    numbers: list[Number] = []
    low, following = run.start, 0  # where the last number ends, and the run after it
    for index in chosen:
        if index < following:
            continue
        following = _first(folded, runs, following, index)
        while following < len(runs) and runs[following][0] < run.end:
            start, end = runs[following]
            if following > index and not (numbers and numbers[-1].end == low and _listed(folded, low, start, end)):
                break
            if start >= low:
                if following:
                    low = max(low, runs[following - 1][1])
                low = _add(folded, run, runs, following, low, numbers, priced=priced)
            following += 1
    return numbers


def _first(folded: str, runs: Runs, least: int, index: int) -> int:
    """The first run of the number that a run is of ("1.234,56" is three), or of the table."""
    first = index
    while first > least and index - first < 4:
        start, stop = runs[first][0], runs[first - 1][1]
        if not (start == stop + 1 and folded[stop] in ".,' /") and not (
            start - stop <= price_gaps.SHARED and price_gaps.ROW.match(folded, stop)
        ):
            break
        first -= 1
    return first


def _listed(folded: str, low: int, start: int, end: int) -> bool:
    """Whether a number goes on a list ("120/200") or a table, of which another is money."""
    return (
        start - low <= price_gaps.SHARED
        and (price_gaps.NEXT.match(folded, low, start) or price_gaps.ROW.match(folded, end)) is not None
    )


def _add(
    folded: str,
    run: Run,
    runs: Runs,
    index: int,
    low: int,
    numbers: list[Number],
    *,
    priced: bool,
) -> int:
    """Add the number that begins with a run of digits, if it can be money or time; where it ends."""
    start, end = runs[index]
    if end - start > LONGEST_NUMBER or (not priced and (end - start >= PHONE or _in_phone(folded, runs, index))):
        return end
    begin = start
    kind: str | None = "amount"
    if (priced or folded[end : end + 1] == " ") and (apart := _apart(folded, run, start, end, low, priced=priced)):
        stop, value = apart
    elif end - start == 2 and start - 2 >= run.start and folded[start - 2 : start] in CENTS:
        begin, stop, value = start - 1, end, int(folded[start:end]) / 100
    else:
        stop, value, kind = number_at(folded, start, end, run.end)
    tied = (
        start > run.start and start - 1 == low and folded[low] in ".,:'-/" and not (numbers and numbers[-1].end == low)
    )
    if kind is not None and not tied:
        after = index + 1
        while after < len(runs) and runs[after][0] < stop:
            after += 1
        high = runs[after][0] if after < len(runs) and runs[after][0] < run.end else run.end
        numbers.append(Number(begin, stop, value, kind, low, high))
    return stop


def _apart(folded: str, run: Run, start: int, end: int, low: int, *, priced: bool) -> tuple[int, float] | None:
    """The end and value of a number whose parts a blank sets apart: "1 200 €"; in a field of prices "8. 94" too."""
    if priced and (loose := LOOSE.match(folded, start, run.end)):
        return loose.end(), value_of(loose[1]) + int(loose[2]) / 100
    if end - start <= 3 and folded[end : end + 1] == " " and (apart := spaced_at(folded, start, run.end)):
        right, left = price_gaps.head(folded, apart[0], run.end), price_gaps.tail(folded, low, start)[0]
        code = right.after if right.after is not None else left.before
        certain = end - start == 1 or apart[0] - start > LONG_APART or not apart[1].is_integer()
        if priced or code in words().spaced or (code is not None and certain):
            return apart
    return None


def _in_phone(folded: str, runs: Runs, index: int) -> bool:
    """Whether a run of digits is of a phone in groups: "312 555 0142", "555-0142"; or of one spelled "5 5 5"."""
    start, end = runs[index]
    if (not index or start - runs[index - 1][1] > 4) and (index + 1 == len(runs) or runs[index + 1][0] - end > 4):
        return False
    for first in range(max(0, index - 2), index + 1):
        groups = runs[first : first + 3]
        sizes = tuple([end - start for start, end in groups])
        if sizes in PHONES:
            between = folded[groups[0][1] : groups[1][0]] + folded[groups[1][1] : groups[2][0]]
            if len(between) <= 8 and PHONE_MARKS.issuperset(between):
                return True
        if first >= index - 1 and sizes[:2] == (3, 4) and folded[groups[0][1] : groups[1][0]] == "-":
            return True
    return False


class Telling:
    """Where the words stand that make money of a number near them, or a time."""

    def __init__(self, phrases: Iterable[str], units: Mapping[str, int]) -> None:
        shapes = {
            shape: (
                shape.index(phrase),
                len(shape) - len(phrase) - shape.index(phrase),
                LONGEST.get(units.get(phrase, 0), 0),
            )
            for phrase in phrases
            for shape in _shapes(phrase)
        }
        self._find = Triggers(shapes, whole=False)
        self._trims = [shapes[shape] for shape in self._find.words]

    def __call__(self, folded: str) -> list[tuple[int, int, int]]:
        """Start and end of each, and how many may be counted if it is a unit of time; in order of their ends."""
        trims, found, size = self._trims, [], len(folded)
        for index, first, last in self._find("\n" + folded):
            lead, trail, most = trims[index]
            start, end = first + lead - 1, last - trail - 1
            if start and folded[start].isalpha() and folded[start - 1].isalpha():
                continue
            if end < size and folded[end].isalpha() and folded[end - 1].isalpha():
                continue
            found.append((start, end, most))
        return found


def _shapes(word: str) -> list[str]:
    """How a word is looked for: a short one would be found inside of every other, but for what it stands next to."""
    if len(word) == 1 and word.isalpha():
        return [f"{digit}{blank}{word}" for digit in string.digits for blank in ("", " ")] + [f"/{word}"]
    if len(word) <= 3 and word.isalpha():
        return [f"{before}{word}" for before in BEFORE] + [f"{word}{behind}" for behind in BEHIND]
    return [word]


@cache
def _telling() -> Telling:
    known = words()
    listed = (known.currencies, known.shy, known.units, known.tables, known.fixed, known.cues, known.cues_after, "'")
    return Telling({word for words_of in listed for word in words_of}, known.units)
