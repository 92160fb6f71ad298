"""Which time each amount of money buys, from what stands side by side in an ad."""

from typing import NamedTuple

from nlp.prices.gaps import Time
from nlp.prices.joins import Join
from nlp.prices.money import SMALLEST, is_round

NIGHT = 480  # minutes


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


def without_weak(items: list[Item], joins: list[Join | None]) -> tuple[list[Item], list[Join | None]]:
    """Without the times of weak words, where no other word for a time stands beside them."""
    weak = [item.weak for item in items if isinstance(item, Time)]
    if True not in weak or False in weak:
        return items, joins
    weak = [isinstance(item, Time) for item in items]
    kept = [index for index, gone in enumerate(weak) if not gone]
    return [items[index] for index in kept], [None if index and weak[index - 1] else joins[index] for index in kept]


def pair(items: list[Item], joins: list[Join | None]) -> dict[int, Time]:
    """The time each amount buys, from chains in which amounts and times take turns ("30 min 80 / 1h 150").

    A chain of even length is pairs from its start; of an odd one, the item is left out that leaves the closest pairs.
    """
    paired: dict[int, Time] = {}
    table = len([item for item in items if isinstance(item, Time)]) > 1
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
    if join is None:
        return False
    amount, time = (first, second) if isinstance(first, Amount) else (second, first)
    if not (isinstance(amount, Amount) and isinstance(time, Time)):
        return False
    bare = amount.currency is None
    if bare and time.minutes >= NIGHT and amount.value < 5 * SMALLEST:
        return False
    if join.strange:  # "120 sweet hr"
        return amount is first and (not bare or (table and is_round(amount.value)))
    return not (bare and join.comma)  # "I'm 24, 10 minutes away"


def _turns(items: list[Item], joins: list[Join | None], start: int, end: int) -> list[tuple[int, int]]:
    if (end - start) % 2 == 0:
        return [(index, index + 1) for index in range(start, end, 2)]
    # Leaving out item 2k pairs what is before it from the start and what is behind it up to the end.
    count = (end - start) // 2
    before, behind = [0.0], [0.0]
    for index in range(0, 2 * count, 2):
        before.append(before[-1] + _closeness(items, joins, start + index))
        behind.append(behind[-1] + _closeness(items, joins, end - 2 - index))
    out = start + 2 * max(range(count + 1), key=lambda k: (before[k] + behind[count - k], k))
    return [(index, index + 1) for index in (*range(start, out, 2), *range(out + 1, end, 2))]


def _closeness(items: list[Item], joins: list[Join | None], first: int) -> float:
    join = joins[first + 1]
    amount = items[first] if isinstance(items[first], Amount) else items[first + 1]
    bare = isinstance(amount, Amount) and amount.currency is None
    return (join.closeness if join else 0.0) - (2.0 if bare else 0.0)


def companion(items: list[Item], paired: dict[int, Time], index: int) -> int | None:
    """Minutes of a table's amount by an unknown unit: half hour and hour go together, at prices that differ so much."""
    amount = items[index]
    for step in (1, -1):
        at = index + step
        while 0 <= at < len(items) and isinstance(items[at], Time):
            at += step
        if isinstance(amount, Amount) and 0 <= at < len(items) and at in paired:
            other = items[at]
            ratio = amount.value / other.value if isinstance(other, Amount) and other.value else 0.0
            if paired[at].minutes == 60 and 0.4 <= ratio <= 0.85:
                return 30
            if paired[at].minutes == 30 and 1.2 <= ratio <= 2.5:
                return 60
    return None
