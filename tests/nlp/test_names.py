"""Names: where a label, a cue or a pattern gives them; never a word for a group, never an adjective."""

import pytest

from crawlers.records import Ad
from nlp.extractor import AdText
from nlp.names import Names


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
    ],
)
def test_other_words_are_no_names(text: str) -> None:
    assert names(text) == set()


def test_a_name_is_found_wherever_else_it_stands() -> None:
    text = "Ask for Zuleika today. Zuleika is kind."
    found = list(Names()(AdText.of(Ad("test:1", "test", "", None, body=text))))
    assert [text[one.start : one.end] for one in found] == ["Zuleika", "Zuleika"]
