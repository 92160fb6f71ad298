"""To store an ad is to record a sighting: once per run, with the history of what changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from crawlers.records import Ad, Change
from crawlers.stored import load_ads, record_gone, record_sighting, record_sightings, sites_of, times_of
from crawlers.tables import ad_versions, sightings
from store import outbox, pending
from store.workspace import Workspace

DAY = datetime(2026, 5, 1, tzinfo=UTC)
AD = Ad("harbor:1", "harbor", "http://harbor.example/1", DAY, title="Hello", body="one")


def see(workspace: Workspace, *seen: Ad, at: datetime = DAY, run: str = "r1") -> list[Change]:
    with workspace.begin() as connection:
        return [one.change for one in record_sightings(connection, seen, seen_at=at, run_id=run)]


def history(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.read() as connection:
        rows = connection.execute(select(sightings.c.run_id, sightings.c.change).order_by(sightings.c.run_id))
        return [(row.run_id, row.change) for row in rows]


def to_read(workspace: Workspace) -> int:
    with workspace.read() as connection:
        return pending.count(connection, "read")


def test_the_same_ad_in_two_runs_is_one_ad_with_two_sightings(workspace: Workspace) -> None:
    assert see(workspace, AD) == [Change.NEW]
    assert see(workspace, AD, at=DAY + timedelta(days=1), run="r2") == [Change.SAME]
    assert history(workspace) == [("r1", "new"), ("r2", "same")]
    with workspace.read() as connection:
        stored = load_ads(connection, [AD.ad_id])[AD.ad_id]
    assert (stored.first_seen, stored.last_seen, stored.version) == (DAY, DAY + timedelta(days=1), 1)


def test_an_ad_stands_at_its_posting_or_else_where_it_was_first_seen(workspace: Workspace) -> None:
    other = Ad("lantern:1", "lantern", "http://lantern.example/1", None)
    see(workspace, AD, other, replace(AD, ad_id="harbor:2"), at=DAY + timedelta(days=4))
    with workspace.read() as connection:
        assert times_of(connection, ["harbor:1", "lantern:1", "none:1"]) == {
            "harbor:1": DAY,
            "lantern:1": DAY + timedelta(days=4),
        }
        assert sites_of(connection, ["lantern:1", "harbor:2", "harbor:1"]) == ["harbor", "lantern"]


def test_the_same_ad_twice_in_one_run_is_one_sighting(workspace: Workspace) -> None:
    assert see(workspace, AD, AD) == [Change.NEW, Change.SAME]
    assert see(workspace, AD) == [Change.SAME]
    assert history(workspace) == [("r1", "new")]


def test_a_changed_ad_keeps_what_it_said_before(workspace: Workspace) -> None:
    see(workspace, AD)
    changed = replace(AD, body="two")
    assert see(workspace, changed, at=DAY + timedelta(days=1), run="r2") == [Change.CHANGED]
    with workspace.read() as connection:
        (old,) = connection.execute(select(ad_versions)).all()
        assert (old.version, old.fields["body"]) == (1, "one")
        assert load_ads(connection, [AD.ad_id])[AD.ad_id].ad.body == "two"


def test_a_change_within_one_batch_keeps_both_states(workspace: Workspace) -> None:
    assert see(workspace, AD, replace(AD, body="two")) == [Change.NEW, Change.CHANGED]
    with workspace.read() as connection:
        assert [row.fields["body"] for row in connection.execute(select(ad_versions))] == ["one"]
        assert load_ads(connection, [AD.ad_id])[AD.ad_id].version == 2


def test_an_old_archive_adds_a_sighting_but_does_not_turn_the_ad_back(workspace: Workspace) -> None:
    see(workspace, AD)
    see(workspace, replace(AD, body="older"), at=DAY - timedelta(days=9), run="archive")
    with workspace.read() as connection:
        stored = load_ads(connection, [AD.ad_id])[AD.ad_id]
    assert (stored.ad.body, stored.first_seen) == ("one", DAY - timedelta(days=9))


def test_only_new_and_changed_ads_are_to_be_read(workspace: Workspace) -> None:
    see(workspace, AD)
    assert to_read(workspace) == 1
    with workspace.begin() as connection:
        pending.done(connection, "read", pending.take(connection, "read", 9))
    see(workspace, AD, at=DAY + timedelta(days=1), run="r2")
    assert to_read(workspace) == 0
    see(workspace, replace(AD, price="80"), at=DAY + timedelta(days=2), run="r3")
    assert to_read(workspace) == 1


def test_a_gone_ad_that_returns_is_written_to_the_index_again(workspace: Workspace) -> None:
    see(workspace, AD)
    with workspace.begin() as connection:
        assert record_gone(connection, AD.ad_id, seen_at=DAY, run_id="r2", capture_id=None)
        assert not record_gone(connection, AD.ad_id, seen_at=DAY, run_id="r3", capture_id=None)
        outbox.sent(connection, outbox.due(connection, 9))
        assert record_sighting(connection, AD, seen_at=DAY + timedelta(days=2), run_id="r4").change is Change.SAME
        assert [row.item for row in outbox.due(connection, 9)] == [AD.ad_id]
        assert load_ads(connection, [AD.ad_id])[AD.ad_id].gone_at is None


def test_a_bump_gives_an_ad_no_new_day_of_posting(workspace: Workspace) -> None:
    see(workspace, AD)
    see(workspace, replace(AD, posted_at=DAY + timedelta(days=2)), at=DAY + timedelta(days=2), run="r2")
    with workspace.read() as connection:
        stored = load_ads(connection, [AD.ad_id])[AD.ad_id]
    assert (stored.ad.posted_at, stored.version) == (DAY, 1)


def test_an_ad_seen_again_is_due_in_the_index_and_not_for_reading(workspace: Workspace) -> None:
    see(workspace, AD)
    with workspace.begin() as connection:
        pending.done(connection, "read", pending.take(connection, "read", 10))
    see(workspace, AD, at=DAY + timedelta(days=1), run="r2")
    with workspace.read() as connection:
        assert [row.item for row in outbox.due(connection, 10)] == [AD.ad_id]
    assert to_read(workspace) == 0
