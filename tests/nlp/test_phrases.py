"""The pattern language of lexicons and masks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.indicators.patterns import PhraseError, expand
from nlp.indicators.phrases import Hit, Phrases, compiled, sentences


def matches(phrase: str, text: str, **lists: list[str]) -> list[str]:
    return [text[hit.start : hit.end] for hit in Phrases({"it": [phrase]}, lists).find(sentences(text))]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("visiting town", "visiting   town", ["visiting   town"]),
        ("visiting town", "visiting. town", []),
        ("visiting town", "revisiting town", []),
        ("(real|new) [recent] photo[s]", "real photos, new recent photo", ["real photos", "new recent photo"]),
        ("[very] new", "very new and new", ["very new", "new"]),
        ("ask ~2 manager", "ask for my manager", ["ask for my manager"]),
        ("ask ~2 manager", "ask for one or two managers or my manager", []),
        ("hir* now", "hiring now", ["hiring now"]),
        ("# days", "only 3 days", ["3 days"]),
        ("don't call", "dont call, don't call", ["dont call", "don't call"]),
        ("self-employed", "self employed", ["self employed"]),
        ("(walk-in|drop in)[s] only", "walkins only, drop ins only", ["walkins only", "drop ins only"]),
        ("(don't|never) pre-pay*", "dont prepaying, never pre pay", ["dont prepaying", "never pre pay"]),
        ("#h (in|out)", "2h in, 1.5h out", ["2h in", "1.5h out"]),
    ],
)
def test_a_phrase_matches(phrase: str, text: str, found: list[str]) -> None:
    assert matches(phrase, text) == found


def test_a_list_stands_in_a_phrase() -> None:
    assert matches("speaks {language}", "speaks old norse", language=["norse", "old norse"]) == ["speaks old norse"]


@pytest.mark.parametrize("phrase", ["(open", "open)", "[all] [missing]", "{unknown}", "", "a ||", "~3"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError, match=r"nothing in it|bracket|missing|no list"):
        matches(phrase, "text")


# Each list names the next three times.
THRICE = {name: [" ".join([f"{{{inner}}}"] * 3)] for name, inner in pairwise("abcdefghijklm")} | {"m": ["word"]}


@pytest.mark.parametrize(
    ("phrase", "lists"),
    [
        ("a" + "-b" * 60, {}),  # 2 to the 60 spellings
        ("[" * 300 + "a" + "]" * 300, {}),
        ("(" * 5_000, {}),
        ("{a} " * 3_000, {"a": ["word " * 100]}),
        ("{a}", THRICE),
    ],
)  # fmt: skip
def test_a_phrase_that_would_fill_the_memory_or_end_the_process_is_refused(
    phrase: str, lists: dict[str, list[str]]
) -> None:
    with pytest.raises(PhraseError, match="more than"):
        expand(phrase, lists)


WORDS = st.sampled_from(
    ("own", "owns", "flat", "we", "us", "agency", "it's", "its", "self-made", "self made", "book", "42", "1.5")
)
PIECES = st.sampled_from(
    ("own[s]", "(we|us)", "(own flat|agency)", "book*", "#", "self-made", "it's", "(we|u)s", "{kind}", "[the] flat")
)
PHRASES = st.lists(WORDS | PIECES | st.sampled_from(("[our]", "~2")), max_size=4).map(
    lambda some: " ".join(["flat", *some, "own[s]"])
)
TEXTS = st.lists(WORDS | st.sampled_from(("the", "our", ". ", ", ", "-", "flats", "bookings", "'")), max_size=30).map(
    " ".join
)


@pytest.mark.slow
@given(phrases=st.lists(PHRASES | PIECES, min_size=1, max_size=5, unique=True), text=TEXTS)
def test_what_could_not_stand_is_left_out_and_nothing_else(phrases: list[str], text: str) -> None:
    lists = {"kind": ["agency", "flat* #", "own book"]}
    groups = {phrase: [phrase] for phrase in phrases}
    every = [(phrase, compiled(rf"\b(?:{expand(phrase, lists)})\b")) for phrase in phrases]
    for sentence in sentences(text):
        asked = [Hit(key, *found.span()) for key, expression in every for found in expression.finditer(sentence)]
        assert Phrases(groups, lists).find([sentence]) == asked
