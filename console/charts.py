"""What a group's ads ask for an hour, and the ages they state, over time."""

from collections import defaultdict

from casework.groupfiles import GroupFile
from console.scatter import Point, Scatter, scatter
from nlp.records import Kind

HOUR = 60
PRICE, AGE = Kind.PRICE.value, Kind.AGE.value  # plain strings are compared in a third of the time


def prices_and_ages(file: GroupFile) -> list[tuple[Scatter, str, str]]:
    """Charts with their unit and what they show; none where fewer than two ads give a value. One currency, that of most ads."""
    prices: dict[str, list[Point]] = defaultdict(list)
    ages: list[Point] = []
    for ad_id, reading in file.readings.items():
        moment = file.times[ad_id]
        for one in reading.mentions:
            kind, value = one["kind"], one["value"]
            if kind == PRICE:
                detail = one["detail"]
                if detail.get("minutes") and detail.get("amount"):
                    hourly = float(detail["amount"]) * HOUR / float(detail["minutes"])
                    prices[detail.get("currency") or "no currency"].append(Point(moment, hourly, f"{value}: {ad_id}"))
            elif kind == AGE and value.isdecimal():
                ages.append(Point(moment, float(value), f"{value}: {ad_id}"))
    made = []
    if prices:
        currency = max(sorted(prices), key=lambda name: len(prices[name]))
        if drawn := scatter(prices[currency]):
            made.append((drawn, f"{currency} an hour", f"What its ads ask, as {currency} for an hour."))
    if drawn := scatter(ages):
        made.append((drawn, "age stated", "Ages its ads state, as written."))
    return made
