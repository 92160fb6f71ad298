"""A stated age below 18 is raised with its words, however and wherever it is written; other small numbers are not."""

import time
from collections.abc import Callable
from itertools import islice

import pytest

from bench.minors import Case, negatives, positives
from crawlers.records import Ad
from nlp.ages.ages import Ages
from nlp.extractor import AdText
from nlp.indicators.derived import derived
from nlp.records import Kind, Reading
from tests.pace import slowdown


def raised(ad: Ad) -> list[tuple[str, int]]:
    """The words of each stated_minor, and the age they state."""
    text = AdText.of(ad)
    ages = {(one.start, one.end): int(one.value.partition("-")[0]) for one in Ages()(text)}
    return [
        (text.folded.text[one.start : one.end], ages[one.start, one.end])
        for one in derived(Ages()(text))
        if one.value == "stated_minor"
    ]


def told(case: Case) -> str:
    return f"{case.age}: {dict(case.fields)}"


def test_every_stated_age_below_18_is_raised() -> None:
    cases = list(islice(positives(seed=11), 200))
    missed = [told(case) for case in cases if case.age not in {age for _, age in raised(case.ad(0))}]
    assert missed == []


def test_other_small_numbers_are_not() -> None:
    cases = list(islice(negatives(seed=11), 500))
    assert [told(case) for case in cases if raised(case.ad(0))] == []


def test_an_age_elsewhere_hides_nothing(read_text: Callable[..., Reading]) -> None:
    reading = read_text("The person is sixteen years old.", title="A table and two chairs", age="24")
    (minor,) = [one for one in reading.of(Kind.INDICATOR) if one.value == "stated_minor"]
    assert (minor.field, minor.surface) == ("body", "sixteen")
    assert {one.value for one in reading.of(Kind.AGE)} == {"16", "24"}


def test_the_same_age_twice_is_shown_twice(read_text: Callable[..., Reading]) -> None:
    reading = read_text("The person is 16 years old.", age="16")
    assert [one.field for one in reading.of(Kind.INDICATOR) if one.value == "stated_minor"] == ["body", "age"]


@pytest.mark.parametrize("text", ["16-18", "16 to 18", "17/19"])
def test_a_range_that_starts_below_18_is_raised(text: str, read_text: Callable[..., Reading]) -> None:
    for reading in (read_text("", age=text), read_text(f"Age: {text}"), read_text(f"{text} years old")):
        assert any(one.value == "stated_minor" for one in reading.of(Kind.INDICATOR))


@pytest.mark.parametrize("text", ["24 years old", "age: 18", "in my twenties", "tengo 18 años", "18-20 years old"])
def test_an_adult_age_is_not(text: str, read_text: Callable[..., Reading]) -> None:
    assert not any(one.value == "stated_minor" for one in read_text(text).of(Kind.INDICATOR))


@pytest.mark.parametrize("unit", ["7", "24 24 24 ", "twenty twenty ", "age age ", "lo lo ", "x" * 50 + " "])
def test_a_megabyte_of_numbers_or_labels_is_read_in_no_time(unit: str) -> None:
    text = AdText.of(Ad("test:1", "test", "", None, body=unit * (1_000_000 // len(unit))))
    started = time.process_time()
    assert len(list(Ages()(text))) == 0
    # An idle machine takes a third of it.
    assert time.process_time() - started < 1.5 * slowdown()


@pytest.mark.parametrize(
    "unit", ["24 yo ", "age 24 ", "i'm 24 ", "16-18 years old, ", "in my late twenties ", "24, 24 years ", "ana, 24\n"]
)
def test_the_time_grows_with_the_length_of_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = AdText.of(Ad("test:1", "test", "", None, body=unit * (length // len(unit))))
        started = time.process_time()
        list(Ages()(text))
        return time.process_time() - started

    seconds(2_000)
    assert seconds(160_000) < 24 * max(min(seconds(20_000) for _ in range(3)), 0.002)
