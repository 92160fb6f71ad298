"""Names: where a label, a cue or a pattern gives them; never a word for a group, never an adjective."""

import time

import pytest

from crawlers.records import Ad
from nlp.extractor import AdText
from nlp.names.names import Names
from tests.pace import slowdown


def names(body: str = "", **fields: str) -> set[str]:
    return {one.value for one in Names()(AdText.of(Ad("test:1", "test", "", None, body=body, **fields)))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my name is candy", {"candy"}),
        ("me llamo Rocío", {"rocio"}),
        ("meu nome é Bruna", {"bruna"}),
        ("Hi, I'm Zuleika and new", {"zuleika"}),
        ("call Ana today", {"ana"}),
        ("I go by Kiki.", {"kiki"}),
        ("Ana and Viola are here", {"ana", "viola"}),
        ("Lena here, glad to meet you", {"lena"}),
        ("Friends call me Viola; hello", {"viola"}),
        ("soy Linda, masajes", {"linda"}),
        ("mi amiga Luna también", {"luna"}),
        ("hecho por Carmen un lunes", {"carmen"}),
        ("See you soon,\nRuby", {"ruby"}),
        ("Zuleika, 24\nnew here", {"zuleika"}),
        ("call Zuleika today", {"zuleika"}),
    ],
)
def test_a_cue_gives_a_name(text: str, found: set[str]) -> None:
    assert names(text) == found


def test_the_name_field_holds_one_name_or_two() -> None:
    assert names(name="Ana") == {"ana"}
    assert names(name="Bella & Rosa") == {"bella", "rosa"}


@pytest.mark.parametrize(
    "text",
    [
        "I'm New in town",
        "I'M AVAILABLE NOW",
        "I'm Colombian",
        "soy Latina",
        "call Now",
        "a Sweet girl",
        "in San Antonio",
        "Open 24 hours",
        "call or text Rates are low",
        "soy linda y seria",
        "See lola-pepper1.example",
        "Friends call me ginger.",
        "They say I am 𝐠𝐢𝐧𝐠𝐞𝐫.",
        "Friends call me Ginger.",
        "Soy Maya",
        "Hablo Maya",
        "me dicen Blanca",
        "I'm Dark",
    ],
)
def test_other_words_are_no_names(text: str) -> None:
    assert names(text) == set()


def test_a_name_that_is_a_word_for_a_group_too_needs_more_than_a_weak_cue() -> None:
    assert names("My name is Ginger") == {"ginger"}
    assert names(name="Maya") == {"maya"}
    assert names("Nina, 24\nnew here") == {"nina"}


@pytest.mark.parametrize(
    "title", ["Linda, pottery and massage", "Iris en Tijuana", "TERESA EN PORTLAND", "An hour - Ruby"]
)
def test_a_title_begins_or_ends_with_a_name(title: str) -> None:
    assert len(names(title=title)) == 1


def test_a_name_is_found_wherever_else_it_stands() -> None:
    text = "Ask for Zuleika today. Zuleika is kind."
    found = list(Names()(AdText.of(Ad("test:1", "test", "", None, body=text))))
    assert [text[one.start : one.end] for one in found] == ["Zuleika", "Zuleika"]


@pytest.mark.parametrize(
    "unit", ["ana ", "Ana ", "call Zed ", "me llamo ana, 24 | ", "Ana and ", "call Ab, ", "Zed, 24\n"]
)
@pytest.mark.parametrize("field", ["title", "body"])
def test_a_long_text_made_to_hurt_costs_little(unit: str, field: str) -> None:
    text = AdText.of(Ad("test:1", "test", "", None, **{field: unit * (1_000_000 // len(unit))}))
    names("I'm Zuleika")
    started = time.process_time()
    list(Names()(text))
    assert time.process_time() - started < 1.5 * slowdown()  # an idle machine takes less than a fifth of it
