"""Prices: an amount with its currency and, where the ad says so, the time it buys.

Everything starts at a number. It is money by a sign or word beside it, by a time joined to it or by a word for rates; in
the `price` field a bare number is too. Money and times are paired with what stands beside them: `120/hr` gives an amount
then its time, `1h 150` the other way round, and a table keeps the order it began with. `$` is the money of the ad's
region, and so are slang words such as "roses".
"""

from collections.abc import Iterator
from typing import NamedTuple

from nlp import gaps
from nlp.extractor import AdText, Example, Found, Run
from nlp.gaps import Gap, Join, Time
from nlp.money import LONGEST, LOOSE, Number, number_at, spaced_at, value_of, words
from nlp.records import Kind

NAME = "prices"
SMALLEST, LARGEST = 10, 20_000  # of a bare number beside a time
YEARS = range(1950, 2050)
NIGHT = 480  # minutes
MOST = 5_000  # numbers of a field that are looked at: no list of prices has more
SILENT = frozenset({"contact", "name", "age", "location"})  # fields that hold no prices
PHONE, LOCAL = 7, 4  # digits: so many in a row are no price; the end of a phone cut up
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

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Field by field, in reading order."""
        index, runs = 0, text.numbers
        for run in text.fields:
            first = index
            while index < len(runs) and runs[index][0] < run.end:
                index += 1
            if index > first and run.name not in SILENT:
                yield from _of_field(text, run, runs[first : min(index, first + MOST)])


def _of_field(text: AdText, run: Run, runs: tuple[tuple[int, int], ...]) -> list[Found]:
    priced = run.name == "price"
    numbers = _numbers(text.folded.text, run, runs, priced=priced)
    if not numbers:
        return []
    items, joins = _items(text.folded.text, run, numbers, priced=priced)
    if not any(isinstance(item, Amount) for item in items):
        return []
    items, joins = _without_weak(items, joins)
    paired = _pair(items, joins)
    found = []
    for index, item in enumerate(items):
        if isinstance(item, Amount):
            time = paired.get(index)
            if item.sure or priced or time or item.cued or (item.row and paired and _round(item)):
                found.append(_found(item, time, text.region))
    return found


def _numbers(folded: str, run: Run, runs: tuple[tuple[int, int], ...], *, priced: bool) -> list[Number]:
    """The numbers of a field in order that may be money or count a time, and "other" ones between them."""
    numbers: list[Number] = []
    last = run.start  # where the last number ends
    listed = money = False
    index, count = 0, len(runs)
    while index < count:
        start, end = runs[index]
        index += 1
        if start < last:
            continue
        size = end - start
        if not priced:
            if index < count and (groups := _phone(folded, runs, index - 1, size)):
                last = runs[index + groups - 2][1]
                index += groups - 1
                listed = False
                continue
            if size >= PHONE:
                last, listed = end, False
                continue
        number = _number(folded, run, start, end, last, listed=listed, priced=priced)
        if number.kind != "other" and start > last and start == last + 1 and folded[last] in ".,:'-/" and not listed:
            number = number._replace(kind="other")
        last, listed = number.end, number.kind != "other"
        money = money or number.kind in {"amount", "half"}
        numbers.append(number)
    return numbers if money else []


def _phone(folded: str, runs: tuple[tuple[int, int], ...], index: int, size: int) -> int:
    """How many runs of digits from one on are of a phone: "312 555 0142", "555-0142", "5 5 5"; else 0."""
    start, end = runs[index + 1]
    gap = start - runs[index][1]
    if gap > 4:
        return 0
    if size == 1:
        return int(end - start == 1 and folded[start - gap] not in ".,/'")
    if size > 4 or end - start not in {3, 4}:
        return 0
    if end - start == LOCAL and folded[start - gap : start] == "-":
        return 2
    if index + 2 < len(runs):
        third = runs[index + 2]
        between = folded[start - gap : start] + folded[end : third[0]]
        if third[1] - third[0] == LOCAL and third[0] - end <= 4 and "\n" not in between and not any(map(str.isalnum, between)):
            return 3
    return 0


def _number(folded: str, run: Run, start: int, end: int, after: int, *, listed: bool, priced: bool) -> Number:
    """The number that starts with a run of digits, put together where it is written apart."""
    if end - start <= 3 and folded[end : end + 1] == " " and (apart := spaced_at(folded, start, run.end)):
        right, left = gaps.head(folded, apart.end, run.end), gaps.tail(folded, run.start, start)[0]
        code = right.after if right.after is not None else left.before
        certain = end - start == 1 or apart.end - start > LONG_APART or not apart.value.is_integer()
        if priced or code in words().spaced or (code is not None and certain):
            return apart
    if priced and (loose := LOOSE.match(folded, start, run.end)):
        return Number(start, loose.end(), value_of(loose[1]) + int(loose[2]) / 100, "amount")
    number = number_at(folded, start, run.end, after, listed=listed, priced=priced)
    if number.end - start == 2 and folded[max(run.start, start - 2) : start] in CENTS:
        return Number(start - 1, number.end, number.value / 100, "amount")
    return number


def _items(
    folded: str, run: Run, numbers: list[Number], *, priced: bool
) -> tuple[list[Item], list[Join | None]]:
    """Amounts and times in order, and what joins each to the one before it."""
    items: list[Item] = []
    joins: list[Join | None] = []
    pending: Join | None = None
    left, base, claimed, cued = gaps.NOTHING, run.start, False, False
    at = run.start
    for index, number in enumerate(numbers):
        other = number.kind == "other"
        stop = numbers[index + 1].start if index + 1 < len(numbers) else run.end
        if number.start - at > gaps.LONG or index == 0:
            pending = None
            if not other:
                left, base = gaps.tail(folded, at, number.start)
                for time, join in zip(left.times, left.joins, strict=False):
                    items.append(_moved(time, base))
                    joins.append(join if time is not left.times[0] else None)
                pending, claimed = left.joins[-1], False
            else:
                left = gaps.NOTHING
        after_other = other and (stop - number.end > gaps.LONG or index + 1 == len(numbers) or numbers[index + 1].kind == "other")
        right = gaps.NOTHING if after_other else gaps.head(folded, number.end, stop)
        skip, item = 0, None
        if not other:
            item, skip, claimed = _item(folded, number, left, right, base, cued, claimed, last=stop == run.end, priced=priced)
        cued = isinstance(item, Amount) and item.cued and right.next
        if item is not None:
            items.append(item)
            joins.append(pending)
        pending = right.joins[0] if item is not None and not skip else None
        for place, time in enumerate(right.times):
            if place < skip or (time.end == stop - number.end and index + 1 < len(numbers) and not _is_money(numbers[index + 1])):
                pending = right.joins[place + 1] if item is not None else None
                continue
            items.append(_moved(time, number.end))
            joins.append(pending)
            pending = right.joins[place + 1]
        left, base, at = right, number.end, number.end
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
    if not sure and not priced and not _likely(value):
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


def _likely(value: float) -> bool:
    """Whether a bare number may be money: a whole one, and no year."""
    return SMALLEST <= value <= LARGEST and value.is_integer() and (value not in YEARS or value % 50 == 0)


def _round(amount: Amount) -> bool:
    return amount.value >= 3 * SMALLEST and amount.value % 5 == 0


def _is_money(number: Number) -> bool:
    return number.kind == "amount" and number.value >= SMALLEST


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
        return amount is first and isinstance(amount, Amount) and (not bare or (table and _round(amount)))
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
