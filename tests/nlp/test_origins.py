"""Where somebody comes from is no place of the ad, and no name; where somebody is, is."""

from collections.abc import Callable

import pytest

from nlp.records import Kind, Reading

ReadText = Callable[..., Reading]


def surfaces(reading: Reading, kind: Kind = Kind.PLACE) -> list[str]:
    return [one.surface for one in reading.of(kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Born in Luxembourg.",
        "I come from *Luxembourg*.",
        "Grew up in Paraguay.",
        "Born and raised in Leeds.",
        "My parents still live in Leeds.",
        "From Guatemala with love.",
        "Made in Panama.",
        "I'm originally from Houston.",
        "Nací en República Dominicana.",
        "Soy de Medellín.",
        "Mi familia vive en Guadalajara.",
        "Originaria de Panamá.",
        "Nasci em Luanda.",
        "Sou de São Paulo.",
        "Sinto falta de Luanda.",
        "Luxembourg is far away.",
        "A Latina with time for tea.",
        "Amiga PORTO-RIQUENHA na cidade.",
        "Una India te espera.",
        "We can talk in Catalão.",
    ],
)
def test_where_somebody_comes_from_is_no_place_of_the_ad(read_text: ReadText, text: str) -> None:
    assert surfaces(read_text(text, region="BR")) == surfaces(read_text(text)) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Born in Leeds, now in Chicago.", "_trait_, now in _place_."),
        ("soy de Medellín y vivo en Houston", "_trait_ y vivo en _place_"),
        ("nací en Santiago, Chile", "_trait_"),
        ("Venho de Guiné-Bissauuuu.", "_trait_."),
    ],
)
def test_a_town_of_origin_is_masked_like_a_country(read_text: ReadText, text: str, masked: str) -> None:
    assert read_text(text).masked == masked


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I am in Luxembourg until Friday", "Luxembourg"),
        ("Visiting Luxembourg this week", "Luxembourg"),
        ("estoy en Panamá esta semana", "Panamá"),
        ("new in Chico", "Chico"),
        ("Hello from Houston", "Houston"),
        ("Minneapolis-based, Chicago-Dallas tour", "Minneapolis"),
        ("visiting Lebanon, NH", "Lebanon"),
    ],
)
def test_where_somebody_is_stays_a_place(read_text: ReadText, text: str, place: str) -> None:
    assert surfaces(read_text(text))[0] == place


def test_the_location_field_says_that_a_country_is_a_place(read_text: ReadText) -> None:
    reading = read_text("Quiet Luxembourg evenings. Born in Luxembourg.", location="Luxembourg", region=None)
    assert [(one.field, one.start) for one in reading.of(Kind.PLACE)] == [("body", 6), ("location", 0)]


@pytest.mark.parametrize("origin", ["", " I come from Luxembourg.", " Grew up in Paraguay.", " I am European."])
def test_a_country_of_origin_moves_no_other_town(read_text: ReadText, origin: str) -> None:
    """Many towns are called Brighton, Birmingham: the ad's own words settle which, not where somebody is from."""
    (town,) = read_text(f"Now in Birmingham, call +44 20 7946 0123.{origin}", region=None).of(Kind.PLACE)
    assert town.detail["country"] == "GB"


@pytest.mark.parametrize("end", [". Canada is my home.", "\nCanada is my home."])
def test_a_country_that_begins_the_next_sentence_is_no_region_of_a_town(read_text: ReadText, end: str) -> None:
    assert read_text(f"now in London{end}").of(Kind.PLACE)[0].detail["country"] == "GB"
    assert read_text("now in London\nCanada").of(Kind.PLACE)[0].detail["country"] == "CA"


@pytest.mark.parametrize(
    "text",
    [
        "I am Sierra Leonean.",
        "Vengo de Sierraaa Leona.",
        "I come from #St. Lucia.",
        "I am Ruritanian.",
        "Proud to be *Ebony*.",
    ],
)
def test_a_word_for_a_group_is_no_name(read_text: ReadText, text: str) -> None:
    assert surfaces(read_text(text), Kind.NAME) == []


@pytest.mark.parametrize("text", ["I am Sierra.", "Kind regards.\n- Ebony", "Greetings from Sheffield, Ella."])
def test_a_name_that_is_such_a_word_too_stays_one(read_text: ReadText, text: str) -> None:
    assert len(surfaces(read_text(text), Kind.NAME)) == 1
