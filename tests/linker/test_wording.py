"""What counts as the same wording, and how near-copies find each other."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.alignment import aligned, likeness
from linker.copies import clusters
from linker.wording import TOKEN, set_apart, wording_of

WORDS = [f"word{number}" for number in range(800)]


def _copies(changed: int, pairs: int) -> float:
    """Share of pairs of 80 words, `changed` of them different, that are put in one cluster."""
    rng = Random(changed)
    found = 0
    for _ in range(pairs):
        text = rng.sample(WORDS, 80)
        other = list(text)
        for position in rng.sample(range(80), changed):
            other[position] = f"new{rng.randrange(10**6)}"
        one, two = wording_of(" ".join(text)), wording_of(" ".join(other))
        together = clusters({one.digest: one.text, two.digest: two.text})
        found += together[one.digest] == together[two.digest]
    return found / pairs


@pytest.mark.slow
def test_a_changed_word_in_five_does_not_hide_a_copy() -> None:
    assert _copies(changed=3, pairs=100) == 1.0
    assert _copies(changed=10, pairs=100) >= 0.95
    assert _copies(changed=16, pairs=200) >= 0.85


def test_texts_with_different_words_are_no_copies() -> None:
    assert _copies(changed=40, pairs=100) == 0.0


def test_case_spacing_and_punctuation_do_not_count_but_emoji_and_every_script_do() -> None:
    assert wording_of("Hola,  QUÉ tal!").text == wording_of("hola qué tal").text
    assert wording_of("hola 🌹").text != wording_of("hola").text
    assert wording_of("новая квартира").text == "новая квартира"
    assert wording_of("中文字").text == "中 文 字"


PIECES = (
    "_contact_",
    "_",
    "__",
    "_a1_",
    "low_line",
    "\x00",
    "\x1c",
    "\x7f",
    "\xa0",
    "é",
    "e\u0301",
    "中",
    "★",
    "✨",
    "·",
    " ",
    "\n",
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8))).map("".join))
def test_a_text_that_is_split_has_the_words_that_the_expression_finds(text: str) -> None:
    folded = text.casefold()
    assert set_apart(folded) == " ".join(TOKEN.findall(folded))


@given(st.characters(codec="utf-8"))  # a lone half of a pair can be neither stored nor read
def test_every_character_is_spaced_as_the_expression_has_it(character: str) -> None:
    for text in (character, f"a{character}b", f"中{character}{character}中"):
        assert set_apart(text) == " ".join(TOKEN.findall(text))


def test_short_texts_have_no_wording_however_many_masks_they_hold() -> None:
    assert wording_of("call me now").digest == ""
    assert wording_of("call me now " + "_contact_ " * 30).digest == ""


def test_templates_whose_slots_are_filled_differently_are_one_cluster() -> None:
    base = (
        "welcome to our quiet house near {} we are open from {} until late every day ask for {} and say what you like"
    )
    rng = Random(5)
    texts = {}
    for _ in range(200):
        one = wording_of(base.format(*rng.sample(WORDS, 3)))
        texts[one.digest] = one.text
    assert len(set(clusters(texts).values())) == 1


def _longest(left: str, right: str) -> int:
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(st.text("abc", max_size=20), st.text("abc", max_size=20))
def test_the_quick_alignment_is_as_long_as_the_plain_one(left: str, right: str) -> None:
    longest = _longest(left, right)
    assert likeness(left, right) * max(len(left), len(right), 1) == longest or not (left or right)
    pairs = aligned(left, right)
    assert len(pairs) == longest
    assert all(left[i] == right[j] for i, j in pairs)
    assert pairs == sorted(pairs)
