"""Words for a group are masked whole, however they are drawn, stretched, spaced, joined or spelt."""

from collections.abc import Callable

import pytest

from nlp.disguises import plain_readings
from nlp.records import Kind, Reading

ReadText = Callable[..., Reading]


@pytest.mark.parametrize(
    "word",
    [
        "Cabo Verde",
        "CABO VERDE",
        "Cabo-Verde",
        "Cabo\N{EN DASH}Verde",
        "Cabo\N{NON-BREAKING HYPHEN}Verde",
        "Cabo_Verde",
        "#CaboVerde",
        "cabooo verdeeee",
        "C4bo V3rde",
        "C a b o  V e r d e",
        "c.a.b.o v.e.r.d.e",
        "C🌹a🌹b🌹o 🌹 V🌹e🌹r🌹d🌹e",
        "ca\N{SOFT HYPHEN}bo ver\N{ZERO WIDTH SPACE}de",
        "Cаbо Vеrdе",  # Cyrillic vowels
        "𝐂𝐚𝐛𝐨 𝐕𝐞𝐫𝐝𝐞",
        "__cabo verde__",
        "República Centro-Africana",
        "U.S. Virgin Islands",
        "St. Lucia",
    ],
)
def test_a_country_is_masked_whole_however_it_is_spelt(read_text: ReadText, word: str) -> None:
    assert read_text(f"sweet, born in {word}, kind").masked == "sweet, born in _trait_, kind".replace("born in ", "")


@pytest.mark.parametrize(
    "word",
    [
        "porto-riquenha",
        "PORTO-RIQUENHAAA",
        "portoriquenha",
        "afro-brasileira",
        "afrobrasileiraaa",
        "sul-coreana",
        "SÃO-TOMENSE",
        "4siática",
        "latinaa",
        "_latina_",
    ],
)
def test_hyphens_stretched_letters_and_digits_leave_no_part_of_a_word(read_text: ReadText, word: str) -> None:
    assert read_text(f"sou {word} e calma").masked == "sou _trait_ e calma"


def test_what_two_matches_say_of_an_origin_is_masked_as_one(read_text: ReadText) -> None:
    assert read_text("fluent Brazilian Portuguese.").masked == "_trait_."


def test_a_token_stands_by_itself(read_text: ReadText) -> None:
    assert read_text("I am a_foreigner here").masked == "i am a _trait_ here"


@pytest.mark.parametrize(
    "text", ["fines de semana", "free see too all", "www aaa", "a_b_c", "30min 5 star", "тихий дом"]
)
def test_other_words_stay(read_text: ReadText, text: str) -> None:
    assert read_text(text).masked == text.replace("й", "и")


def test_readings_lead_back_to_the_characters_they_stand_for() -> None:
    text = "so 🌹 thaiiii _l4tina_"
    back = [
        (plain[start : start + len(word)], text[slice(*way.span(start, start + len(word)))])
        for plain, way, _ in plain_readings(text)
        for word in ("thai", "latina")
        if way is not None and (start := plain.find(word)) >= 0
    ]
    assert set(back) == {("thai", "thaiiii"), ("latina", "l4tina")}


@pytest.mark.parametrize("word", ["R.w.a.n.d.a.n", "S.c.o.t.l.a.n.d", "m.i.g.r.a.n.t.e"])
def test_letters_one_by_one_are_no_platform(read_text: ReadText, word: str) -> None:
    assert read_text(f"I was {word} once").of(Kind.HANDLE) == ()
    assert [one.value for one in read_text("w.a: rosa_lane7").of(Kind.HANDLE)] == ["whatsapp:rosa_lane7"]


def test_a_visa_to_work_is_no_card_to_pay_with(read_text: ReadText) -> None:
    assert read_text("I am on a student visa").of(Kind.PAYMENT) == ()
    assert len(read_text("Visa and cash welcome").of(Kind.PAYMENT)) == 2


@pytest.mark.parametrize("text", ["I am a two-spirit person", "I am a two-spiiiirit person", "I am a two spirit"])
def test_two_spirits_are_no_age(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.AGE) == ()


@pytest.mark.parametrize("end", ["I am a genderfluid  person.", "I have a work permit.", "My id."])
def test_what_an_ad_ends_with_names_no_number_of_the_next_field(read_text: ReadText, end: str) -> None:
    assert len(read_text(f"calm and clean. {end}", contact="3215550169").of(Kind.PHONE)) == 1


def test_a_lead_is_hidden_too_where_it_is_disguised(read_text: ReadText) -> None:
    said = ("muito alta", "MUITOOO ALTA", "mu1to alta")
    assert {read_text(f"sou {one} e calma").masked.replace("muito ", "") for one in said} == {"sou _trait_ e calma"}


@pytest.mark.parametrize("word", ["thick", "skinny", "green-eyed", "athletic", "heavyset"])
def test_every_word_for_a_body_leaves_the_same_person(read_text: ReadText, word: str) -> None:
    masked = [
        read_text(said.format(word)).masked for said in ("a {} woman.", "call me {}.", "I am {}.", "very {} indeed")
    ]
    assert masked == ["a _trait_ person.", "call me _trait_.", "i am _trait_.", "very _trait_ indeed"]
