"""One ad at a time answers as the embedded engine answers over all, and the rack of watches finds the same as asking each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.watching.matching import Held, matches
from casework.watching.rack import Rack, counted, required
from indexer.backend import Request, Write
from indexer.embedded import Embedded
from indexer.query import All, And, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Range, Starts, Terms, Word
from indexer.records import AdDocument, Place

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
WORDS = ("evening", "evenings", "garden", "gardne", "river", "rivers", "coffee", "cofee", "quiet", "new", "café")
TOWNS = (Place("4671654", "Austin", "Austin, TX, US", 30.2, -97.7), Place("4684888", "Dallas", "Dallas, TX, US"))


def _ad(number: int) -> AdDocument:
    draw = Random(number)
    said = " ".join(draw.choice(WORDS) for _ in range(draw.randint(0, 9)))
    phone = f"+1202555{100 + number % 9:04}" if number % 3 else f"202555{100 + number % 9:04}"
    return AdDocument(
        ad_id=f"s{number % 3}:{number}",
        site=f"s{number % 3}",
        url="",
        first_seen=START + timedelta(days=number % 5),
        last_seen=START + timedelta(days=9),
        posted_at=START + timedelta(hours=number) if number % 4 else None,
        title=draw.choice(WORDS),
        body=said,
        location=draw.choice(("Austin", "Dallas", "")),
        phones=(phone,) if number % 2 else (),
        handles=("telegram:rose",) if number % 7 == 0 else (),
        ages=tuple(range(20, 20 + number % 4)),
        rates=(float(60 + number % 5 * 20),),
        places=(TOWNS[number % 2],) if number % 5 else (),
        group_id=f"g{number % 6}",
        group_size=number % 6 + 1,
        priority=number % 10 / 10 if number % 3 else None,
        gone=number % 8 == 0,
    )


ADS = [_ad(number) for number in range(120)]
HELD = {one.ad_id: Held(one) for one in ADS}


@dataclass(frozen=True)
class _Engine:
    backend: Embedded

    def answers(self, node: Node) -> set[str]:
        found = self.backend.search(Request(node, limit=len(ADS))).found
        return {one.document.ad_id for one in found if isinstance(one.document, AdDocument)}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Engine]:
    """The ads in an embedded index."""
    root: Path = tmp_path_factory.mktemp("index")
    backend = Embedded(root)
    backend.rebuild([[Write(one.key, 1, one) for one in ADS]], 1)
    yield _Engine(backend)
    backend.close()


TOKENS = st.sampled_from(["evening", "garden", "river", "coffee", "quiet", "new", "cafe", "austin", "absent"])
BOUNDS = st.sampled_from([None, 0, 1, 2, 3, 20, 21, 22.5, 60, 80, 100, 0.3, 0.5])
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.just(All()),
    st.builds(Word, TOKENS, st.sampled_from(["words", "title", "location"])),
    st.builds(Phrase, st.tuples(TOKENS, TOKENS)),
    st.builds(Near, st.just("evening"), st.sampled_from(["river", "quiet", "new"]), st.integers(1, 4)),
    st.builds(Prefix, st.sampled_from(["ev", "evening", "ri", "gar", "zz"])),
    st.builds(Fuzzy, st.sampled_from(["garden", "evening", "cofee", "river"]), st.sampled_from([1, 2])),
    st.builds(Terms, st.just("group"), st.tuples(st.sampled_from(["g0", "g1", "g9"]))),
    st.builds(Terms, st.just("place"), st.tuples(st.sampled_from(["4671654", "dallas", "reno"]))),
    st.builds(Terms, st.just("handle"), st.just(("rose", "unknown:rose"))),
    st.builds(Terms, st.just("state"), st.just(("gone",))),
    st.builds(Terms, st.just("has"), st.tuples(st.sampled_from(["phone", "place"]))),
    st.builds(Starts, st.just("digits"), st.sampled_from(["1202555", "202555010", "999"])),
    st.builds(Starts, st.just("digits_reversed"), st.sampled_from(["3010", "50"])),
    st.builds(
        Range, st.sampled_from(["age", "rate", "size", "priority"]), BOUNDS, BOUNDS, st.booleans(), st.booleans()
    ),
    st.builds(Range, st.sampled_from(["posted", "first_seen"]), st.just(int(START.timestamp()) + 86_400), st.none()),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(And, st.lists(below, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(below, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, below),
    ),
    max_leaves=5,
)


@pytest.mark.slow
@settings(max_examples=100)
@given(tree=TREES)
def test_an_ad_answers_as_the_engine_says(engine: _Engine, tree: Node) -> None:
    assert {ad_id for ad_id, held in HELD.items() if matches(tree, held)} == engine.answers(tree)


def test_a_range_without_bounds_is_any_number_at_all(engine: _Engine) -> None:
    for field in ("rate", "priority", "age"):
        tree = Range(field)
        assert {ad_id for ad_id, held in HELD.items() if matches(tree, held)} == engine.answers(tree)


@pytest.mark.slow
@settings(max_examples=30)
@given(trees=st.lists(TREES, min_size=1, max_size=8), sample=st.integers(0, 40))
def test_the_rack_finds_what_asking_every_watch_finds(trees: list[Node], sample: int) -> None:
    rack = Rack(dict(enumerate(trees)), counted(list(HELD.values())[:sample]))
    for held in HELD.values():
        assert rack.answered(held) == [number for number, tree in enumerate(trees) if matches(tree, held)]


def test_a_watch_hangs_under_the_rarest_value_it_requires() -> None:
    counts = counted(HELD.values())
    tree = And((Terms("has", ("phone",)), Word("river"), Terms("digits", ("12025550199",))))
    assert required(tree, counts) == (Word("12025550199", "digits"),)


def test_a_negation_alone_requires_nothing() -> None:
    assert required(Not(Word("river")), {}) is None
    assert required(Or((Word("river"), Not(Word("coffee")))), {}) is None
    assert required(All(), {}) is None


def test_a_watch_hangs_under_a_rare_word_before_a_range() -> None:
    young = Range("age", None, 21)
    assert required(And((young, Word("river"))), {}) == (Word("river"),)
    assert required(And((young, Not(Word("river")))), {}) == (young,)
