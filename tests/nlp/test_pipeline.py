"""The reading as a whole: spans are exact on any text, contacts beat other kinds, and what follows from them is added."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.records import TEXT_FIELDS, Ad
from nlp.language import languages_of
from nlp.pipeline import read_ads, version
from nlp.records import Kind, Reading

ReadText = Callable[..., Reading]

SEEDS = st.sampled_from(
    [
        "call 312-555-0142 ",
        "3️⃣1️⃣2️⃣ 555 0142",
        "rose (at) example dot com ",
        "I'm 24 ",
        "$120/hr ",
        "in Chicago, IL ",
        "ig: rosa_7lane ",
        "🌹",
        "Ｈｉ ",
        "İ",
    ]
)
TEXTS = st.lists(st.one_of(SEEDS, st.text(max_size=12)), max_size=8).map("".join)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(TEXT_FIELDS, TEXTS)))
def test_every_mention_is_its_characters_of_its_field(fields: dict[str, str]) -> None:
    ad = Ad("test:1", "test", "", None, **fields)
    (reading,) = read_ads([ad])
    for mention in reading.mentions:
        text = getattr(ad, mention.field)
        assert text[mention.start : mention.end] == mention.surface != ""
        for part in mention.detail.get("parts", ()):
            assert 0 <= part["start"] < part["end"] <= len(getattr(ad, part["field"]))


def test_the_digits_of_a_phone_are_no_price_and_no_age(read_text: ReadText) -> None:
    reading = read_text("call 312 555 0142, $120 / hour, I am 24 years old")
    assert [(one.kind, one.value) for one in reading.mentions if one.kind is not Kind.INDICATOR] == [
        (Kind.PHONE, "+13125550142"),
        (Kind.PRICE, "USD 120 / 60 min"),
        (Kind.AGE, "24"),
    ]


@pytest.mark.parametrize(
    ("age", "indicators"),
    [
        ("9", ["stated_minor"]),
        ("17", ["stated_minor"]),
        ("18", ["stated_young_adult"]),
        ("22", ["stated_young_adult"]),
        ("23", []),
    ],
)
def test_a_stated_age_below_18_and_one_up_to_22_is_an_indicator(
    read_text: ReadText, age: str, indicators: list[str]
) -> None:
    assert [one.value for one in read_text(age=age).of(Kind.INDICATOR)] == indicators


def test_an_unsupported_language_is_read_for_contacts_alone_and_says_so(read_text: ReadText) -> None:
    reading = read_text("Bonjour, je suis nouvelle ici et vous pour une heure, appelez moi au 312-555-0142, 120 euros")
    assert reading.language == "fr"
    assert [one.kind for one in reading.mentions] == [Kind.PHONE]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, I am new in town and available today for a walk", "en"),
        ("Hola, soy nueva en la ciudad y estoy disponible hoy", "es"),
        ("Oi, sou nova na cidade e atendo hoje em meu apartamento", "pt"),
        ("Привет, я новая в городе", "ru"),
        ("สวัสดีค่ะ", "th"),
        ("312 555 0142", "und"),
        ("", "und"),
    ],
)
def test_the_language_of_an_ad_is_told_by_its_common_words_or_its_script(
    read_text: ReadText, text: str, language: str
) -> None:
    assert read_text(text).language == language


@pytest.mark.parametrize("word", ["m i x t e c a", "a t e a", "h_u_i_c_h_o_l_a"])
def test_a_word_whose_letters_stand_apart_speaks_for_no_language(word: str) -> None:
    """Its e would be Portuguese for "and", and an ad's words then read by the lexicons of both languages."""
    assert languages_of(f"tambien soy puntual, hora, horas. orgullo de ser {word}.") == ("es",)


def test_readings_come_in_the_order_of_the_ads() -> None:
    ads = [Ad(f"test:{number}", "test", "", None, body="hello") for number in range(300)]
    assert [reading.ad_id for reading in read_ads(iter(ads))] == [ad.ad_id for ad in ads]


def test_an_ad_without_text_is_read_as_nothing() -> None:
    (reading,) = read_ads([Ad("test:1", "test", "", datetime(2026, 5, 1, tzinfo=UTC))])
    assert (reading.mentions, reading.masked, reading.version) == ((), "", version())


def test_reading_leaves_no_circles_for_the_collector_that_rests_meanwhile() -> None:
    ads = [
        Ad(
            f"test:{number}",
            "test",
            "",
            None,
            body="Anna, 24, new in Chicago. Call 312-555-0142, $120 an hour. No calls after ten.",
        )
        for number in range(20)
    ]
    list(read_ads(ads))  # what is made once
    gc.collect()
    gc.disable()
    try:
        list(read_ads(ads))
        assert gc.collect() == 0
    finally:
        gc.enable()
    list(read_ads(ads))
    assert gc.isenabled()
