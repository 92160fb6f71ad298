"""Where fresh ads stopped coming is told once, place by place, and told again when they come."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import runs
from nlp import stage
from store import health
from store.health import State
from store.workspace import Workspace

FIRST = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLACES = {"Duluth, MN": "5024719", "Chicago, IL": "4887398"}


def crawled(workspace: Workspace, day: int, *places: str) -> list[tuple[str | None, State]]:
    """A crawl that finds four new ads in each of `places`, then a reading; the health rows of freshness it leaves."""
    at = FIRST + timedelta(days=day)
    seen = [
        Ad(f"harbor:{place}-{day}-{number}", "harbor", "", at, body="long walks", location=place, region="US")
        for place in places
        for number in range(4)
    ]
    with workspace.begin() as connection:
        row = {"run_id": f"r{day}", "site": "harbor", "started_at": at, "ended_at": at, "state": "green"}
        connection.execute(insert(runs).values(**row, counts={}, fill={"body": 1.0}, manifest=""))
        record_sightings(connection, seen, seen_at=at, run_id=f"r{day}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "now", lambda: at)
        stage.run(workspace)
    with workspace.read() as connection:
        return [(one.place, one.state) for one in health.latest(connection, "harbor") if one.measure == "fresh"]


def test_a_place_without_fresh_ads_is_a_blind_spot_until_they_come_again(workspace: Workspace) -> None:
    for day in range(4):
        assert crawled(workspace, day, *PLACES) == []
    for day in range(4, 7):
        assert crawled(workspace, day, "Chicago, IL") == []
    assert crawled(workspace, 9, "Chicago, IL") == [("5024719", State.AMBER)]
    with workspace.read() as connection:
        (spot,) = health.blind_spots(connection)
    assert spot.reason == "no fresh ads in Duluth for 144 hours"
    assert (spot.value, spot.expected) == (144.0, 96.0)
    assert crawled(workspace, 10, *PLACES) == [("5024719", State.GREEN)]


def test_a_site_that_is_not_crawled_is_one_blind_spot_and_not_one_for_each_place(workspace: Workspace) -> None:
    for day in range(3):
        crawled(workspace, day, *PLACES)
    late = FIRST + timedelta(days=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "now", lambda: late)
        stage.run(workspace)
    with workspace.read() as connection:
        (spot,) = [one for one in health.blind_spots(connection) if one.measure == "fresh"]
    assert (spot.site, spot.place) == ("harbor", None)
    assert spot.reason == "no crawl that found ads for 672 hours"
