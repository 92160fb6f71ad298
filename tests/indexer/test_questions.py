"""Questions over what answers: exact against a count by hand, and the same from both engines."""

import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from crawlers.records import Ad
from crawlers.stored import record_sighting
from indexer import stage
from indexer.engine import open_backend
from indexer.query import QueryError
from indexer.questions import Measure, Step, histogram, map_grid, table
from indexer.records import AdDocument, Sort
from indexer.search import search
from store.errors import UsageError
from store.workspace import Workspace

opened = cache(open_backend)


def documents(world: Workspace, query: str) -> list[AdDocument]:
    """Every ad that answers."""
    return [hit.document for hit in search(world, query, sort=Sort.TIME, limit=500, backend=opened(world)).hits]


def test_price_per_hour_by_city_and_month_for_the_ads_linked_to_a_phone(world: Workspace) -> None:
    query = "linked:(202) 555-0113"
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in documents(world, query):
        moment = one.posted_at or one.first_seen
        rates[one.places[0].label, f"{moment:%Y-%m}"] += one.rates
    rows = table(world, query, ["city", "month"], Measure.PRICE, opened(world))
    assert {row.by: row.spreads[0].values for row in rows} == {key: len(values) for key, values in rates.items()}
    for row in rows:
        values = rates[row.by]  # type: ignore[index]
        spread = row.spreads[0]
        assert (spread.unit, spread.low, spread.high) == ("USD", min(values), max(values))
        assert spread.median == statistics.median(values)
        assert spread.mean == pytest.approx(statistics.mean(values), abs=0.01)


@pytest.mark.parametrize(
    "by", [["site"], ["city", "month"], ["site", "indicator", "month"], ["phone"], ["group", "site"]]
)
def test_both_engines_count_combinations_alike(
    embedded_world: Workspace, elastic_world: Workspace, by: list[str]
) -> None:
    tables = [
        table(world, "evening OR coffee", by, Measure.AGE, opened(world)) for world in (embedded_world, elastic_world)
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) > 2


def test_an_ad_that_says_nothing_of_a_field_stands_in_a_row_of_its_own(embedded_world: Workspace) -> None:
    by_hand = Counter(one.phones[0] if one.phones else None for one in documents(embedded_world, "evening"))
    rows = table(embedded_world, "evening", ["phone"], backend=opened(embedded_world))
    assert {row.by[0]: row.ads for row in rows} == by_hand


@pytest.mark.parametrize("step", Step)
def test_a_histogram_counts_every_ad_with_a_date_once_and_has_no_gap(world: Workspace, step: Step) -> None:
    bars = histogram(world, "evening", step, backend=opened(world))
    posted = [one.posted_at for one in documents(world, "evening") if one.posted_at]
    assert [bar.ads for bar in bars] == [sum(bar.start <= one < bar.end for one in posted) for bar in bars]
    assert sum(bar.ads for bar in bars) == len(posted)
    assert all(one.end == other.start for one, other in pairwise(bars))


def test_a_histogram_of_nothing_is_empty(embedded_world: Workspace) -> None:
    assert histogram(embedded_world, "zzz", backend=opened(embedded_world)) == []


@pytest.mark.parametrize("zoom", [0, 5, 6, 12])
def test_a_map_grid_counts_every_ad_where_it_is(world: Workspace, zoom: int) -> None:
    cells = map_grid(world, "coffee", zoom, opened(world))
    places = [one.places[0] for one in documents(world, "coffee")]
    assert sum(cell.ads for cell in cells) == len(places)
    for cell in cells:
        inside = [
            one
            for one in places
            if cell.west <= (one.longitude or 0) < cell.east and cell.south < (one.latitude or 0) <= cell.north
        ]
        assert len(inside) == cell.ads


@pytest.mark.parametrize("by", [[], ["colour"], ["city", "town"], ["site", "month", "city", "band"]])
def test_a_question_by_what_is_not_counted_says_so(embedded_world: Workspace, by: list[str]) -> None:
    with pytest.raises(UsageError, match="by"):
        table(embedded_world, "", by)


def test_a_histogram_of_what_is_no_time_says_so(embedded_world: Workspace) -> None:
    with pytest.raises(UsageError, match="known are posted"):
        histogram(embedded_world, "", of="colour")


def test_a_histogram_of_too_many_bars_says_so(workspace: Workspace) -> None:
    old, new = (Ad(f"harbor:{year}", "harbor", "", datetime(year, 1, 1, tzinfo=UTC)) for year in (2019, 2026))
    with workspace.begin() as connection:
        for ad in (old, new):
            record_sighting(connection, ad, seen_at=datetime(2026, 1, 2, tzinfo=UTC), run_id="run")
    stage.run(workspace)
    with pytest.raises(UsageError, match="more than 1,500 bars by day; ask for wider ones"):
        histogram(workspace, "")
    assert len(histogram(workspace, "", Step.MONTH)) == 12 * 7 + 1


@pytest.mark.parametrize("zoom", [-1, 13])
def test_a_map_too_coarse_or_too_fine_says_what_can_be_asked(embedded_world: Workspace, zoom: int) -> None:
    with pytest.raises(UsageError, match="ask for 0 to 12"):
        map_grid(embedded_world, "", zoom)


def test_a_page_of_what_is_not_counted_or_of_no_size_says_so(embedded_world: Workspace) -> None:
    with pytest.raises(UsageError, match="no facet 'colour'; known are"):
        search(embedded_world, "", facets=("colour",))
    for limit in (0, 100_000):
        with pytest.raises(UsageError, match=f"a page of {limit}; ask for 1 to"):
            search(embedded_world, "", limit=limit)


def test_a_cursor_of_another_query_or_of_nobodys_making_is_refused(embedded_world: Workspace) -> None:
    cursor = search(embedded_world, "evening", limit=1).cursor
    assert cursor is not None
    with pytest.raises(QueryError, match="belongs to another query"):
        search(embedded_world, "quiet", cursor=cursor)
    with pytest.raises(QueryError, match="cannot be read"):
        search(embedded_world, "evening", cursor=cursor[:-9])


def test_a_town_nobody_knows_is_named(embedded_world: Workspace) -> None:
    with pytest.raises(QueryError, match="no town is known as 'Nosuchtownanywhere'") as caught:
        search(embedded_world, "evening near:Nosuchtownanywhere")
    assert caught.value.position == 13


def test_days_of_a_histogram_begin_in_the_team_s_zone(embedded_world: Workspace) -> None:
    bar = histogram(embedded_world, "", backend=opened(embedded_world))[0]
    assert bar.end - bar.start == timedelta(days=1)
    assert bar.start == datetime(2026, 5, 1, tzinfo=UTC)
