"""Prices: an amount with its currency and, where the ad says so, the time it buys.

Everything starts at a number. It is money by a sign or word beside it, by a time joined to it or by a word for rates; in
the `price` field a bare number is too. Money and times are paired with what stands beside them: `120/hr` gives an amount
then its time, `1h 150` the other way round, and a table keeps the order it began with. `$` is the money of the ad's
region, and so are slang words such as "roses".
"""

from bisect import bisect_left
from collections.abc import Sequence

from nlp.extractor import AdText, Example, Found, Run
from nlp.prices import gaps
from nlp.prices.amounts import Number, Runs, near_words, numbers_of
from nlp.prices.gaps import Gap, Time
from nlp.prices.joins import Join
from nlp.prices.money import LONGEST, SMALLEST, is_likely, is_round, words
from nlp.prices.pairing import Amount, Item, companion, pair, without_weak
from nlp.prices.spelled import plain
from nlp.records import Kind

NAME = "prices"
MOST, LONGEST_TEXT = 2_000, 100_000  # numbers and characters of an ad that are looked at: no list of prices has more
SILENT = frozenset({"contact", "name", "age", "location"})  # fields that hold no prices
GUESSED = 0.5  # confidence where the time is told by the other prices of a table only
ROUND_THE_CLOCK = 24  # "open 24 hours" buys nothing
OPEN = ("open", "avail", "dispon", "abert", "abiert", "atend", "24/7")


class Prices:
    """Every price, with the time it buys."""

    name = NAME
    examples = (
        Example("$120/hr, $80 half hour", ("USD 120 / 60 min", "USD 80 / 30 min")),
        Example("30min 80 / 1h 150", ("80 / 30 min", "150 / 60 min")),
        Example("60 qv 80hh 150/h", ("60 / 15 min", "80 / 30 min", "150 / 60 min")),
        Example("R$ 200 a hora, R$ 1.200 pernoite", ("BRL 200 / 60 min", "BRL 1200 / 480 min"), region="BR"),
        Example("media hora 50 euros", ("EUR 50 / 30 min",), region="ES"),
        Example("Rates: hh 100 hr 150, 250 for 2 hours", ("100 / 30 min", "150 / 60 min", "250 / 120 min")),
        Example("140 roses hhr", ("USD 140 / 30 min",)),
        Example("two hundred dollars an hour", ("USD 200 / 60 min",)),
        Example("$12o/hr", ("USD 120 / 60 min",)),
        Example("150", ("150",), "price"),
        Example("1.234,56 €", ("EUR 1234.56",), "price"),
        Example("Call 312 555 0142, open 24 hours, I'm 24, 10 minutes from downtown", ()),
        Example("Room 214, 5'4, 120 lbs, 34-24-36, only 25 years old, 24/7", ()),
        Example("Posted 5/26/2016 at 10:30, zip 60601, bus 52 every 30 minutes, 15 min walk", ()),
    )

    def __call__(self, text: AdText) -> list[Found]:
        """Field by field, in reading order."""
        folded, runs = text.folded.text, text.numbers
        near, edits = near_words(folded[:LONGEST_TEXT], runs[:MOST])
        if edits:
            other = plain(folded, text.fields, edits[:MOST])
            near, _ = near_words(other.text[:LONGEST_TEXT], other.runs[:MOST])
            found = _of_fields(other.text, other.fields, other.runs, near, text.region)
            return [one._replace(start=other.back(one.start), end=other.back(one.end)) for one in found]
        return _of_fields(folded, text.fields, runs, near, text.region) if runs else []


def _of_fields(folded: str, fields: Sequence[Run], runs: Runs, near: list[int], region: str | None) -> list[Found]:
    found: list[Found] = []
    for run in fields:
        name, start, end = run
        if name == "price":
            first = bisect_left(runs, (start, 0))
            chosen = list(range(first, min(bisect_left(runs, (end, 0)), first + MOST)))
        elif not near or name in SILENT:
            continue
        else:
            chosen = [one for one in near if start <= runs[one][0] < end]
        if chosen:
            found += _of_field(folded, region, run, runs[: max(MOST, chosen[-1] + 1)], chosen)
    return found


def _of_field(folded: str, region: str | None, run: Run, runs: Runs, chosen: Sequence[int]) -> list[Found]:
    priced = run.name == "price"
    numbers = numbers_of(folded, run, runs, chosen, priced=priced)
    if not numbers:
        return []
    items, joins = without_weak(*_items(folded, numbers, priced=priced))
    paired = pair(items, joins) if len(items) > 1 else {}
    found = []
    for index, item in enumerate(items):
        if not isinstance(item, Amount):
            continue
        time = paired.get(index)
        row = item.row and time is None and bool(paired) and is_round(item.value)
        if item.sure or priced or time or item.cued or row:
            minutes = time.minutes if time else companion(items, paired, index) if row else None
            found.append(_found(item, time, minutes, region))
    return found


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
        item, skip, claimed = _item(
            folded, number, left, right, base, cued=cued, claimed=claimed, last=last, priced=priced
        )
        cued = isinstance(item, Amount) and item.cued and right.next
        if item is not None:
            items.append(item)
            joins.append(pending)
        pending = right.joins[skip] if item is not None else None
        many = len(right.times)
        if (
            not last
            and many
            and number.end + right.times[-1].end == number.high
            and numbers[index + 1].value < SMALLEST
        ):
            many -= 1  # "ss5" is of a phone in look-alikes
        for place in range(skip, many):
            items.append(_moved(right.times[place], number.end))
            joins.append(pending)
            pending = right.joins[place + 1]
        left, base = right, number.end
    return items, joins


def _item(
    folded: str,
    number: Number,
    left: Gap,
    right: Gap,
    base: int,
    *,
    cued: bool,
    claimed: bool,
    last: bool,
    priced: bool,
) -> tuple[Item | None, int, bool]:
    """What a number is, how many of the times behind it that takes, and whether it takes the sign behind it."""
    before = None if claimed and left.either else left.before
    gives = before is not None or left.no_money_after or left.glued or (right.leans and not last)
    after = None if right.either and gives else right.after
    takes = right.either and after is not None
    currency = after if after is not None and before in {None, "$"} else before
    unit = right.times[0] if right.unit else None
    lettered = currency is None or currency.isalpha()
    if (left.glued and before is None and not priced) or (right.tight and not priced and lettered):
        return None, int(unit is not None), takes
    if folded[number.start - 1 : number.start] == "_":
        return None, 0, takes
    if number.kind == "time":
        return Time(number.start, number.end, int(number.value), False), 0, takes
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


def _found(amount: Amount, time: Time | None, minutes: int | None, region: str | None) -> Found:
    currency = words().money_of(amount.currency, region)
    value = f"{amount.value:.10g}"
    start, end = amount.start, amount.end
    known: dict[str, float | str] = {"amount": amount.value}
    if currency:
        value = f"{currency} {value}"
        known["currency"] = currency
    if minutes:
        value = f"{value} / {minutes} min"
        known["minutes"] = minutes
    confidence = 0.9 if currency else 0.7
    if time:
        start, end = min(start, time.start), max(end, time.end)
    elif minutes:
        confidence = GUESSED
    return Found(Kind.PRICE, value, start, end, NAME, confidence, known)
