"""Prices: an amount with its currency and, where the ad says so, the time it buys.

Everything starts at a number. It is money by a sign or word beside it, by a time joined to it or by a word for rates; in
the `price` field a bare number is too. Money and times are paired with what stands beside them: `120/hr` gives an amount
then its time, `1h 150` the other way round, and a table keeps the order it began with. `$` is the money of the ad's
region, and so are slang words such as "roses".
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from nlp import gaps
from nlp.extractor import AdText, Example, Found, Run
from nlp.gaps import Gap, Join, Time
from nlp.money import LONGEST, LOOSE, SMALLEST, Number, is_likely, is_round, number_at, spaced_at, value_of, words
from nlp.records import Kind

NAME = "prices"
NIGHT = 480  # minutes
MOST = 5_000  # numbers of a field that are looked at: no list of prices has more
SILENT = frozenset({"contact", "name", "age", "location"})  # fields that hold no prices
PHONE = 7  # digits: so many in a row are no price
PHONES = frozenset({(3, 3, 4), (3, 4, 4), (2, 4, 4), (4, 3, 4), (1, 1, 1)})  # sizes of the groups of a phone
LONG_APART = 7  # characters of a number in three groups or with cents, "1 120 900"
CENTS = frozenset({"$.", "€.", "£.", ".."})
ROUND_THE_CLOCK = 24  # "open 24 hours" buys nothing
OPEN = ("open", "avail", "dispon", "abert", "abiert", "atend", "24/7")


class Amount(NamedTuple):
    """Money. `currency` is "$" for that sign, "" for local money and None where the number stands bare."""

    start: int
    end: int
    value: float
    currency: str | None
    sure: bool  # by its currency alone
    cued: bool
    row: bool


Item = Amount | Time


class Prices:
    """Every price, with the time it buys."""

    name = NAME
    examples = (
        Example("$120/hr, $80 half hour", ("USD 120 / 60 min", "USD 80 / 30 min")),
        Example("30min 80 / 1h 150", ("80 / 30 min", "150 / 60 min")),
        Example("60 qv 80hh 150/h", ("60 / 15 min", "80 / 30 min", "150 / 60 min")),
        Example("R$ 200 a hora, R$ 1.200 pernoite", ("BRL 200 / 60 min", "BRL 1200 / 480 min"), region="BR"),
        Example("media hora 50 euros", ("EUR 50 / 30 min",), region="ES"),
        Example("140 roses hhr", ("USD 140 / 30 min",)),
        Example("150", ("150",), "price"),
        Example("1.234,56 €", ("EUR 1234.56",), "price"),
        Example("Call 312 555 0142, open 24 hours, I'm 24, 10 minutes from downtown", ()),
        Example("Room 214, 5'4, 120 lbs, 34-24-36, only 25 years old, 24/7", ()),
        Example("Posted 5/26/2016 at 10:30, zip 60601, bus 52 every 30 minutes, 15 min walk", ()),
    )

    def __call__(self, text: AdText) -> list[Found]:
        """Field by field, in reading order."""
        runs, found = text.numbers[:MOST], list[Found]()
        if not runs:
            return found
        near = _near(text.folded.text, runs)
        index = 0
        for run in text.fields:
            first = index
            while index < len(runs) and runs[index][0] < run.end:
                index += 1
            if run.name in SILENT:
                continue
            chosen = range(first, index) if run.name == "price" else [one for one in near if first <= one < index]
            if chosen:
                found += _of_field(text, run, runs, chosen)
        return found


def _near(folded: str, runs: tuple[tuple[int, int], ...]) -> list[int]:
    """The runs of digits that a telling word stands beside, in order; counts of time only beside such."""
    starts = [start for start, _ in runs]
    near: set[int] = set()
    counts: set[int] = set()
    for begin, end, most in words().telling(folded[: runs[-1][1] + gaps.NEAR]):
        behind = bisect_left(starts, begin)
        before = behind - 1
        if before >= 0 and before not in near:
            start, stop = runs[before]
            if begin - stop <= gaps.NEAR and gaps.reaches(folded[stop:begin]):
                if begin - stop < 3 and stop - start < 4 and int(folded[start:stop]) <= most:
                    counts.add(before)
                    if before and start - runs[before - 1][1] < gaps.NEAR and gaps.reaches(folded[runs[before - 1][1] : start]):
                        near.add(before - 1)  # "120 for 60 minutes"
                else:
                    near.add(before)
        if behind < len(runs) and behind not in near and starts[behind] - end <= gaps.NEAR and gaps.reaches(folded[end : starts[behind]]):
            near.add(behind)
    return sorted(near.union(one for one in counts if one - 1 in near or one + 1 in near))


def _of_field(text: AdText, run: Run, runs: tuple[tuple[int, int], ...], chosen: Sequence[int]) -> list[Found]:
    priced = run.name == "price"
    numbers = _numbers(text.folded.text, run, runs, chosen, priced=priced)
    if not numbers:
        return []
    items, joins = _items(text.folded.text, numbers, priced=priced)
    if not any(isinstance(item, Amount) for item in items):
        return []
    items, joins = _without_weak(items, joins)
    paired = _pair(items, joins)
    found = []
    for index, item in enumerate(items):
        if isinstance(item, Amount):
            time = paired.get(index)
            if item.sure or priced or time or item.cued or (item.row and paired and is_round(item.value)):
                found.append(_found(item, time, text.region))
    return found


def _numbers(
    folded: str, run: Run, runs: tuple[tuple[int, int], ...], chosen: Sequence[int], *, priced: bool
) -> list[Number]:
    """The numbers that `chosen` runs of digits are of, and those of the same list or table."""
    numbers: list[Number] = []
    low, following = run.start, 0  # where the last number ends, and the run after it
    for index in chosen:
        if index < following:
            continue
        start = index  # the first run of the number: "1.234,56" is three
        while start > following and runs[start - 1][1] + 1 == runs[start][0] and folded[runs[start - 1][1]] in ".,' /" and index - start < 4:
            start -= 1
        while start > following and runs[start][0] - runs[start - 1][1] <= gaps.SHARED and gaps.ROW.match(folded, runs[start - 1][1]):
            start -= 1
        following = start
        while following < len(runs) and runs[following][0] < run.end:
            if following > index and not (numbers and numbers[-1].end == low and _listed(folded, low, runs[following][0], runs[following][1])):
                break
            if runs[following][0] >= low:
                if following and runs[following - 1][1] > low:
                    low = runs[following - 1][1]
                low = _add(folded, run, runs, following, low, numbers, priced=priced)
            following += 1
    return numbers


def _listed(folded: str, low: int, start: int, end: int) -> bool:
    """Whether a number goes on a list ("120/200") or a table, of which another is money."""
    return start - low <= gaps.SHARED and (gaps.NEXT.match(folded, low, start) or gaps.ROW.match(folded, end)) is not None


def _add(
    folded: str, run: Run, runs: tuple[tuple[int, int], ...], index: int, low: int, numbers: list[Number], *, priced: bool
) -> int:
    """Add the number that begins with a run of digits, if it can be money or time; where it ends."""
    start, end = runs[index]
    if not priced and (end - start >= PHONE or _in_phone(folded, runs, index)):
        return end
    begin = start
    kind: str | None = "amount"
    if (priced or folded[end : end + 1] == " ") and (apart := _apart(folded, run, start, end, low, priced=priced)):
        stop, value = apart
    elif end - start == 2 and start - 2 >= run.start and folded[start - 2 : start] in CENTS:
        begin, stop, value = start - 1, end, int(folded[start:end]) / 100
    else:
        stop, value, kind = number_at(folded, start, end, run.end)
    tied = start > run.start and start - 1 == low and folded[low] in ".,:'-/" and not (numbers and numbers[-1].end == low)
    if kind is not None and not tied:
        after = index + 1
        while after < len(runs) and runs[after][0] < stop:
            after += 1
        high = runs[after][0] if after < len(runs) and runs[after][0] < run.end else run.end
        numbers.append(Number(begin, stop, value, kind, low, high))
    return stop


def _apart(
    folded: str, run: Run, start: int, end: int, low: int, *, priced: bool
) -> tuple[int, float] | None:
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


def _in_phone(folded: str, runs: tuple[tuple[int, int], ...], index: int) -> bool:
    """Whether a run of digits is of a phone in groups: "312 555 0142", "555-0142"; or of one spelled "5 5 5"."""
    start, end = runs[index]
    if (not index or start - runs[index - 1][1] > 4) and (index + 1 == len(runs) or runs[index + 1][0] - end > 4):
        return False
    for first in range(max(0, index - 2), index + 1):
        groups = runs[first : first + 3]
        sizes = tuple([end - start for start, end in groups])
        if sizes in PHONES:
            between = folded[groups[0][1] : groups[1][0]] + folded[groups[1][1] : groups[2][0]]
            if len(between) <= 8 and "\n" not in between and not any(map(str.isalnum, between)):
                return True
        if first >= index - 1 and sizes[:2] == (3, 4) and folded[groups[0][1] : groups[1][0]] == "-":
            return True
    return False


def _items(folded: str, numbers: list[Number], *, priced: bool) -> tuple[list[Item], list[Join | None]]:
    """Amounts and times in order, and what joins each to the one before it."""
    items: list[Item] = []
    joins: list[Join | None] = []
    pending: Join | None = None
    left, base, claimed, cued = gaps.NOTHING, -1, False, False
    final = len(numbers) - 1
    for index, number in enumerate(numbers):
        if number.low != base or number.start - base > gaps.SHARED:
            left, base = gaps.tail(folded, number.low, number.start)
            pending, claimed, cued = None, False, False
            for time, join in zip(left.times, left.joins[1:], strict=True):
                items.append(_moved(time, base))
                joins.append(pending)
                pending = join
            if not left.times:
                pending = None
        last = index == final or numbers[index + 1].low != number.end
        right = gaps.head(folded, number.end, number.high, shared=not last)
        item, skip, claimed = _item(folded, number, left, right, base, cued, claimed, last=last, priced=priced)
        cued = isinstance(item, Amount) and item.cued and right.next
        if item is not None:
            items.append(item)
            joins.append(pending)
        pending = right.joins[skip] if item is not None else None
        many = len(right.times)
        if not last and many and number.end + right.times[-1].end == number.high and numbers[index + 1].value < SMALLEST:
            many -= 1  # "ss5" is of a phone in look-alikes
        for place in range(skip, many):
            items.append(_moved(right.times[place], number.end))
            joins.append(pending)
            pending = right.joins[place + 1]
        left, base = right, number.end
    return items, joins


def _item(
    folded: str, number: Number, left: Gap, right: Gap, base: int, cued: bool, claimed: bool, *, last: bool, priced: bool
) -> tuple[Item | None, int, bool]:
    """What a number is, how many of the times behind it that takes, and whether it takes the sign behind it."""
    before = None if claimed and left.either else left.before
    gives = before is not None or left.no_money_after or (right.leans and not last)
    after = None if right.either and gives else right.after
    takes = right.either and after is not None
    currency = after if after is not None and before in {None, "$"} else before
    unit = right.times[0] if right.unit else None
    lettered = currency is None or currency.isalpha()
    if (left.glued and before is None and not priced) or (right.tight and not priced and lettered):
        return None, int(unit is not None), takes
    if folded[number.start - 1 : number.start] == "_":
        return None, 0, takes
    if currency is None and unit is not None:
        count = number.value
        if count == ROUND_THE_CLOCK and any(word in folded[max(0, number.start - 20) : number.start] for word in OPEN):
            return None, 1, takes
        sign = folded[number.end] == "'"  # 30' is half an hour, 5'4 a height
        if (SMALLEST if sign else 0.5) <= count <= LONGEST.get(unit.minutes, 0) and (2 * count).is_integer():
            whole = Time(number.start, number.end + unit.end, int(count * unit.minutes), unit.weak)
            return whole, 1, takes
        if unit.minutes == 1:
            return None, 1, takes
    skip = int(unit is not None and (unit.minutes == 1 or (currency is not None and unit.start < right.scaled)))
    if number.kind == "half":
        return None, skip, takes
    value, scale = number.value, right.scale if currency is not None else 1
    sure = currency is not None and not (after is not None and right.shy and scale == 1)
    if currency is None and (right.no_money_before or left.no_money_after):
        return None, skip, takes
    if not sure and not priced and not is_likely(value):
        return None, skip, takes
    return (
        Amount(
            base + left.right if before is not None else number.start,
            number.end + (right.left if after is not None else right.scaled if scale > 1 else 0),
            round(value * scale, 4),
            currency,
            sure,
            currency is None and (cued or left.cue_before or right.cue_after),
            right.row and (last or not right.glued),
        ),
        skip,
        takes,
    )


def _moved(time: Time, by: int) -> Time:
    return Time(time.start + by, time.end + by, time.minutes, time.weak)


def _without_weak(items: list[Item], joins: list[Join | None]) -> tuple[list[Item], list[Join | None]]:
    """Without the times of weak words, where no other word for a time stands beside them."""
    weak = [isinstance(item, Time) and item.weak for item in items]
    if not any(weak) or any(isinstance(item, Time) and not item.weak for item in items):
        return items, joins
    kept = [index for index, gone in enumerate(weak) if not gone]
    return [items[index] for index in kept], [None if index and weak[index - 1] else joins[index] for index in kept]


def _found(amount: Amount, time: Time | None, region: str | None) -> Found:
    currency = words().money_of(amount.currency, region)
    value = f"{amount.value:.10g}"
    start, end = amount.start, amount.end
    known: dict[str, float | str] = {"amount": amount.value}
    if currency:
        value = f"{currency} {value}"
        known["currency"] = currency
    if time:
        value = f"{value} / {time.minutes} min"
        known["minutes"] = time.minutes
        start, end = min(start, time.start), max(end, time.end)
    return Found(Kind.PRICE, value, start, end, NAME, 0.9 if currency else 0.7, known)


def _pair(items: list[Item], joins: list[Join | None]) -> dict[int, Time]:
    """The time each amount buys, from chains in which amounts and times take turns ("30 min 80 / 1h 150").

    A chain of even length is pairs from its start; of an odd one, the item is left out that leaves the closest pairs.
    """
    paired: dict[int, Time] = {}
    table = sum(isinstance(item, Time) for item in items) > 1
    start = 0
    for end in range(1, len(items) + 1):
        if end < len(items) and _joined(items[end - 1], items[end], joins[end], table=table):
            continue
        if end - start > 1:
            for first, second in _turns(items, joins, start, end):
                one, other = items[first], items[second]
                if isinstance(one, Amount) and isinstance(other, Time):
                    paired[first] = other
                elif isinstance(one, Time):
                    paired[second] = one
        start = end
    return paired


def _joined(first: Item, second: Item, join: Join | None, *, table: bool) -> bool:
    """Whether two neighbours are an amount and a time with nothing but small words between them."""
    if join is None or isinstance(first, Amount) == isinstance(second, Amount):
        return False
    amount = first if isinstance(first, Amount) else second
    time = second if amount is first else first
    bare = isinstance(amount, Amount) and amount.currency is None
    if bare and isinstance(amount, Amount) and isinstance(time, Time) and time.minutes >= NIGHT and amount.value < 5 * SMALLEST:
        return False
    if join.strange:  # "120 sweet hr"
        return amount is first and isinstance(amount, Amount) and (not bare or (table and is_round(amount.value)))
    return not (bare and join.comma)  # "I'm 24, 10 minutes away"


def _turns(items: list[Item], joins: list[Join | None], start: int, end: int) -> list[tuple[int, int]]:
    count = (end - start) // 2
    out = end  # the item that is left out
    if (end - start) % 2:
        # Leaving out item 2k pairs what is before it from the start and what is behind it up to the end.
        before, behind = [0.0], [0.0]
        for index in range(0, 2 * count, 2):
            before.append(before[-1] + _closeness(items, joins, start + index))
            behind.append(behind[-1] + _closeness(items, joins, end - 2 - index))
        out = start + 2 * max(range(count + 1), key=lambda k: (before[k] + behind[count - k], k))
    kept = [index for index in range(start, end) if index != out]
    return list(zip(kept[::2], kept[1::2], strict=True))


def _closeness(items: list[Item], joins: list[Join | None], first: int) -> float:
    join = joins[first + 1]
    amount = items[first] if isinstance(items[first], Amount) else items[first + 1]
    bare = isinstance(amount, Amount) and amount.currency is None
    return (join.closeness if join else 0.0) - (2.0 if bare else 0.0)
