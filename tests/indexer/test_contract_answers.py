"""Both engines give the same answers: the ids of every query, the facets, and which of two ads comes first."""

from functools import cache
from typing import Any

import pytest

from indexer.engine import open_backend
from indexer.fields import FACETS
from indexer.records import Page, Sort
from indexer.search import search as ask
from store.workspace import Workspace

QUERIES = """
evening
evening quiet
evening OR coffee
evening AND coffee
(evening OR coffee) river
evening -coffee
-evening
NOT (evening OR coffee)
-(evening coffee) -river
"quiet garden"
"river corner bright"
"evening" "coffee"
crème
CREME brulee
"crème brûlée"
eve*
gar* OR stat*
cofee~
markt~ -market
statoin~
evenign~2
evening NEAR/3 coffee
coffee NEAR/3 evening
garden NEAR river
title:evening
title:"in austin"
title:ev*
location:dallas
(202) 555-0107
202-555-0107
2025550107
"202 555 0107"
two zero two five five five zero one zero seven
55501
5550123
0107 OR 5550108
phone:202 555 0109
phone:+1202*
contact7@example.com
email:contact1*
linked:(202) 555-0113
linked:contact9@example.com
linked:2025550107 evening
age:21
age:<21
age:>=40
age:20..25 site:harbor
price:<100
price:<100/60min
price:60..80/h
price:<40/30min
currency:usd price:>=200
posted:2026-05-03
posted:2026-05-01..2026-05-10
posted:2026-06
posted:<2026-05-02
posted:>=2026-06-20 OR posted:..2026-05-03
found:2026-07-20
seen:gone
seen:live seen:2026-07
indicator:movement_language
indicator:movement* OR indicator:client_screening
reason:email
group:g07
size:>=5 -site:meadow
site:harbor OR site:lantern
has:phone -has:image
has:email has:indicator
band:"review first"
band:review route:spam
lane:first
priority:>0.5 priority:<=0.75
name:anna
place:austin
place:4671654
place:"austin, us"
near:"Austin" 150km
near:Houston 1km
near:"San Antonio, TX" 200mi -place:austin
ad:harbor:0003
url:nothing.example
zzz
299
""".strip().splitlines()


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


@pytest.mark.parametrize("query", QUERIES)
def test_both_engines_give_the_same_ads_in_the_same_order_of_time(
    embedded_world: Workspace, elastic_world: Workspace, query: str
) -> None:
    assert ids(embedded_world, query) == ids(elastic_world, query)


def test_most_queries_of_the_contract_find_something(embedded_world: Workspace) -> None:
    counts = [search(embedded_world, query, limit=1, sort=Sort.TIME).total for query in QUERIES]
    assert len(counts) >= 50
    assert sum(0 < count < 300 for count in counts) >= 0.9 * len(counts)


@pytest.mark.parametrize("query", ["", "evening", "site:harbor age:<30", "linked:2025550107"])
def test_both_engines_count_the_same_facets(embedded_world: Workspace, elastic_world: Workspace, query: str) -> None:
    counted = search(embedded_world, query, facets=FACETS)
    assert counted.facets == search(elastic_world, query, facets=FACETS).facets
    assert not any(facet.approximate for facet in counted.facets)


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
