"""Elasticsearch holds the ads of each year in an index of their own, and the groups in one; nobody who asks notices."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch

from indexer.backend import Request, Write
from indexer.elastic import Elastic
from indexer.elastic_parts import pattern
from indexer.query import All
from indexer.records import AD, AdDocument, GroupDocument
from store.settings import Settings


def ad(name: str, year: int, title: str = "quiet evening") -> AdDocument:
    seen = datetime(year, 6, 1, tzinfo=UTC)
    return AdDocument(f"harbor:{name}", "harbor", "", seen, seen, title=title)


def group(name: str) -> GroupDocument:
    seen = datetime(2025, 6, 1, tzinfo=UTC)
    return GroupDocument(name, 2, seen, seen)


@pytest.fixture
def elastic(elastic_settings: Settings, elasticsearch_url: str) -> Iterator[Elastic]:
    """An empty index on the real server."""
    prefix = f"{elastic_settings.search_prefix}-parts-{secrets.token_hex(3)}"
    backend = Elastic(Elasticsearch(elasticsearch_url), "the server", prefix)
    backend.rebuild([], 1)
    yield backend
    for index in backend.client.indices.get(index=f"{prefix}-*"):
        backend.client.indices.delete(index=index)
    backend.close()


def put(elastic: Elastic, version: int, *documents: AdDocument | GroupDocument) -> None:
    assert elastic.write([Write(one.key, version, one) for one in documents]) == ()
    elastic.publish(version)


def parts(elastic: Elastic) -> dict[str, int]:
    """How many documents each part holds."""
    indices = elastic.client.indices.get(index=f"{elastic.alias}-*")
    return {name.rpartition("-")[2]: int(elastic.client.count(index=name)["count"]) for name in indices}


def found(elastic: Elastic) -> list[str]:
    return sorted(one.document.key for one in elastic.search(Request(All())).found)


def test_each_year_has_its_index_and_one_search_asks_them_all(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2024), ad("b", 2025), ad("c", 2025), group("g"))
    assert parts(elastic) == {"groups": 1, "2024": 1, "2025": 2}
    assert found(elastic) == [f"{AD}:harbor:{name}" for name in "abc"]
    assert elastic.health().documents == 4
    assert elastic.health().published == 2


def test_an_ad_of_which_an_older_sighting_is_learned_moves_to_that_year(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2026), ad("b", 2024))
    put(elastic, 3, ad("a", 2024, "bright morning"))
    assert parts(elastic) == {"groups": 0, "2024": 2, "2026": 0}
    moved = elastic.get(f"{AD}:harbor:a")
    assert isinstance(moved, AdDocument)
    assert moved.title == "bright morning"


def test_a_late_write_of_the_state_before_does_not_bring_it_back(elastic: Elastic) -> None:
    before = Write(f"{AD}:harbor:a", 2, ad("a", 2026))
    put(elastic, 2, ad("a", 2026), ad("b", 2024))
    put(elastic, 3, ad("a", 2024))
    assert elastic.write([before]) == ()
    elastic.publish(4)
    assert parts(elastic) == {"groups": 0, "2024": 2, "2026": 0}


def test_what_is_dropped_is_dropped_from_whatever_year_holds_it(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2024), ad("b", 2025), group("g"))
    assert elastic.write([Write(key, 3, None) for key in (f"{AD}:harbor:a", f"{AD}:harbor:b", "group:g")]) == ()
    elastic.publish(3)
    assert parts(elastic) == {"groups": 0, "2024": 0, "2025": 0}


def test_a_rebuild_leaves_the_indices_of_one_build(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2023), ad("b", 2025))
    old = "0" * 10 + "-" + "f" * 8
    elastic.client.indices.create(index=f"{elastic.alias}-{old}")  # as versions before had it
    documents = [ad("b", 2025), ad("c", 2026)]
    elastic.rebuild([[Write(one.key, 3, one) for one in documents]], 3)
    assert parts(elastic) == {"groups": 0, "2025": 1, "2026": 1}
    assert found(elastic) == [one.key for one in documents]
    put(elastic, 4, ad("d", 2027))  # a year that begins after the rebuild
    assert parts(elastic) == {"groups": 0, "2025": 1, "2026": 1, "2027": 1}


def test_a_build_that_fails_leaves_nothing_behind(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2024))
    before = sorted(elastic.client.indices.get(index=f"{elastic.alias}-*"))

    def batches() -> Iterator[list[Write]]:
        yield [Write(f"{AD}:harbor:b", 3, ad("b", 2025))]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        elastic.rebuild(batches(), 3)
    assert sorted(elastic.client.indices.get(index=f"{elastic.alias}-*")) == before
    assert found(elastic) == [f"{AD}:harbor:a"]


def test_an_index_that_goes_while_it_is_written_to_is_not_made_anew_under_its_bare_name(elastic: Elastic) -> None:
    put(elastic, 2, ad("a", 2024))
    for index in elastic.client.indices.get(index=f"{elastic.alias}-*"):
        elastic.client.indices.delete(index=index)
    with pytest.raises(Exception, match=r"went away|no index"):
        elastic.write([Write(f"{AD}:harbor:b", 3, ad("b", 2024))])
    assert not elastic.client.indices.exists(index=f"{elastic.alias}.2024")


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("desk-0123456789-01234567-groups", True),
        ("desk-0123456789-01234567-2026", True),
        ("desk-0123456789-01234567", True),
        ("desk-2026-0123456789-01234567-2026", False),
        ("desk-0123456789-01234567-2026-old", False),
        ("desk-notes", False),
    ],
)
def test_only_its_own_indices_are_swept(name: str, ours: bool) -> None:
    assert bool(pattern("desk").match(name)) is ours
