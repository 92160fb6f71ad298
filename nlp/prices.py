"""Prices: an amount with its currency and, where the ad says so, the time it buys.

Money and times are paired with what stands beside them: `120/hr` gives an amount then its time, `1h 150` the other way
round, and a table keeps the order it began with. A bare number is money only beside a time or a word for rates, or in the
`price` field. `$` is the money of the ad's region, and so are slang words such as "roses".
"""

import re
from collections.abc import Iterator
from typing import Any

from nlp.extractor import AdText, Example, Found, Run
from nlp.money import Amount, Time, amounts, times, words
from nlp.records import Kind

NAME = "prices"
SMALLEST, LARGEST = 10, 20_000  # of a bare number beside a time
YEARS = range(1950, 2050)
NEAR = 30
MARKS = {"=": 2.5, ":": 2.5, "/": 2.5, "": 2.0, "-": 1.5}  # how closely a mark between an amount and a time joins them
SILENT = frozenset({"contact", "name", "age", "location"})  # fields that hold no prices
# Numbers of ten digits or so, however they are cut up, are phones; so is the end of one.
PHONE = re.compile(r"(?<!\d)\(?\d{3}\)?[ .?_-]{0,2}\d{3}[ .?_-]{0,2}\d{4}(?!\d)|\d{7,15}|(?<!\d)\d{3}-\d{4}(?!\d)")
GLUE = re.compile(
    r"[\s/=:.,(~*|>-]{0,8}(?:(?:for|per|por|para|each|x|an?|la|el|the|is|only|of|donation|de|os?)\b[\s/=:-]{0,3}){0,2}\Z"
)
# "120/200", "120 or 200": what a word for rates says of the first number holds for the next.
NEXT = re.compile(r"\s{0,2}(?:[/,-]|or|and|y|e|o|ou)\s{0,2}\Z")


class Prices:
    """Every price, with the time it buys."""

    name = NAME
    examples = (
        Example("$120/hr, $80 half hour", ("USD 120 / 60 min", "USD 80 / 30 min")),
        Example("30min 80 / 1h 150", ("80 / 30 min", "150 / 60 min")),
        Example("R$ 200 a hora", ("BRL 200 / 60 min",), region="BR"),
        Example("media hora 50 euros", ("EUR 50 / 30 min",), region="ES"),
        Example("140 roses hhr", ("USD 140 / 30 min",)),
        Example("150", ("150",), "price"),
        Example("Call 312 555 0142, open 24 hours, I'm 24, 10 minutes from downtown", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Field by field, in reading order."""
        for run in text.fields:
            if run.name not in SILENT:
                yield from _of_field(text, run)


def _of_field(text: AdText, run: Run) -> Iterator[Found]:
    folded = text.folded.text
    phones = [match.span() for match in PHONE.finditer(folded, run.start, run.end)] if run.name != "price" else []
    lengths = _outside(times(folded, run.start, run.end), phones)
    money = _outside(amounts(folded, run.start, run.end), phones + [(one.start, one.end) for one in lengths])
    paired = _pair(folded, money, lengths)
    cued = {edge for match in words().cue.finditer(folded, run.start, run.end) for edge in match.span()}
    cued_to = -1  # where the last number that a word for rates made money of ends
    for amount in money:
        if amount.currency is None and run.name != "price":
            if not (SMALLEST <= amount.value <= LARGEST and amount.value.is_integer()) or amount.value in YEARS:
                continue
            after_cued = cued_to > 0 and NEXT.match(folded, cued_to, amount.start)
            if after_cued or not cued.isdisjoint((amount.start, amount.end)):
                cued_to = amount.end
            elif amount not in paired:
                continue
        yield _found(amount, paired.get(amount), text.region)


def _outside(found: Iterator[Any], spans: list[tuple[int, int]]) -> list[Any]:
    """What does not begin inside one of `spans`; both in order."""
    kept, index = [], 0
    spans = sorted(spans)
    for one in found:
        while index < len(spans) and spans[index][1] <= one.start:
            index += 1
        if index == len(spans) or one.end <= spans[index][0]:
            kept.append(one)
    return kept


def _found(amount: Amount, time: Time | None, region: str | None) -> Found:
    currency = words().money_of(amount.currency, region)
    value, detail = f"{amount.value:.10g}", {"amount": amount.value, "currency": currency, "minutes": None}
    start, end = amount.start, amount.end
    if currency:
        value = f"{currency} {value}"
    if time:
        value += f" / {time.minutes} min"
        detail["minutes"] = time.minutes
        start, end = min(start, time.start), max(end, time.end)
    known = {name: one for name, one in detail.items() if one is not None}
    return Found(Kind.PRICE, value, start, end, NAME, 0.9 if currency else 0.7, known)


def _pair(folded: str, money: list[Amount], lengths: list[Time]) -> dict[Amount, Time]:
    """The time each amount buys, from chains in which amounts and times take turns ("30 min 80 / 1h 150").

    A chain of even length is pairs from its start; of an odd one, the item is left out that leaves the closest pairs.
    """
    items: list[Amount | Time] = sorted([*money, *lengths], key=lambda one: one.start)
    paired: dict[Amount, Time] = {}
    start = 0
    for end in range(1, len(items) + 1):
        if end < len(items) and _joined(folded, items[end - 1], items[end]):
            continue
        for first, second in _turns(folded, items[start:end]):
            match first, second:
                case Amount(), Time():
                    paired[first] = second
                case Time(), Amount():
                    paired[second] = first
        start = end
    return paired


def _joined(folded: str, first: Amount | Time, second: Amount | Time) -> bool:
    """Whether two neighbours are an amount and a time with nothing but small words between them."""
    if type(first) is type(second) or second.start - first.end > NEAR:
        return False
    bare = isinstance(first, Amount) and first.currency is None
    if bare and "," in folded[first.end : second.start]:  # "I'm 24, 10 minutes away"
        return False
    return GLUE.match(folded, first.end, second.start) is not None


def _turns(folded: str, chain: list[Amount | Time]) -> list[tuple[Amount | Time, Amount | Time]]:
    if len(chain) % 2 == 0:
        return list(zip(chain[::2], chain[1::2], strict=True))
    # Leaving out item 2k pairs what is before it from the start and what is behind it up to the end.
    before, behind = [0.0], [0.0]
    for index in range(0, len(chain) - 1, 2):
        before.append(before[-1] + _closeness(folded, chain[index], chain[index + 1]))
        behind.append(behind[-1] + _closeness(folded, chain[-2 - index], chain[-1 - index]))
    count = len(chain) // 2
    out = 2 * max(range(count + 1), key=lambda k: (before[k] + behind[count - k], k))
    kept = chain[:out] + chain[out + 1 :]
    return list(zip(kept[::2], kept[1::2], strict=True))


def _closeness(folded: str, first: Amount | Time, second: Amount | Time) -> float:
    gap = folded[first.end : second.start]
    amount = first if isinstance(first, Amount) else second
    bare = 2.0 if isinstance(amount, Amount) and amount.currency is None else 0.0
    if "\n" in gap:
        return 0.5 - bare
    if gap.strip().isalpha():
        return 4.0 - bare
    return MARKS.get(gap.strip(" ("), 0.5) + (1.0 if len(gap) < 2 else 0.0) - bare
