"""`linked:` shows the chain that links each ad; `similar:` finds what linking found to be worded alike."""

from collections.abc import Callable
from functools import cache

import pytest
from sqlalchemy import delete, insert

from indexer import stage
from indexer.engine import open_backend
from indexer.query import QueryError
from indexer.records import Sort
from indexer.search import search
from linker.judgements import Verdict, judge
from linker.tables import links
from linker.why import why
from nlp.tables import readings
from store.schema import now
from store.tables import hash_matches
from store.workspace import Workspace
from tests.indexer.conftest import make_ad

opened = cache(open_backend)


def test_every_linked_ad_has_the_chain_from_the_nearest_ad_that_holds_the_contact(world: Workspace) -> None:
    page = search(world, "linked:contact9@example.com", sort=Sort.TIME, limit=100, backend=opened(world))
    assert page.hits
    for hit in page.hits:
        assert hit.linked is not None
        holders = [one for one in page.hits if "contact9@example.com" in one.document.emails]
        assert hit.linked.holder in {one.ad_id for one in holders}
        at = hit.linked.holder
        for step in hit.linked.steps:
            assert step.left == at
            assert step.sentence.startswith(f"{step.left} and {step.right} share the ")
            at = step.right
        assert at == hit.ad_id
        with world.read() as connection:
            ways = [why(connection, one.ad_id, hit.ad_id, 1) for one in holders if one.group_id == hit.group_id]
        shortest = min(len(way[0].steps) if way else 0 for way in ways)
        assert len(hit.linked.steps) == shortest


def test_an_ad_that_holds_the_contact_needs_no_link(world: Workspace) -> None:
    page = search(world, "linked:2025550113 phone:2025550113", sort=Sort.TIME, limit=100, backend=opened(world))
    assert page.hits
    assert all(hit.linked and hit.linked.holder == hit.ad_id and not hit.linked.steps for hit in page.hits)


def test_what_a_person_said_is_a_step_of_the_chain_and_an_ad_that_is_held_back_is_none(
    workspace: Workspace, put: Callable[..., None], group: Callable[..., None]
) -> None:
    # Three ads of one group; the first holds the number, and only a person's word leads to the third.
    put(workspace, [1, 61, 121])
    group(workspace, [1, 61, 121])
    first, second, third = (make_ad(number)[0].ad_id for number in (1, 61, 121))
    with workspace.begin() as connection:
        connection.execute(delete(links))
        connection.execute(delete(readings).where(readings.c.ad_id != first))
        judge(connection, first, third, Verdict.SAME, "ana", "the same voice")
        judge(connection, second, third, Verdict.UNSURE, "ana", "perhaps")
    stage.run(workspace)

    def chains() -> dict[str, list[str]]:
        found = search(workspace, "linked:2025550101", sort=Sort.TIME).hits
        return {hit.ad_id: [one.reason for one in hit.linked.steps] for hit in found if hit.linked}

    assert chains() == {first: [], third: ["person"]}
    with workspace.begin() as connection:
        held = {"ad_id": third, "keyed": "k", "algorithm": "md5", "set_name": "s", "how": "feed", "at": now()}
        connection.execute(insert(hash_matches).values(held))
    assert chains() == {first: []}


def test_a_query_without_linked_shows_no_chain(world: Workspace) -> None:
    assert all(hit.linked is None for hit in search(world, "evening -linked:2025550113", backend=opened(world)).hits)


def test_similar_finds_the_ad_and_those_worded_alike(world: Workspace) -> None:
    found = search(world, "similar:harbor:0003", sort=Sort.TIME, limit=100, backend=opened(world))
    assert sorted(int(hit.ad_id[-4:]) for hit in found.hits) == list(range(3, 300, 25))
    alone = search(world, "similar:lantern:0004", backend=opened(world))
    assert [hit.ad_id for hit in alone.hits] == ["lantern:0004"]


def test_similar_to_an_ad_nobody_knows_says_where(world: Workspace) -> None:
    with pytest.raises(QueryError, match="no ad 'nowhere:1'") as caught:
        search(world, "evening similar:nowhere:1", backend=opened(world))
    assert caught.value.position == 16
