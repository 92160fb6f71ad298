"""What prices are usual where: medians by place, currency and minutes, from at least thirty ads each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median as middle

from nlp.records import Kind, Mention, Reading

ENOUGH = 30

Unit = tuple[str, int]  # currency ("" where not known) and minutes


@dataclass(frozen=True, slots=True)
class LocalPrices:
    """Medians by (place, unit); only those from ENOUGH prices or more are there."""

    medians: Mapping[tuple[str, Unit], float]

    def median(self, place: str, unit: Unit) -> float | None:
        """The median of a unit at a place, or None where too few prices are known."""
        return self.medians.get((place, unit))


def local_prices(readings: Iterable[Reading]) -> LocalPrices:
    """The medians over these readings. An ad counts once for each unit, with its lowest price."""
    found: dict[tuple[str, Unit], list[float]] = defaultdict(list)
    for reading in readings:
        places = reading.of(Kind.PLACE)
        place = next((one for one in places if one.field == "location"), places[0] if places else None)
        if place is None:
            continue
        lowest: dict[Unit, float] = {}
        for mention in reading.of(Kind.PRICE):
            if (unit := price_unit(mention)) is not None:
                lowest[unit[:2]] = min(unit[2], lowest.get(unit[:2], unit[2]))
        for which, amount in lowest.items():
            found[place.value, which].append(amount)
    return LocalPrices({key: middle(amounts) for key, amounts in sorted(found.items()) if len(amounts) >= ENOUGH})


def price_unit(mention: Mention) -> tuple[str, int, float] | None:
    """Currency, minutes and amount of a price; None where it does not say for how long."""
    amount, minutes = mention.detail.get("amount"), mention.detail.get("minutes")
    if not isinstance(amount, int | float) or not isinstance(minutes, int | float) or amount <= 0 or minutes <= 0:
        return None
    return str(mention.detail.get("currency") or ""), int(minutes), float(amount)
