"""The numbers of an ad that may be money or count a time: those with a word or a sign beside them that tells of either."""

import string
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.extractor import Run
from nlp.prices import gaps
from nlp.prices.joins import REACH, reaches
from nlp.prices.money import LONGEST, LOOSE, number_at, spaced_at, value_of, words
from nlp.prices.spelled import LETTERS, Edit, in_letters, in_words

BEFORE, BEHIND = "0123456789 /-:=\n(", "0123456789-:="  # what a short word beside a number stands next to
FAR = 1_000  # from the text, more than anything reaches
PHONE = 7  # digits: so many in a row are no price
LONGEST_NUMBER = 12
PHONES = frozenset({(3, 3, 4), (3, 4, 4), (2, 4, 4), (4, 3, 4), (1, 1, 1)})  # sizes of the groups of a phone
LONGEST_GROUP, GAP = 4, 4  # digits of such a group, and characters between two
PHONE_MARKS = frozenset(" .,-_()[]{}<>*~+=|?·")
LONG_APART = 7  # characters of a number in three groups or with cents, "1 120 900"
CENTURIES = frozenset({"19", "20"})
CENTS = frozenset({"$.", "€.", "£.", ".."})
Runs = tuple[tuple[int, int], ...]  # of digits: start and end


class Number(NamedTuple):
    """A number that may be money or count a unit of time, and what lies between it and its neighbours.

    `kind` is "amount", "time" ("1h30", in minutes) or "half" (1/2, 1 1/2).
    """

    start: int
    end: int
    value: float
    kind: str
    low: int  # where the number before ends, or the field begins
    high: int  # where the number after begins, or the field ends


def near_words(folded: str, runs: Runs) -> tuple[list[int], list[Edit]]:
    """The runs of digits that a telling word stands beside, in order; counts of time only beside such.

    Also what to put in digits: amounts in words, or partly in letters.
    """
    spots = (*runs, (len(folded) + FAR, -FAR))  # the last is beside nothing, and stands before the first
    near: set[int] = set()
    counts: set[int] = set()
    edits: list[Edit] = []
    find, trims = _telling()
    for index, first, last in find("\n" + folded):
        lead, trail, says = trims[index]
        begin, end = first + lead, last - trail
        behind = bisect_left(spots, (begin,))
        following = spots[behind][0]
        after = following - end <= REACH and behind not in near
        start, stop = spots[behind - 1]
        before = behind - 1 if begin - stop <= REACH else -1
        if not (after or says.spelled or (before >= 0 and before not in near)) or _inside(folded, begin, end):
            continue
        if says.spelled and folded[begin - 1] == " " and (spelled := in_words(folded, begin)):
            edits.append(spelled)
        if after and (says.money or _open(folded, *spots[behind])) and reaches(folded, end, following):
            near.add(behind)
        if before < 0 or before in near or not says.back:
            continue
        if not reaches(folded, stop, begin):
            continue
        if begin - stop < 3 and stop - start < 4 and int(folded[start:stop]) <= says.most:
            counts.add(before)
            if before and reaches(folded, runs[before - 1][1], start):
                near.add(before - 1)  # "120 for 60 minutes"
        elif says.money or _open(folded, start, stop):
            near.add(before)
    near.update([one for one in counts if one - 1 in near or one + 1 in near])
    for one in near:
        start, end = runs[one]
        if (folded[end : end + 1] in LETTERS or folded[start - 1 : start] in LETTERS) and (
            written := in_letters(folded, start, end)
        ):
            edits.append(written)
    return sorted(near), edits


def _inside(folded: str, begin: int, end: int) -> bool:
    """Whether a word goes on before or behind."""
    if begin and folded[begin - 1].isalpha() and folded[begin].isalpha():
        return True
    return folded[end : end + 1].isalpha() and folded[end - 1].isalpha()


def _open(folded: str, start: int, end: int) -> bool:
    """Whether a run of digits without a sign for money is neither a year nor of a clock time."""
    if end - start == 4 and folded[start : start + 2] in CENTURIES and folded[start + 2 : end] not in {"00", "50"}:
        return folded[end : end + 1] in {".", ","}
    return not (
        (folded[end : end + 1] == ":" and folded[end + 1 : end + 2].isdigit())
        or (folded[start - 1 : start] == ":" and folded[start - 2 : start - 1].isdigit())
    )


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
            start - stop <= gaps.SHARED and gaps.ROW.match(folded, stop)
        ):
            break
        first -= 1
    return first


def _listed(folded: str, low: int, start: int, end: int) -> bool:
    """Whether a number goes on a list ("120/200") or a table, of which another is money."""
    return (
        start - low <= gaps.SHARED and (gaps.NEXT.match(folded, low, start) or gaps.ROW.match(folded, end)) is not None
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
    if (priced or (folded[end : end + 1] == " " and folded[end + 1 : end + 4].isdigit())) and (
        apart := _apart(folded, run, start, end, low, priced=priced)
    ):
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
        right, left = gaps.head(folded, apart[0], run.end), gaps.tail(folded, low, start)[0]
        code = right.after if right.after is not None else left.before
        certain = end - start == 1 or apart[0] - start > LONG_APART or not apart[1].is_integer()
        if priced or code in words().spaced or (code is not None and certain):
            return apart
    return None


def _in_phone(folded: str, runs: Runs, index: int) -> bool:
    """Whether a run of digits is of a phone in groups: "312 555 0142", "555-0142"; or of one spelled "5 5 5"."""
    start, end = runs[index]
    last = len(runs) - 1
    if end - start > LONGEST_GROUP or (
        (not index or start - runs[index - 1][1] > GAP) and (index == last or runs[index + 1][0] - end > GAP)
    ):
        return False
    for first in range(max(0, index - 2), min(index + 1, last)):
        start, end = runs[first]
        second, stop = runs[first + 1]
        size = stop - second
        if second - end > 2 * GAP:
            continue
        if first >= index - 1 and size == 4 and end - start == 3 and folded[end:second] == "-":
            return True
        if first + 1 < last:
            third, close = runs[first + 2]
            between = second - end + third - stop
            if (
                between <= 2 * GAP
                and (end - start, size, close - third) in PHONES
                and PHONE_MARKS.issuperset(folded[end:second] + folded[stop:third])
            ):
                return True
    return False


class Says(NamedTuple):
    """What a telling word says of the numbers beside it."""

    most: int  # so many may be counted, if it is a unit of time
    money: bool  # it is a word for money, so that any number may be it
    spelled: bool  # ... before which one may stand in words
    back: bool  # it says something of the number before, too


def _shapes(word: str) -> list[str]:
    """How a word is looked for: a short one would be found inside of every other, but for what it stands next to."""
    if len(word) == 1 and word.isalpha():
        return [f"{digit}{blank}{word}" for digit in string.digits for blank in ("", " ")] + [f"/{word}"]
    if len(word) <= 3 and word.isalpha():
        return [f"{before}{word}" for before in BEFORE] + [f"{word}{behind}" for behind in BEHIND]
    return [word]


@cache
def _telling() -> tuple[Callable[[str], list[tuple[int, int, int]]], list[tuple[int, int, Says]]]:
    """The search for telling words, and by the word found: what is round it on either side, and what it says."""
    known = words()
    money = known.currencies.keys() | known.shy.keys()
    back = money | known.units.keys() | known.tables.keys() | known.fixed.keys() | known.cues_after | {"'"}
    letters = {word for word in back if len(word) == len("p h") and word[1] == " "}  # as "p/h"; "o n" is in many words
    shapes = {
        shape: (
            shape.index(word) - 1,  # the text is searched behind an end of line
            len(shape) - len(word) - shape.index(word) + 1,
            Says(
                LONGEST.get(known.units.get(word, 0), 0),
                word in money,
                word in money and word[:2].isalpha(),
                word not in known.cues or word in back,
            ),
        )
        for word in (back - letters) | known.cues | {word.replace(" ", "/") for word in letters}
        for shape in _shapes(word)
    }
    find = AhoCorasick(list(shapes), implementation=Implementation.DFA)
    return partial(find.find_matches_as_indexes, overlapping=True), list(shapes.values())
