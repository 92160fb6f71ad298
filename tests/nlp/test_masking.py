"""Masking: what names a person or a group is one neutral token, so that swapping it changes nothing."""

from collections.abc import Callable

import pytest

from nlp.records import Reading

ReadText = Callable[..., Reading]


def test_contacts_ages_prices_and_places_become_tokens_of_their_own(read_text: ReadText) -> None:
    masked = read_text("call312-555-0142now or rose@example.com, I am 24, $120/hr in Chicago").masked
    assert masked == "call _contact_ now or _contact_, i am _age_, _price_ in _place_"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I speak Thai and English", "I speak Polish"),
        ("sweet Thai lady", "sweet Brazilian gentleman"),
        ("she is kind", "he is kind"),
        ("two women waiting", "two men waiting"),
        ("ella es colombiana", "ella es rumana"),
        ("sou brasileira", "sou italiana"),
    ],
)
def test_words_of_group_and_gender_leave_the_same_masked_text(read_text: ReadText, one: str, other: str) -> None:
    assert read_text(one).masked == read_text(other).masked


def test_emoji_and_other_scripts_stay(read_text: ReadText) -> None:
    assert read_text("🌹 тихий дом 🌹").masked == "🌹 тихии дом 🌹"


def test_fields_stand_on_lines_of_their_own(read_text: ReadText) -> None:
    assert read_text("calm house", title="Quiet room").masked == "quiet room\ncalm house"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("visiting Houston, TX now", "visiting _place_ now"),
        ("Chicago IL 60614", "_place_"),
        ("in Portland or by phone", "in _place_ or by phone"),
    ],
)
def test_the_state_behind_a_town_goes_with_it(read_text: ReadText, text: str, masked: str) -> None:
    assert read_text(text).masked == masked


@pytest.mark.parametrize(
    "text",
    [
        "Friends call me \U0001f64b\U0001f3fc\u200d\u2640\ufe0fdark.",
        "Friends call me ** dark.",
        "Friends call me d a r k.",
        "Friends call me darkkkk.",
        "Friends call me \U0001f64b \U0001f64b dark.",
    ],
)
def test_a_word_that_tells_only_beside_others_is_masked_however_it_is_drawn_or_spaced(
    read_text: ReadText, text: str
) -> None:
    assert read_text(text).masked.split("_trait_")[0].rstrip(" *🙋") == "friends call me"
    assert "dark" not in read_text(text).masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kind #latinagirl", "kind #swedishgirl"),
        ("kind #asianlatina", "kind #russianukrainian"),
        ("kind #hot_thai", "kind #hot_italian"),
        ("kind #fromthailand", "kind #frombrazil"),
        ("kind #laotiangirls", "kind #danishgirls"),
    ],
)
def test_a_word_of_a_group_is_hidden_in_a_hashtag_too(read_text: ReadText, one: str, other: str) -> None:
    assert read_text(one).masked == read_text(other).masked == "kind #_trait_"


@pytest.mark.parametrize("text", ["#relaxation", "#newintown", "#twitter", "#24hours"])
def test_a_hashtag_of_other_words_stays(read_text: ReadText, text: str) -> None:
    assert read_text(f"kind {text} now").masked == f"kind {text} now"
