"""Ages: as written, from 0 up, and nothing else that is a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.records import Ad
from nlp.ages.ages import Ages
from nlp.extractor import AdText


def ages(text: str, field: str = "body") -> list[str]:
    return [one.value for one in Ages()(AdText.of(Ad("test:1", "test", "", None, **{field: text})))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'm 24", ["24"]),
        ("24 yo", ["24"]),
        ("age: 24", ["24"]),
        ("24-year-old", ["24"]),
        ("24yrs", ["24"]),
        ("twenty-four years old", ["24"]),
        ("tengo 24 años", ["24"]),
        ("tenho vinte e quatro anos", ["24"]),
        ("edad 23", ["23"]),
        ("we are 20 and 22", ["20", "22"]),
        ("18-25 years old", ["18-25"]),
        ("in my twenties", ["20-29"]),
        ("early 30s", ["30-33"]),
        ("mid 20s", ["24-26"]),
        ("late forties", ["47-49"]),
        ("the child is 5 years old", ["5"]),
        ("my age: 16", ["16"]),
        ("21 y/o", ["21"]),
        ("28 - year - old", ["28"]),
        ("Poster's age: 26", ["26"]),
        ("Ages 20 and 24", ["20", "24"]),
        ("22, 24 and 25 years old", ["22", "24", "25"]),
        ("just turned 21", ["21"]),
        ("treinta y dos años", ["32"]),
        ("tem quinze anos", ["15"]),
        ("the person is 16 1/2 years old", ["16"]),
        ("cumplió 19 años en mayo", ["19"]),
        ("in her late teens", ["17-19"]),
        ("a 19 year old shop assistant", ["19"]),
        ("the person at the shop is 19 years old", ["19"]),
        ("Years of age: 16", ["16"]),
        ("anos: 19", ["19"]),
        ("18 to0 25 years old", ["18-25"]),
        ("26/27/28 yo", ["26", "27", "28"]),
        ("I am 24, 5-9 tall", ["24"]),
        ("I'm 20 and 22 months in town", ["20"]),
    ],
)
def test_an_age_is_read_as_it_is_written(text: str, found: list[str]) -> None:
    assert ages(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "5'4 and 120 lbs, 34-24-34",
        "open 24/7",
        "$24 for 30 minutes",
        "10 years experience",
        "tenho 9 anos de prática",
        "must be over 21",
        "gentlemen over 40 only",
        "21+ only",
        "I'm 10 minutes away",
        "tengo 2 amigas",
        "call 312 555 0142",
        "12/24/2026",
        "since 20 years in business",
        "born in 1999",
        "a 12 year old whisky",
        "our shop is 12 years old",
        "8 months old",
        "garantía de 10 años",
        "edad 12/05/2024",
        "I'm 5 7 tall",
        "we are 3",
        "calle 16. Yo vivo",
        "Photos (12)",
        "I am one of three",
        "I am once again in town",
        "I'm one",
        "I'm a one woman business",
        "I'm 20/22",
        "I'm 24:30",
        "I'm 24 years in business",
        "wine aged 24",
        "age 24 inches",
        "ages 18+",
        "age of 24/7",
        "10.5-24 years old",
        "3+ years experience, 24",
        "clients over 40 years old+",
    ],
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert ages(text) == []


@pytest.mark.parametrize(("text", "found"), [("24", ["24"]), ("24-26", ["24-26"]), ("17 years", ["17"]), ("n/a", [])])
def test_the_age_field_says_its_age_alone(text: str, found: list[str]) -> None:
    assert ages(text, "age") == found


@pytest.mark.parametrize("text", ["Ana, 24", "Ana - 24", "Ana (24)", "quiet evening - 24"])
def test_titles_have_idioms_of_their_own(text: str) -> None:
    assert ages(text, "title") == ["24"]


@given(st.integers(0, 99))
def test_no_age_is_out_of_sight(age: int) -> None:
    assert ages(f"Age: {age}") == ages(f"{age} years old") == ages(str(age), "age") == [str(age)]
