"""Prices: the amount, its currency and what time it buys, in tables and in prose."""

import pytest

from crawlers.records import Ad
from nlp.extractor import AdText, Found
from nlp.prices import Prices


def prices(text: str, field: str = "body", region: str | None = "US") -> list[str]:
    return [one.value for one in found(text, field, region)]


def found(text: str, field: str = "body", region: str | None = "US") -> list[Found]:
    return list(Prices()(AdText.of(Ad("test:1", "test", "", None, **{field: text}, region=region))))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$120 an hour", ["USD 120 / 60 min"]),
        ("100 hh, 150 hr", ["100 / 30 min", "150 / 60 min"]),
        ("30min 80 / 1h 150", ["80 / 30 min", "150 / 60 min"]),
        ("50$ss 70$hh", ["USD 50 / 15 min", "USD 70 / 30 min"]),
        ("15 min - 60 roses 30 min - 100 roses", ["USD 60 / 15 min", "USD 100 / 30 min"]),
        ("50 roses = 15 min 80 roses = 30 min", ["USD 50 / 15 min", "USD 80 / 30 min"]),
        (
            "30 min 60 gbp - 100 gbp for 60 minutes - 190 gbp for 2 hours",
            ["GBP 60 / 30 min", "GBP 100 / 60 min", "GBP 190 / 120 min"],
        ),
        ("hour and a half 200 eur", ["EUR 200 / 90 min"]),
        ("media hora 60€, una hora 100€", ["EUR 60 / 30 min", "EUR 100 / 60 min"]),
        ("R$ 200 por hora", ["BRL 200 / 60 min"]),
        ("overnight $1,200", ["USD 1200 / 480 min"]),
        ("rates: 120/200", ["120", "200"]),
        ("donation 150", ["150"]),
        ("$80", ["USD 80"]),
    ],
)
def test_a_price_is_read_with_what_is_known_of_it(text: str, values: list[str]) -> None:
    assert prices(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "I'm 24, 10 minutes from downtown",
        "open 24 hours",
        "312-555-0142",
        "since 2016",
        "5'4 and 120 lbs",
        "bus 52 every 30 minutes",
        "open 10:00 to 20:00 hours",
        "100% real",
    ],
)
def test_other_numbers_are_no_prices(text: str) -> None:
    assert prices(text) == []


def test_the_price_field_holds_a_price_without_more_words() -> None:
    assert prices("150", "price") == ["150"]
    assert prices("1 hour 120", "price") == ["120 / 60 min"]


def test_a_dollar_sign_is_the_dollar_of_the_region() -> None:
    assert prices("$100", region="CA") == ["CAD 100"]
    assert prices("$100", region="GB") == ["USD 100"]


@pytest.mark.parametrize(
    ("text", "amount"), [("$1,200", 1200), ("1.200 €", 1200), ("35,70 €", 35.7), ("CHF 1'049,95", 1049.95)]
)
def test_amounts_are_read_in_the_ways_numbers_are_written(text: str, amount: float) -> None:
    (one,) = found(text)
    assert one.detail["amount"] == amount


def test_the_find_covers_amount_and_time() -> None:
    text = "special: $120 / 60 min today"
    (one,) = found(text)
    assert text[one.start : one.end] == "$120 / 60 min"
