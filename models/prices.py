"""What prices are usual where: medians by place, currency and minutes, from at least thirty ads each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median as middle
from typing import Any

from nlp.records import Kind, Reading

ENOUGH = 30

Unit = tuple[str, int]  # currency ("" where not known) and minutes
Asked = tuple[str, dict[Unit, float]]  # a place and the lowest amount of each unit
NUMBER = (int, float)
PLACE, PRICE = Kind.PLACE.value, Kind.PRICE.value


@dataclass(frozen=True, slots=True)
class LocalPrices:
    """Medians by (place, unit); only those from ENOUGH prices or more are there."""

    medians: Mapping[tuple[str, Unit], float]

    def median(self, place: str, unit: Unit) -> float | None:
        """The median of a unit at a place, or None where too few prices are known."""
        return self.medians.get((place, unit))


def local_prices(readings: Iterable[Reading]) -> LocalPrices:
    """The medians over these readings. An ad counts once for each unit, with its lowest price."""
    wanted = (Kind.PLACE, Kind.PRICE)
    found: dict[tuple[str, Unit], list[float]] = defaultdict(list)
    for reading in readings:
        ad = asked((one.kind, one.value, one.field, one.detail) for one in reading.mentions if one.kind in wanted)
        if ad is not None:
            for unit, amount in ad[1].items():
                found[ad[0], unit].append(amount)
    return LocalPrices({key: middle(amounts) for key, amounts in sorted(found.items()) if len(amounts) >= ENOUGH})


def asked(mentions: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> Asked | None:
    """Where an ad offers and the lowest price of each unit, of mentions given as kind, value, field and detail."""
    place: str | None = None
    located = False
    lowest: dict[Unit, float] = {}
    for kind, value, field, detail in mentions:
        if kind == PRICE:
            if (unit := price_unit(detail)) is not None:
                lowest[unit[:2]] = min(unit[2], lowest.get(unit[:2], unit[2]))
        elif kind == PLACE and not located and (place is None or field == "location"):
            place, located = value, field == "location"
    return (place, lowest) if place is not None and lowest else None


def price_unit(detail: Mapping[str, Any]) -> tuple[str, int, float] | None:
    """Currency, minutes and amount of a price's detail; None where it does not say for how long."""
    amount, minutes = detail.get("amount"), detail.get("minutes")
    if not isinstance(amount, NUMBER) or not isinstance(minutes, NUMBER) or amount <= 0 or minutes <= 0:
        return None
    return str(detail.get("currency") or ""), int(minutes), float(amount)
