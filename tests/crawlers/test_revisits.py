"""Known ads are looked at again by how likely they differ from what is known, within what the budget keeps for it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crawlers.revisits import Seen, chance, change_rate, load_seen, plan
from crawlers.run import crawl
from crawlers.tables import ads, sightings
from store.workspace import Workspace
from tests.crawlers.conftest import Web

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def ad(ad_id: str, *, first: float, last: float, looks: int = 2, changes: int = 0) -> Seen:
    """Seen first and last so many days ago."""
    return Seen(ad_id, NOON - first * DAY, NOON - last * DAY, looks, changes)


def test_the_rate_is_the_published_estimate() -> None:
    # 10 intervals of a day, 3 of which found a change: -ln(7.5 / 10.5) a day, a little above 3 in 10.
    assert change_rate(ad("a", first=11, last=1, looks=11, changes=3)) == pytest.approx(0.3365, abs=1e-4)
    # Changed at every look: more often than once a day, by how much nobody can say; the estimate stays finite.
    assert 1 < change_rate(ad("a", first=11, last=1, looks=11, changes=10)) < 10
    assert change_rate(ad("a", first=1, last=1, looks=1)) == 0


def test_what_changes_often_comes_before_what_never_did() -> None:
    lively, quiet = ad("lively", first=30, last=1, looks=30, changes=12), ad("quiet", first=30, last=1, looks=30)
    assert plan([quiet, lively], NOON, 2) == ["lively", "quiet"]


def test_of_ads_that_never_changed_the_young_one_comes_first() -> None:
    assert plan([ad("old", first=300, last=1), ad("young", first=2, last=1)], NOON, 1) == ["young"]


def test_no_ad_waits_for_ever() -> None:
    quiet = [ad("quiet", first=300 + days, last=days, looks=100) for days in (1, 10, 100)]
    chances = [chance(one, NOON) for one in quiet]
    assert chances == sorted(chances)
    assert plan([ad("lively", first=30, last=0.1, looks=30, changes=3), quiet[-1]], NOON, 1) == ["quiet"]


seen = st.builds(
    lambda number, first, share, looks, changes: ad(
        str(number), first=first, last=first * share, looks=looks, changes=changes
    ),
    st.integers(), st.floats(0, 5000), st.floats(-0.1, 1), st.integers(1, 500), st.integers(0, 600),
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(seen, unique_by=lambda one: one.ad_id), st.integers(-3, 20))
def test_a_plan_is_within_its_room_without_repeats_and_leaves_nothing_likelier_out(
    known: list[Seen], room: int
) -> None:
    picked = plan(known, NOON, room)
    assert len(picked) == len(set(picked)) == min(len(known), max(room, 0))
    chances = {one.ad_id: chance(one, NOON) for one in known}
    assert all(0 <= value <= 1 for value in chances.values())
    left = chances.keys() - picked
    assert all(chances[one] >= chances[other] for one in picked for other in left)
    assert plan(list(reversed(known)), NOON, room) == picked


@pytest.mark.slow
def test_a_crawl_whose_pages_do_not_suffice_keeps_some_for_known_ads(
    make_site: Callable[..., Path], workspace: Workspace, web: Web
) -> None:
    for number in range(1, 13):
        web.ad(f"/ad/{number}", number)
    web.listing("/harbor/", *(f"/ad/{number}" for number in range(1, 7)))
    make_site("harbor", pace={"delay": 0, "concurrency": 1, "autothrottle": False})
    crawl(workspace, ["harbor"])
    # The next day six new ads stand before them, and there are only eight pages.
    web.listing("/harbor/", *(f"/ad/{number}" for number in (*range(7, 13), *range(1, 7))))
    for number in (1, 2, 3, 4):
        web.ad(f"/ad/{number}", number, body="Another text")
    make_site(
        "harbor",
        pace={"delay": 0, "concurrency": 1, "autothrottle": False},
        budget={"pages": 8, "revisits": 0.25},
    )
    web.asked.clear()
    crawl(workspace, ["harbor"])
    pages = [path for path in web.paths() if path != "/robots.txt"]
    assert len(pages) == 8
    assert pages[:6] == ["/harbor/", *(f"/ad/{number}" for number in range(7, 12))], "the front first"
    assert set(pages[6:]) <= {f"/ad/{number}" for number in range(1, 7)}, "then known ads"
    with workspace.read() as connection:
        known = load_seen(connection, "harbor")
        stored = connection.execute(select(ads.c.ad_id)).scalars().all()
        changes = connection.execute(select(sightings.c.change)).scalars().all()
    assert known.keys() == set(stored)
    assert sum(one.changes for one in known.values()) == changes.count("changed")


@pytest.mark.slow
def test_pages_that_were_kept_in_vain_are_spent_on_the_listing(
    make_site: Callable[..., Path], workspace: Workspace, web: Web
) -> None:
    for number in range(1, 8):
        web.ad(f"/ad/{number}", number)
    web.listing("/harbor/", *(f"/ad/{number}" for number in range(1, 8)))
    gently = {"delay": 0, "concurrency": 1, "autothrottle": False}
    make_site("harbor", pace=gently)
    crawl(workspace, ["harbor"])
    make_site("harbor", pace=gently, budget={"pages": 8, "revisits": 0.5})
    web.asked.clear()
    verdict = crawl(workspace, ["harbor"])[0]
    assert sorted(path for path in web.paths() if path != "/robots.txt") == [
        *(f"/ad/{number}" for number in range(1, 8)),
        "/harbor/",
    ]
    assert verdict.counts["left"] == 0
