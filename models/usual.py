"""What prices are usual where, kept in the store: what each ad asks, changed where its reading did, and medians from it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from models.prices import ENOUGH, Asked, Unit, asked
from models.tables import asked_prices
from nlp.tables import readings
from store import pending
from store.database import among, insert_plain, select_in
from store.sifting import sound
from store.workspace import Workspace

STAGE = "prices"
# Raise when the same reading asks for something else.
VERSION = "1"
BATCH = 2_000

Medians = dict[str, dict[Unit, float]]  # by place


def refresh(workspace: Workspace) -> None:
    """Put down anew what those ads ask that were read since, or are gone; all ads where that was never done."""
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, VERSION, select(readings.c.ad_id))
    pending.drain(
        workspace,
        STAGE,
        compute=lambda connection, ad_ids: (ad_ids, _all_asked(connection, ad_ids, workspace.root)),
        write=lambda connection, found: _replace(connection, *found),
        batch=BATCH,
    )


class UsualPrices:
    """The medians of the places that are asked for, each place's read once: `known` goes from batch to batch."""

    def __init__(self, connection: Connection, known: Medians) -> None:
        self._connection = connection
        self._known = known

    def median(self, place: str, unit: Unit) -> float | None:
        """The median of a unit at a place, or None where too few prices are known."""
        if place not in self._known:
            self._known[place] = medians_at(self._connection, place)
        return self._known[place].get(unit)


def medians_at(connection: Connection, place: str) -> dict[Unit, float]:
    """The median of each unit that ENOUGH ads ask there; of an even number of amounts the mean of the middle two.

    Ads ask few different amounts, so the database counts each, in the order of its key, and no amount is sorted.
    """
    columns = (asked_prices.c.currency, asked_prices.c.minutes, asked_prices.c.amount)
    query = select(*columns, func.count()).where(asked_prices.c.place == place).group_by(*columns).order_by(*columns)
    amounts: dict[Unit, list[tuple[float, int]]] = defaultdict(list)
    for currency, minutes, amount, ads in connection.execute(query):
        amounts[currency, minutes].append((amount, ads))
    found = ((unit, _median(counted)) for unit, counted in amounts.items())
    return {unit: median for unit, median in found if median is not None}


def _median(counted: Sequence[tuple[float, int]]) -> float | None:
    """The median of ENOUGH amounts in order, each with how many ads ask it."""
    total = sum(ads for _, ads in counted)
    if total < ENOUGH:
        return None
    upto = list(accumulate(ads for _, ads in counted))
    low, high = (counted[bisect_left(upto, place)][0] for place in ((total + 1) // 2, total // 2 + 1))
    return (low + high) / 2


def _all_asked(connection: Connection, ad_ids: Sequence[str], folder: Path) -> list[tuple[str, Asked]]:
    # All that is read passes by here: mentions are looked at as they stand, and none is built.
    return sound(ad_ids, lambda some: list(_asked(connection, some)), folder)


def _asked(connection: Connection, ad_ids: Sequence[str]) -> Iterator[tuple[str, Asked]]:
    query = select(readings.c.ad_id, readings.c.mentions)
    for row in select_in(connection, query, readings.c.ad_id, ad_ids):
        found = asked((one["kind"], one["value"], one["field"], one.get("detail", {})) for one in row.mentions)
        if found is not None:
            yield row.ad_id, found


def _replace(connection: Connection, ad_ids: Sequence[str], found: Sequence[tuple[str, Asked]]) -> None:
    connection.execute(delete(asked_prices).where(among(connection, asked_prices.c.ad_id, ad_ids)))
    rows = [
        (place, currency, minutes, amount, ad_id)
        for ad_id, (place, lowest) in found
        for (currency, minutes), amount in lowest.items()
    ]
    insert_plain(connection, asked_prices, ("place", "currency", "minutes", "amount", "ad_id"), rows)
