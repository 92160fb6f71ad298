"""Highlights name characters of the ad as its site wrote it, whatever folding did to find them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.highlight import highlights, within
from indexer.parse import parse
from indexer.records import AdDocument, Span, pack
from indexer.tokens import TOKEN, tokenise, words

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
AD = AdDocument(
    "a:1",
    "a",
    "",
    MOMENT,
    MOMENT,
    title="Ｑｕｉｅｔ evening",
    body="A quiet café by the river. Call two0two 555 0143",
    location="Austin",
)
PHONE = Span("phone", "+12025550143", "body", 32, 48)


@pytest.mark.parametrize(
    ("query", "surfaces"),
    [
        ("quiet", ["Ｑｕｉｅｔ", "quiet"]),
        ("title:quiet", ["Ｑｕｉｅｔ"]),
        ("CAFE", ["café"]),
        ('"quiet cafe"', ["quiet café"]),
        ("riv*", ["river"]),
        ("rivver~", ["river"]),
        ("quiet NEAR/5 river", ["quiet", "river"]),
        ("quiet NEAR/2 river", []),
        ("-quiet", []),
        ("(202) 555-0143", ["two0two 555 0143"]),
        ("5550143", ["two0two 555 0143"]),
        ("linked:2025550143", ["two0two 555 0143"]),
        ("café quiet -river", ["Ｑｕｉｅｔ", "quiet", "café"]),
    ],
)
def test_a_highlight_is_the_original_text(query: str, surfaces: list[str]) -> None:
    document = replace(AD, written=pack([PHONE]))
    tree = parse(query)
    found = highlights(document, tree, tree)
    assert [one.surface for one in found] == surfaces
    assert all(getattr(document, one.field)[one.start : one.end] == one.surface for one in found)


@pytest.mark.parametrize(
    ("query", "kind", "value", "surface"),
    [
        ("handle:telegram:rose", "handle", "telegram:rose", "@rose"),
        ("handle:rose", "handle", "telegram:rose", "@rose"),
        ("url:example.org/x", "url", "https://www.example.org/x/", "www.example.org/x/"),
        ("age:24", "age", "20-29", "20s"),
        ("price:>50", "price", "USD 120 / 60 min", "120"),
        ("price:<3/1min", "price", "USD 120 / 60 min", "120"),
    ],
)
def test_a_value_is_marked_where_it_was_read(query: str, kind: str, value: str, surface: str) -> None:
    document = replace(AD, body=surface, written=pack([Span(kind, value, "body", 0, len(surface))]))
    tree = parse(query)
    assert [one.surface for one in highlights(document, tree, tree)] == [surface]


@pytest.mark.parametrize(
    ("query", "kind", "value"),
    [
        ("age:24", "age", "twenty"),
        ("age:24", "age", "29-20"),
        ("age:24", "age", "1-99"),
        ("price:>50", "price", "cheap"),
        ("price:>50", "price", "USD 1.2.3"),
        ("price:<3/1min", "price", "USD 120"),
    ],
)
def test_a_value_that_says_nothing_of_what_was_asked_is_not_marked(query: str, kind: str, value: str) -> None:
    document = replace(AD, body="some words", written=pack([Span(kind, value, "body", 0, 4)]))
    tree = parse(query)
    assert highlights(document, tree, tree) == ()


@given(st.text(max_size=60))
def test_tokens_point_at_the_text_they_stand_for(text: str) -> None:
    found = tokenise(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert words(text).split() == [one.text for one in found]


@given(st.text(max_size=60))
def test_a_token_is_one_token_when_it_is_read_again(text: str) -> None:
    for one in tokenise(text):
        assert TOKEN.fullmatch(one.text)


@pytest.mark.parametrize(
    ("left", "right", "edits", "is_within"),
    [
        ("abc", "abc", 1, True),
        ("abc", "abd", 1, True),
        ("abc", "acb", 1, True),
        ("abc", "abcd", 1, True),
        ("abc", "ab", 1, True),
        ("abcd", "badc", 1, False),
        ("abcd", "badc", 2, True),
        ("abc", "xyz", 2, False),
    ],
)
def test_edits_count_swaps_of_neighbours_as_one(left: str, right: str, edits: int, is_within: bool) -> None:
    assert within(left, right, edits) is is_within
