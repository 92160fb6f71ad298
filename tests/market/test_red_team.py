"""What the red team writes can be read for sure: by the tables it writes with, turned round, and by nothing cleverer."""

import re
import unicodedata
from collections.abc import Iterable
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import obfuscation
from market.contacts import PLATFORMS, Handle, Register
from market.make import Entry, generate
from market.numbers import Number
from market.obfuscation import digit_words
from market.prices import normal
from market.red_team import addresses, figures, phones
from market.red_team.cardinals import cardinal
from market.red_team.palette import LANGUAGES, phone_data

NUMBERS = st.one_of(
    st.integers(0, 99).map(lambda last: Number("US", f"71355501{last:02d}")),
    st.integers(0, 999).map(lambda last: Number("GB", f"2079460{last:03d}")),
    st.integers(0, 999).map(lambda last: Number("GB", f"3069990{last:03d}")),
)
SEEDS = st.integers(0, 999)
REPEATED = re.compile(r"(.)\1+")


def _table(rows: Iterable[Iterable[str]]) -> dict[str, str]:
    """Text to digits, of rows with ten places each."""
    return {text: str(digit) for row in rows for digit, text in enumerate(row)}


def _replaced(text: str, table: dict[str, str]) -> str:
    pattern = "|".join(map(re.escape, sorted(table, key=len, reverse=True)))
    return re.sub(pattern, lambda match: table[match[0]], text)


def _digits(text: str) -> str:
    """Whatever Unicode says is a digit, in any script or ring."""
    values = (unicodedata.numeric(character, None) for character in text)
    return "".join(f"{value:.0f}" for value in values if value is not None and value < 10 and value.is_integer())


WORDS = _table(digit_words(language) for language in LANGUAGES)
SPELT = {
    name: {
        language: WORDS
        | {text: str(digit) for digit, texts in enumerate(phone_data()[name][language]) for text in texts}
        for language in LANGUAGES
    }
    for name in ("misspelt", "homophones")
}
LETTERS = str.maketrans(
    {twin: letter for letter, twins in phone_data()["twins"].items() for twin in twins}
    | {digit: letter for letter, digit in phone_data()["leet"].items()}
)
COUNTED = {language: {cardinal(number, language): str(number) for number in range(1000)} for language in LANGUAGES}
LOOKS = {look: digit for digit, looks in phone_data()["look_alikes"].items() for look in looks}
LOOKS |= {face: digit for digit, face in phone_data()["dice"].items()}
ROMAN = _table([phone_data()["roman_letters"]])


def _collapsed(text: str) -> str:
    return REPEATED.sub(r"\1", text)


def _times(text: str, language: str) -> str:
    data = phone_data()
    for word in data["triple"][language]:
        text = re.sub(rf"\b{word} (\d)", r"\1\1\1", text)
    for times, words in ((2, data["twice"][language]), (3, data["thrice"][language])):
        for word in words:
            text = re.sub(
                rf"(\d) {re.escape(_replaced(word, WORDS))}", lambda match, times=times: match[1] * times, text
            )
    return text


def _readings(text: str, language: str) -> Iterable[str]:
    """The digits of a text by each of the tables."""
    plain = unicodedata.normalize("NFKC", text).lower()
    worded = _replaced(plain, WORDS)
    yield _digits(text)
    yield _digits(worded)
    yield _digits(_times(worded, language))
    yield _digits(_replaced(text, LOOKS))
    yield _digits(_replaced(plain.upper(), ROMAN))
    yield _digits(_replaced(plain.translate(LETTERS), WORDS))
    yield _digits(_replaced(plain, COUNTED[language]))
    yield _digits(_replaced(_collapsed(plain), {_collapsed(word): digit for word, digit in WORDS.items()}))
    yield _digits(_replaced(re.sub(r"[^\w/]|(?<=\w)/(?=\w)", "", plain), WORDS))
    for table in SPELT.values():
        yield _digits(_replaced(plain, table[language]))


def _says(text: str, digits: str, language: str) -> bool:
    return any(digits in reading for reading in _readings(text, language))


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """1,500 ads of the red team."""
    return list(generate(seed=20260303, ads=1500, red_team=True))


@pytest.mark.parametrize("family", [family for family in phones.ALL if family not in phones.PLACED])
@given(number=NUMBERS, region=st.sampled_from(["US", "GB"]), language=st.sampled_from(LANGUAGES), seed=SEEDS)
def test_every_disguise_can_be_read_back(family: str, number: Number, region: str, language: str, seed: int) -> None:
    text = phones.disguised(number, region, language, family, Random(seed))
    assert _says(text, number.digits, language), text


def test_no_family_is_one_of_the_market_s_own() -> None:
    assert len(phones.ALL) >= 30
    assert not set(phones.ALL) & {*obfuscation.FAMILIES, "spread"}


def test_no_character_is_one_of_the_market_s_own() -> None:
    own = obfuscation._data()
    for theirs, ours in (("marks", "marks"), ("emoji", "emoji"), ("invisible", "invisible")):
        assert not set(own[theirs]) & set(phone_data()[ours])
    assert not {*own["alphabets"].values()} & {*phone_data()["scripts"].values()}


@pytest.mark.parametrize("row", [*phone_data()["scripts"].values(), *map(str.split, phone_data()["enclosed"].values())])
def test_a_row_of_digits_counts_from_0_to_9(row: Iterable[str]) -> None:
    assert "".join(map(_digits, row)) == "0123456789"


@given(kind=st.sampled_from(sorted(addresses.EMAILS)), language=st.sampled_from(LANGUAGES), seed=SEEDS)
def test_an_email_keeps_its_parts_in_order(kind: str, language: str, seed: int) -> None:
    rng = Random(seed)
    local, _, host = Register(rng).email("Anna").partition("@")
    text = addresses.EMAILS[kind](local, host, language, rng)
    assert _holds(text, re.findall(r"[a-z0-9]+", f"{local} {host}"))


@given(kind=st.sampled_from(sorted(addresses.HANDLES)), language=st.sampled_from(LANGUAGES), seed=SEEDS)
def test_a_handle_keeps_its_parts_in_order(kind: str, language: str, seed: int) -> None:
    rng = Random(seed)
    handle = Register(rng).handle("Anna")
    text = addresses.HANDLES[kind](handle, language, rng)
    if kind == "in_halves":
        text = re.sub(r" \+ |\([^)]*\)", "", text)
    assert _holds(text, handle.name.split("_"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_its_labels(platform: str) -> None:
    for family in addresses.HANDLES.values():
        assert family(Handle(platform, "anna_moon7"), "en", Random(1))


def _holds(text: str, parts: list[str]) -> bool:
    """Whether the parts follow one another, letters of any alphabet, whatever shows nothing or little between letters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    squeezed = re.sub(r"[^a-z0-9]", "", plain)
    return re.search(".*?".join(map(re.escape, parts)), squeezed) is not None


@given(
    family=st.sampled_from(figures.PRICES),
    currency=st.sampled_from(["USD", "GBP", "EUR", "MXN", "BRL"]),
    language=st.sampled_from(LANGUAGES),
    factor=st.floats(0.4, 2),
    seed=SEEDS,
)
def test_a_price_says_its_amounts(family: str, currency: str, language: str, factor: float, seed: int) -> None:
    text, values = figures.write_prices(family, currency, factor, (30, 60, 90, 120), language, Random(seed))
    plain = unicodedata.normalize("NFKC", text.replace("Ø", "0").replace("\ufe0f\u20e3", "")).replace("О", "0")
    read = "".join(_digits(sign) or sign for sign in re.sub("(?<=[0-9])[oO]+", _zeros, plain))
    for value, minutes in zip(values, (30, 60, 90, 120), strict=True):
        number = int(value.removeprefix(f"{currency} ").partition(" ")[0])
        assert value == normal(number, None if family == "tokens" else currency, minutes)
        assert re.search(rf"(?<!\d){number}(?!\d)", read) or cardinal(number, language) in text


def _zeros(match: re.Match[str]) -> str:
    return "0" * len(match[0])


@given(
    family=st.sampled_from(sorted(figures.AGES)),
    age=st.integers(18, 60),
    language=st.sampled_from(LANGUAGES),
    seed=SEEDS,
)
def test_an_age_says_its_years(family: str, age: int, language: str, seed: int) -> None:
    said = cardinal(age, language).removesuffix("o").removesuffix("n").removesuffix("ú").removesuffix("u")
    for text in (
        figures.AGES[family](str(age), language, Random(seed)),
        figures.write_age_field(family, str(age), language, Random(seed)),
    ):
        assert str(age) in _digits(text) or said in text


@pytest.mark.slow
def test_every_true_phone_stands_in_the_ad(entries: list[Entry]) -> None:
    for entry in entries:
        ad, truth = entry.ad, entry.truth
        addressed = " ".join((*truth["urls"], *truth["handles"]))
        for phone in truth["phones"]:
            digits = phone[2:] if phone.startswith("+1") else phone[3:]
            texts = (ad["title"], ad["body"], ad.get("contact", ""), addressed)
            whole = any(_says(text, digits, truth["language"]) for text in texts)
            thirds = digits[-4:] == ad.get("contact") and digits[-7:-4] in ad["body"] and digits[:2] in ad["title"]
            assert whole or (thirds and truth["obfuscation"] == "thirds"), (phone, ad)


def test_truth_says_the_family_of_each_kind(entries: list[Entry]) -> None:
    families = {
        "handles": addresses.HANDLES,
        "emails": addresses.EMAILS,
        "prices": figures.PRICES,
        "ages": figures.AGES,
    }
    for entry in entries:
        *usual, phone, others = entry.truth
        assert (phone, others) == ("obfuscation", "spellings")
        assert usual[-1] == "recruits"
        if entry.truth["obfuscation"] is not None:
            assert entry.truth["phones"]
        for kind, family in entry.truth["spellings"].items():
            assert family in families[kind]
            assert entry.truth[kind]
    assert {entry.truth["obfuscation"] for entry in entries} == {None, *phones.ALL}


def test_an_age_below_18_stays_a_bare_field(entries: list[Entry]) -> None:
    young = [entry for entry in entries if any(int(age.split("-")[0]) < 18 for age in entry.truth["ages"])]
    assert young
    assert all(entry.ad["age"] in {"16", "17"} and entry.truth["spellings"] == {} for entry in young)


def test_addresses_are_at_reserved_domains(entries: list[Entry]) -> None:
    reserved = re.compile(r"(?:https?://)?[\w.-]*(?:\.(?:example|test)|\bexample\.(?:com|org|net))(?:/[^/@]*)*")
    for entry in entries:
        assert all(reserved.fullmatch(url) for url in entry.truth["urls"])


def test_the_same_seed_makes_the_same_ads() -> None:
    one, two = (list(generate(seed=4, ads=200, red_team=True)) for _ in range(2))
    assert orjson.dumps([entry.ad for entry in one]) == orjson.dumps([entry.ad for entry in two])
    assert [entry.truth for entry in one] == [entry.truth for entry in two]


def test_cardinals_are_those_of_the_language() -> None:
    assert cardinal(1740, "en") == "one thousand seven hundred forty"
    assert cardinal(100, "es") == "cien"
    assert cardinal(136, "es") == "ciento treinta y seis"
    assert cardinal(555, "pt") == "quinhentos e cinquenta e cinco"
