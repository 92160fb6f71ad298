from collections.abc import Callable
from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.numbers import Exchange, Number
from market.obfuscation import FAMILIES, WEIGHTS, disguised, halves, plain
from market.places import atlas

Says = Callable[[str, str], bool]

NUMBERS = st.one_of(
    st.integers(0, 99).map(lambda last: Number("US", f"71355501{last:02d}")),
    st.integers(0, 999).map(lambda last: Number("GB", f"2079460{last:03d}")),
    st.integers(0, 999).map(lambda last: Number("GB", f"3069990{last:03d}")),
)


@pytest.mark.parametrize("family", sorted(FAMILIES))
@given(
    number=NUMBERS,
    region=st.sampled_from(["US", "GB"]),
    language=st.sampled_from(["en", "es", "pt"]),
    seed=st.integers(0, 999),
)
def test_every_disguise_can_be_read_back(
    family: str, says: Says, number: Number, region: str, language: str, seed: int
) -> None:
    assert says(disguised(number, region, language, family, Random(seed)), number.digits)


@given(number=NUMBERS, region=st.sampled_from(["US", "GB"]), seed=st.integers(0, 999))
def test_plain_writing_is_what_phonenumbers_reads(number: Number, region: str, seed: int) -> None:
    parsed = phonenumbers.parse(plain(number, region, Random(seed)), region)
    assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number.e164


@given(number=NUMBERS, region=st.sampled_from(["US", "GB"]), seed=st.integers(0, 999))
def test_halves_make_the_number(says: Says, number: Number, region: str, seed: int) -> None:
    head, tail = halves(number, region, Random(seed))
    assert says(head + tail, number.digits)
    assert len(tail) == 4


def test_every_family_has_a_weight() -> None:
    assert set(WEIGHTS) == {*FAMILIES, "spread"}


def test_no_number_is_given_out_twice() -> None:
    exchange = Exchange(atlas(), Random(1))
    places = atlas().places
    given_out = [exchange.near(places[turn % len(places)]).e164 for turn in range(20_000)]
    assert len(set(given_out)) == len(given_out)
