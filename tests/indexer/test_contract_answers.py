"""Both engines give the same answers: the ids of every query, the facets, and which of two ads comes first."""

import os
import secrets
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import embedded_facets
from indexer.backend import AD, Request
from indexer.embedded import Embedded
from indexer.embedded_files import Opened
from indexer.engine import open_backend
from indexer.fields import FACETS
from indexer.filters import FILTERS
from indexer.parse import parse
from indexer.query import All, Node, Not, QueryError
from indexer.questions import table
from indexer.records import Facet, Page, Sort
from indexer.search import search as ask
from indexer.tokens import words
from proof.query_grammar import Grammar
from proof.same_answers import compare, documents, readable
from store.workspace import Workspace

# Three hundred queries, of every form, that stay as they are.
QUERIES = (Path(__file__).parent / "queries.txt").read_text(encoding="utf-8").splitlines()
GENERATED = 200


opened = cache(open_backend)


def search(workspace: Workspace, query: str, **options: Any) -> Page:
    """As the console asks: through a backend that stays open."""
    return ask(workspace, query, backend=opened(workspace), **options)


def ids(workspace: Workspace, query: str) -> list[str]:
    """Every ad that answers."""
    found: list[str] = []
    page: Page | None = None
    while page is None or page.cursor:
        page = search(workspace, query, limit=200, sort=Sort.TIME, cursor=page.cursor if page else None)
        found += [hit.ad_id for hit in page.hits]
        assert page.total >= len(found)
    assert len(found) == page.total
    return found


def test_ids_alone_are_those_of_all_pages_in_their_order(embedded_world: Workspace, elastic_world: Workspace) -> None:
    for world in (embedded_world, elastic_world):
        for query in ("austin", "has:phone", "-has:phone", "nowhere1"):
            assert list(opened(world).ids(parse(query))) == ids(world, query)


@pytest.mark.slow
def test_both_engines_answer_the_fixed_queries_alike(embedded_world: Workspace, elastic_world: Workspace) -> None:
    outcomes = list(compare(embedded_world, opened(embedded_world), opened(elastic_world), QUERIES))
    assert [one for one in outcomes if one.differences] == []
    assert len(outcomes) == 300
    assert sum(0 < one.hits < 300 for one in outcomes) >= 0.9 * len(outcomes)


@pytest.mark.slow
def test_both_engines_answer_generated_queries_alike(embedded_world: Workspace, elastic_world: Workspace) -> None:
    first, second = opened(embedded_world), opened(elastic_world)
    seed = secrets.randbelow(2**32) if os.environ.get("CI") != "true" else 8
    queries = readable(Grammar(documents(first), seed), GENERATED)
    outcomes = list(compare(embedded_world, first, second, queries))
    assert [one for one in outcomes if one.differences] == [], f"seed {seed}"
    assert sum(one.hits > 0 for one in outcomes) >= 0.8 * len(outcomes)


def test_pages_by_time_hold_every_ad_that_answers_once_on_both_engines(
    embedded_world: Workspace, elastic_world: Workspace
) -> None:
    assert ids(embedded_world, "evening") == ids(elastic_world, "evening")


@pytest.mark.parametrize("query", ["", "evening", "site:harbor age:<30", "linked:2025550107"])
def test_both_engines_count_the_same_facets(embedded_world: Workspace, elastic_world: Workspace, query: str) -> None:
    counted = search(embedded_world, query, facets=FACETS)
    assert counted.facets == search(elastic_world, query, facets=FACETS).facets
    assert not any(facet.approximate for facet in counted.facets)


@pytest.mark.parametrize("query", ["", "size:>=1", "-site:harbor", "age:>=20", "has:phone OR evening", "site:meadow"])
def test_facets_count_every_ad_that_answers_whether_few_do_or_most(embedded_world: Workspace, query: str) -> None:
    for facet in search(embedded_world, query, facets=("site", "indicator", "place_label", "band")).facets:
        rows = table(embedded_world, query, [facet.field])
        assert dict(facet.counts) == {row.by[0]: row.ads for row in rows if row.by[0] is not None}


def test_a_large_index_counts_everything_beside_the_first_question_and_then_only_what_does_not_answer(
    embedded_world: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_facets, "LARGE", 1)
    monkeypatch.setattr(embedded_facets, "NEARLY_ALL", 2)  # of so few documents many are groups
    walked: list[Node] = []
    walk = embedded_facets._walked

    def noted(opened: Opened, query: Node, kind: str, names: tuple[str, ...]) -> tuple[Facet, ...]:
        walked.append(query)
        return walk(opened, query, kind, names)

    monkeypatch.setattr(embedded_facets, "_walked", noted)
    names = ("site", "indicator", "place_label", "month", "state")  # which no other test asks for together
    backend = open_backend(embedded_world)
    few, most = parse("site:meadow"), parse("-site:meadow")
    counted = [backend.search(Request(few, limit=1, facets=names)).facets]
    assert isinstance(backend, Embedded)
    everything = backend._open().everything[AD, names].result(30)
    assert set(map(str, walked)) == {str(few), str(All())}
    walked.clear()
    counted.append(backend.search(Request(most, limit=1, facets=names)).facets)
    assert walked == [Not(most)]
    for facet, one, other in zip(everything, *counted, strict=True):
        assert Counter(dict(one.counts)) + Counter(dict(other.counts)) == Counter(dict(facet.counts))
    backend.search(Request(All(), limit=1, facets=names))
    assert walked == [Not(most)]
    walked.clear()
    backend.search(Request(All(), limit=1, facets=names[:2]))  # waits for the thread, and counts nothing twice
    assert walked == [All()]


def test_priority_puts_the_first_lane_before_all_and_then_the_greater_value(world: Workspace) -> None:
    values = [hit.document for hit in search(world, "", sort=Sort.PRIORITY, limit=100).hits]
    assert {one.group_id for one in values[:5]} == {"g07"}
    assert [one.priority for one in values[5:]] == sorted((one.priority for one in values[5:]), reverse=True)


def test_both_engines_sort_by_priority_alike(embedded_world: Workspace, elastic_world: Workspace) -> None:
    pages = [search(one, "evening", sort=Sort.PRIORITY, limit=50) for one in (embedded_world, elastic_world)]
    assert [hit.ad_id for hit in pages[0].hits] == [hit.ad_id for hit in pages[1].hits]


@pytest.mark.parametrize(("query", "more", "less"), [("coffee evening", 3, 1)])
def test_relevance_puts_an_ad_that_says_it_more_often_first(world: Workspace, query: str, more: int, less: int) -> None:
    hits = search(world, query, sort=Sort.RELEVANCE, limit=100).hits
    said = [sum(hit.document.body.lower().split().count(word) for word in query.split()) for hit in hits]
    length = [len(hit.document.body.split()) for hit in hits]
    dense = [count / words for count, words in zip(said, length, strict=True)]
    assert hits[0].relevance is not None
    assert hits[0].relevance >= hits[-1].relevance  # type: ignore[operator]
    assert dense[0] > dense[-1]


def test_collapsed_pages_hold_each_group_once_with_its_best_ad(world: Workspace) -> None:
    found: list[str | None] = []
    cursor = None
    while True:
        page = search(world, "evening", collapse_groups=True, limit=7, cursor=cursor)
        found += [hit.group_id for hit in page.hits]
        cursor = page.cursor
        if cursor is None:
            break
    groups = {hit.group_id for hit in search(world, "evening", limit=300).hits}
    assert len(found) == len(set(found)) == page.total
    assert set(found) == groups


def test_a_linked_search_finds_every_ad_of_the_group_whatever_the_ad_itself_says(world: Workspace) -> None:
    page = search(world, "linked:(202) 555-0113", limit=100)
    assert {hit.group_id for hit in page.hits} == {"g13"}
    assert page.total == 5


HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "(",
                ")",
                '"',
                "-",
                "OR",
                "AND",
                "NEAR/3",
                "*",
                "~",
                "~2",
                ":",
                "..",
                "<",
                ">=",
                "/",
                "\\",
                "[",
                "]",
                "{",
                "}",
            ]
            + [
                "^",
                "$",
                "&&",
                "||",
                "+",
                "?",
                "#",
                "@",
                "\x00",
                "\u200b",
                "½",
                "٣",
                "家",
                "evening",
                "harbor",
                "2025550107",
            ]
            + [f"{name}:" for name in FILTERS]
        ),
        st.text(max_size=8),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(pieces=HOSTILE, between=st.sampled_from(["", " "]))
def test_any_text_gives_the_same_results_on_both_engines_or_a_typed_error(
    embedded_world: Workspace, elastic_world: Workspace, pieces: list[str], between: str
) -> None:
    answers: list[Any] = []
    for world in (embedded_world, elastic_world):
        try:
            page = search(world, between.join(pieces), sort=Sort.TIME, limit=5)
            answers.append((page.total, [hit.ad_id for hit in page.hits]))
        except QueryError as problem:
            answers.append((problem.position, problem.hint))
    assert answers[0] == answers[1]


WRITTEN = (
    "(202) 555-0107", "202-555-0107", "202.555.0107", "2025550107", "+1 202 555 0107", "12025550107", "phone:202 555 0107",
    "two zero two five five five zero one zero seven", "2o2 555 o1o7", "5550107", "555-0107",
)  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_phone_typed_any_way_finds_every_ad_that_holds_it(world: Workspace, written: str) -> None:
    page = search(world, written, sort=Sort.TIME, limit=100)
    holding = search(world, "has:phone", sort=Sort.TIME, limit=300).hits
    assert {hit.ad_id for hit in page.hits} == {one.ad_id for one in holding if "+12025550107" in one.document.phones}


def test_an_ad_that_says_all_of_it_often_stands_before_one_that_says_it_once(world: Workspace) -> None:
    hits = search(world, "coffee", sort=Sort.RELEVANCE, limit=300).hits
    places = {hit.ad_id: place for place, hit in enumerate(hits)}
    text = {hit.ad_id: words(f"{hit.document.title} {hit.document.body}").split() for hit in hits}
    for often, many in text.items():
        for once, few in text.items():
            if many.count("coffee") >= 2 * few.count("coffee") and len(many) <= len(few):
                assert places[often] < places[once]
