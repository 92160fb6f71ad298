"""Places: towns by GeoNames, settled by what stands around them; words that happen to be towns are left alone."""

import time

import pytest

from crawlers.records import Ad
from nlp.extractor import AdText, Found
from nlp.places.gazetteer import gazetteer
from nlp.places.places import Places
from tests.pace import slowdown

CHICAGO, HOUSTON, MEXICAN_GUADALAJARA = "4887398", "4699066", "4005539"


def places(body: str = "", region: str | None = "US", **fields: str) -> list[str]:
    return [one.value for one in found(body, region, **fields)]


def found(body: str = "", region: str | None = "US", **fields: str) -> list[Found]:
    return list(Places()(AdText.of(Ad("test:1", "test", "", None, body=body, region=region, **fields))))


@pytest.mark.parametrize(
    ("location", "value"),
    [
        ("Chicago", CHICAGO),
        ("houston tx", HOUSTON),
        ("Springfield, IL", "4250542"),
        ("Springfield, MO", "4409896"),
        ("Portland, Maine", "4975802"),
        ("Paris, TX", "4717560"),
        ("London, UK", "2643743"),
        ("Guadalajara, México", MEXICAN_GUADALAJARA),
        ("St. Louis, MO", "4407066"),
        ("NYC", "5128581"),
    ],
)
def test_the_location_field_names_a_town(location: str, value: str) -> None:
    assert places(location=location) == [value]


def test_the_find_says_name_country_and_coordinates() -> None:
    (one,) = found(location="Chicago, IL")
    assert one.detail == {"name": "Chicago", "country": "US", "lat": 41.85003, "lon": -87.65005}


@pytest.mark.parametrize(
    ("region", "text", "value"),
    [
        ("US", "in Birmingham", "4049979"),
        ("GB", "in Birmingham", "2655603"),
        (None, "in Birmingham, call +44 20", "2655603"),
    ],
)
def test_region_and_what_the_ad_says_settle_a_shared_name(region: str | None, text: str, value: str) -> None:
    assert places(text, region) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("71 Camino Azul, Jemez Springs, NM 87025", "US/NM/Jemez Springs"),
        ("71 CAMINO AZUL JEMEZ SPRINGS NM 87025", "US/NM/Jemez Springs"),
        ("po box 12 jemez springs nm 87025-1234", "US/NM/Jemez Springs"),
        ("8 Elm Road North, Elmbury, New York 10998", "US/NY/Elmbury"),
        ("8 Elm Road, Elmbury Park, Oklahoma", "US/OK/Elmbury Park"),
    ],
)
def test_a_town_geonames_lacks_is_read_from_its_address(text: str, value: str) -> None:
    assert places(text) == [value]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("12 Oak St. Louis Lane, St. Louis, MO 63101", "St. Louis"),
        ("9 elm ave n. palm beach fl 33408", "N. Palm Beach"),
        ("9 ELM AVE FRUITLAND PK FL 34731", "Fruitland Pk"),
        ("77 Elm Drive Fort Mill, South Carolina 29715 United States", "Fort Mill"),
        ("po box 7 department 3 indianapolis in 46206", "Indianapolis"),
        ("17 Grove Street Evanston 60201", "Evanston"),
        ("17 Green Bay Road Highland Park", "Highland Park"),
        ("17 Elm Street, 3rd Floor, New York, NY 10003", "New York"),
        ("17 Indiana Highway 212, Michigan City, IN 46360", "Michigan City"),
        ("17 Elm Street Northwest, Washington, DC 20008", "Washington"),
    ],
)
def test_the_town_of_an_address_is_named_as_the_ad_writes_it(text: str, name: str) -> None:
    assert [one.detail["name"] for one in found(text)] == [name]


@pytest.mark.parametrize(("phone", "value"), [("207 555 0123", "4975802"), ("(503) 555-0123", "5746545")])
def test_area_codes_settle_a_shared_name(phone: str, value: str) -> None:
    assert places(f"now in Portland, call {phone}") == [value]


def test_words_are_towns_where_the_ad_lists_towns_of_their_country() -> None:
    assert "3394023" in places("Recife, Fortaleza, Curitiba, Natal", region="BR")
    assert places("Feliz Natal", region="BR") == []


def test_a_postal_code_settles_a_shared_name() -> None:
    assert places("Springfield 62701") == ["4250542"]


def test_one_town_has_one_name_in_one_ad() -> None:
    assert {one.detail["name"] for one in found("in New York, yes NYC")} == {"New York"}


@pytest.mark.parametrize(
    "text",
    [
        "nice and mobile",
        "Nice place to be",
        "Reading a book",
        "12 Cleveland Street",
        "Austin is my name",
        "call me OK",
        "MASSAGEM PERTO DO PORTO",
        "76 South Clark Street, IL",
        "see www.houston-rooms.example or @chicago",
        "give me 91786 coins, or 33408",
    ],
)
def test_words_names_and_streets_are_no_places(text: str) -> None:
    assert places(text) == []


def test_a_careful_name_is_a_place_with_its_state_or_after_a_cue() -> None:
    assert places("in Mobile, AL") == ["4076598"]
    assert places("now in Austin") == ["4671654"]


def test_what_the_location_field_names_is_a_place_elsewhere_too() -> None:
    assert places("Austin nights", location="Austin, TX") == ["4671654", "4671654"]


def test_a_country_of_origin_hides_no_town_that_the_ad_says_for_sure() -> None:
    """Several towns are called Sheffield: whichever country the ad speaks of, where it says its own town again it means it."""
    said = [
        sum(
            one.detail["name"] == "Sheffield"
            for one in found(f"fond of Sheffield evenings. {origin}", None, location="Sheffield")
        )
        for origin in ("", "Born in Luxembourg.", "Born in Kenya.")
    ]
    assert said == [2, 2, 2]


def test_a_town_that_geonames_lacks_may_stand_in_the_location_field() -> None:
    assert places("Open today", location="71 Camino Azul, Zuzax, NM 87025") == ["US/NM/Zuzax"]


def test_no_find_covers_a_street_or_a_house_number() -> None:
    text = "835 McKean Avenue, Donora, PA 15033"
    (one,) = found(text)
    assert text[one.start : one.end] == "Donora"


def test_the_gazetteer_loads_from_its_cache_in_under_half_a_second() -> None:
    gazetteer()
    gazetteer.cache_clear()
    started = time.process_time()
    assert len(gazetteer().lines) > 40_000
    assert time.process_time() - started < 1.5 * slowdown()


@pytest.mark.slow
def test_without_a_cache_folder_the_gazetteer_is_made_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    gazetteer.cache_clear()
    assert next(gazetteer().named("chicago")).id == CHICAGO


@pytest.mark.parametrize(
    "unit",
    [
        "san san san ",
        "st. st. ",
        "A A A A ",
        "new york ",
        "New York ",
        "NEW YORK, NY ",
        "in in ",
        "12345 ",
        "Elm, NM 87025 ",
    ],
)
@pytest.mark.parametrize("field", ["body", "location"])
def test_a_long_text_made_to_hurt_costs_little(unit: str, field: str) -> None:
    ad = Ad("test:1", "test", "", None, **{field: unit * (1_000_000 // len(unit))}, region="US")
    text = AdText.of(ad)
    places("in Houston")
    started = time.process_time()
    list(Places()(text))
    assert time.process_time() - started < 1.5 * slowdown()  # an idle machine takes less than a fifth of it
