"""The query language: what each form means, and what a query that cannot be read is told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.filters import FILTERS
from indexer.parse import parse
from indexer.query import (
    All,
    And,
    Fuzzy,
    LinkedTo,
    Near,
    NearPlace,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    QueryError,
    Range,
    Starts,
    Terms,
    Word,
    children,
)
from indexer.tokens import tokenise, words
from indexer.values import Moment

MOMENT = Moment(datetime(2026, 5, 10, 3, tzinfo=UTC), ZoneInfo("America/Chicago"))


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=ZoneInfo("America/Chicago")).timestamp())  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", All()),
        ("Evening", Word("evening")),
        ("Café!", Word("cafe")),
        ("one two", And((Word("one"), Word("two")))),
        ("one AND two", And((Word("one"), Word("two")))),
        ("one OR two three", Or((Word("one"), And((Word("two"), Word("three")))))),
        ("(one OR two) three", And((Or((Word("one"), Word("two"))), Word("three")))),
        ("one -two", And((Word("one"), Not(Word("two"))))),
        ("NOT (one two)", Not(And((Word("one"), Word("two"))))),
        ('"one two"', Phrase(("one", "two"))),
        ("one-two", Phrase(("one", "two"))),
        ("eve*", Prefix("eve")),
        ("evening~", Fuzzy("evening", 1)),
        ("evening~2", Fuzzy("evening", 2)),
        ("one NEAR/3 two", Near("one", "two", 3)),
        ("one NEAR two", Near("one", "two", 10)),
        ('"AND" "NEAR"', And((Word("and"), Word("near")))),
        ("and or not", And((Word("and"), Word("or"), Word("not")))),
        ("title:one", Word("one", "title")),
        ('title:"one two"', Phrase(("one", "two"), "title")),
        ("site:Harbor", Terms("site", ("harbor",))),
        ("age:21", Range("age", 21, 21)),
        ("age:<21", Range("age", None, 21, include_high=False)),
        ("age:>=21", Range("age", 21, None)),
        ("age:18..25", Range("age", 18, 25)),
        ("price:<100/60min", Range("rate", None, 100, include_high=False)),
        ("price:50/30min", Range("rate", 100, 100)),
        ("price:80..120/h", Range("rate", 80, 120)),
        ("seen:<2026-05-01", And((Range("first_seen", None, seconds(2026, 5, 1), include_high=False),))),
        ("seen:>2026-05-01", And((Range("last_seen", seconds(2026, 5, 2)),))),
        ("currency:usd", Terms("currency", ("USD",))),
        ("email:Anna*", Starts("email", "anna")),
        ("phone:20255*", Starts("digits", "20255")),
        ("url:Example.org*", Starts("url", "example.org")),
        ("linked:https://www.example.org/x/", LinkedTo(Terms("url", ("example.org/x",)), 7)),
        ("linked:5550143", LinkedTo(Or((Starts("digits", "5550143"), Starts("digits_reversed", "3410555"))), 7)),
        ("price:>100", Range("amount", 100, None, include_low=False)),
        ('near:"Austin, TX" 50km', NearPlace("Austin, TX", 50, 5)),
        ("near:Austin", NearPlace("Austin", 25, 5)),
        ("seen:gone", Terms("state", ("gone",))),
        ('band:"review first"', Terms("band", ("review first",))),
        ("posted:2026-05-01", Range("posted", seconds(2026, 5, 1), seconds(2026, 5, 2), include_high=False)),
        ("posted:2026-05", Range("posted", seconds(2026, 5, 1), seconds(2026, 6, 1), include_high=False)),
        ("posted:>2026-05-01", Range("posted", seconds(2026, 5, 2))),
        ("posted:today", Range("posted", seconds(2026, 5, 9), seconds(2026, 5, 10), include_high=False)),
        ("posted:last-7-days", Range("posted", int(datetime(2026, 5, 3, 3, tzinfo=UTC).timestamp()))),
        (
            "posted:2026-05-01..2026-06-01",
            Range("posted", seconds(2026, 5, 1), seconds(2026, 6, 2), include_high=False),
        ),
    ],
)
def test_a_query_means(text: str, tree: Node) -> None:
    assert parse(text, MOMENT) == tree


SAME_PHONE = [
    "(202) 555-0143",
    "202-555-0143",
    "202.555.0143",
    "2025550143",
    "+1 202 555 0143",
    "two zero two five five five zero one four three",
    "two0two 555 oh143",
    'phone:"202 555 0143"',
    "phone:202 555 0143",
]


@pytest.mark.parametrize("text", SAME_PHONE)
def test_a_phone_typed_any_way_asks_for_the_same_number(text: str) -> None:
    assert any(isinstance(leaf, Terms) and leaf.values[0] == "12025550143" for leaf in leaves(parse(text)))


def test_a_contact_among_words_leaves_the_words() -> None:
    tree = parse("evening (202) 555-0143 -quiet")
    assert isinstance(tree, And)
    assert tree.parts[0] == Word("evening")
    assert tree.parts[2] == Not(Word("quiet"))


@pytest.mark.parametrize("text", ["linked:(202) 555-0143", "linked:rose@example.com", "linked:telegram:roselane"])
def test_linked_takes_any_contact(text: str) -> None:
    assert isinstance(parse(text), LinkedTo)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_the_example_of_every_field_can_be_read(name: str) -> None:
    parse(FILTERS[name].example)


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ('one "two', 4, "end the phrase"),
        ("(one", 0, "write the )"),
        ("one)", 3, "leave out the )"),
        ("()", 1, "write a word"),
        ("one OR", 6, "write a word"),
        ("one AND", 7, "write a word"),
        ("AND one", 0, "AND"),
        ("one -", 4, "word"),
        ("one !!!", 4, "at least one word"),
        ("one agee:21", 4, "did you mean age:?"),
        ("nothing:21", 0, "the fields are"),
        ("one site:", 4, "site:harbor"),
        ("site: one", 0, "site:harbor"),
        ('site:"  "', 5, "site:harbor"),
        ('site:"\u200b"', 5, "site:harbor"),
        ("site:harbor~", 5, "site:begin*"),
        ("phone:x*", 6, "202 555 0143"),
        ("handle:@", 7, "telegram:name"),
        ("linked:20255*", 7, "telegram:name"),
        ("similar:harb*", 8, "similar:harbor:1042"),
        ("near:Aus*", 5, 'near:"Austin" 50km'),
        ("age:old", 4, "age:<21"),
        ("age:..", 4, "age:<21"),
        ("price:cheap", 6, "price:<100/60min"),
        ("price:5/0min", 6, "price:<100/60min"),
        ("posted:2026-13-01", 7, "posted:last-7-days"),
        ("posted:..", 7, "posted:last-7-days"),
        ("seen:perhaps", 5, "seen:gone"),
        ("band:high", 5, '"review first"'),
        ("has:money", 4, "phone"),
        ("linked:hello", 7, "linked:"),
        ("phone:12", 6, "phone:"),
        ("x NEAR/0 y", 2, "NEAR/1"),
        ("x NEAR/999 y", 2, "NEAR/1"),
        ("x NEAR x", 2, "two different"),
        ('x NEAR "y z"', 2, "one NEAR/5 two"),
        ("near:Austin 5000km", 12, "1km"),
        ("a*", 0, "two before the *"),
        ("ab~", 0, "3 letters"),
        ("abcdef~3", 0, "word~2"),
        ("(" * 30 + "a" + ")" * 30, 21, "at most 20"),
        ("a " * 500, 800, "at most 400"),
        ("a" * 5000, 4000, "at most 4000"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_what_to_write(text: str, position: int, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert hint in caught.value.hint


PIECES = st.one_of(
    st.sampled_from(
        [
            "(",
            ")",
            '"',
            "-",
            "OR",
            "AND",
            "NOT",
            "NEAR/3",
            "*",
            "~",
            ":",
            "..",
            "<",
            "@",
            "+1",
            "near:",
            " ",
            "\x00",
            "½",
            "٣",
        ]
        + [f"{name}:" for name in FILTERS]
    ),
    st.text(max_size=6),
    st.integers(0, 10**12).map(str),
)
HOSTILE = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join)


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(HOSTILE)
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    read = attempt(text)
    if isinstance(read, QueryError):
        assert 0 <= read.position <= len(text)
        assert read.hint
    else:
        assert all(leaf.token for leaf in leaves(read) if isinstance(leaf, Word | Fuzzy))


def attempt(text: str) -> Node | QueryError:
    try:
        return parse(text)
    except QueryError as problem:
        return problem


def leaves(node: Node) -> list[Node]:
    below = children(node)
    return [node] if not below else [leaf for child in below for leaf in leaves(child)]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | st.text(alphabet="aé家ß\u200b ½-_'æǣ0", max_size=40))
def test_what_is_indexed_of_a_text_is_what_a_query_and_a_highlight_see_of_it(text: str) -> None:
    tokens = tokenise(text)
    assert words(text).split() == [token.text for token in tokens]
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
