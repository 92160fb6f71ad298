"""A watch says once which new or changed ads answer it, whatever happened in between."""

from datetime import UTC, datetime, timedelta

import pytest

from casework import watches
from casework.watching import runs
from crawlers.records import Ad
from crawlers.stored import record_sightings
from indexer import stage as index_stage
from nlp import stage as read_stage
from store.errors import UsageError
from store.health import Health, State, record
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PHONE = "call two one two 555 0143"


def _publish(workspace: Workspace, *bodies: tuple[str, str], days: int = 0) -> None:
    """Ads read and published in the index, as the stages before the watches leave them."""
    from linker import stage as link_stage
    from models import stage as score_stage

    seen_at = MOMENT + timedelta(days=days)
    ads = [Ad(name, "s", "", MOMENT, title=f"Ad {name}", body=body, region="US") for name, body in bodies]
    with workspace.begin() as connection:
        record_sightings(connection, ads, seen_at=seen_at, run_id=f"r{days}")
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)


def _alerts(workspace: Workspace, owner: str = "ana") -> list[str]:
    with workspace.read() as connection:
        return sorted(alert.ad_id for alert in watches.inbox(connection, owner))


def test_an_ad_that_answers_alerts_once(workspace: Workspace) -> None:
    watches.add(workspace, "ana", "phone:2125550143")
    _publish(workspace, ("s:1", PHONE), ("s:2", "no number here"))
    assert runs.evaluate(workspace) == 1
    assert _alerts(workspace) == ["s:1"]
    _publish(workspace, ("s:1", f"{PHONE}, new words"), ("s:3", "ring 212.555.0143"), days=1)
    assert runs.evaluate(workspace) == 1
    assert runs.evaluate(workspace) == 0
    assert _alerts(workspace) == ["s:1", "s:3"]


def test_alerts_go_to_the_watch_s_owner_alone_and_can_be_read(workspace: Workspace) -> None:
    watches.add(workspace, "ana", "massage")
    _publish(workspace, ("s:1", "massage"))
    runs.evaluate(workspace)
    with workspace.begin() as connection:
        assert watches.inbox(connection, "ben") == []
        (alert,) = watches.inbox(connection, "ana", unread=True)
        watches.mark_read(connection, "ben", [alert.alert_id])
        assert watches.inbox(connection, "ana", unread=True)
        watches.mark_read(connection, "ana", [alert.alert_id])
        assert watches.inbox(connection, "ana", unread=True) == []


def test_an_ended_watch_is_asked_no_more_and_keeps_its_alerts(workspace: Workspace) -> None:
    number = watches.add(workspace, "ana", "massage")
    _publish(workspace, ("s:1", "massage"))
    runs.evaluate(workspace)
    watches.end(workspace, number)
    _publish(workspace, ("s:2", "massage too"), days=1)
    assert runs.evaluate(workspace) == 0
    assert _alerts(workspace) == ["s:1"]
    with pytest.raises(UsageError, match="no watch"):
        watches.end(workspace, number)


def test_a_query_that_cannot_be_read_is_refused_at_once(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="character"):
        watches.add(workspace, "ana", "price:<")
    with pytest.raises(UsageError, match="needs a query"):
        watches.add(workspace, "ana", "  ")


def test_where_a_site_went_quiet_watches_are_blind(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        record(connection, [Health(MOMENT, "crawlers", "s", "ads", State.RED, "no ads", 0, 10)])
        assert [row.site for row in watches.blind_spots(connection)] == ["s"]


def test_neither_a_full_disk_nor_a_verdict_that_only_sums_up_is_a_blind_spot(workspace: Workspace) -> None:
    def judged(run_id: str, measure: str, state: State) -> Health:
        return Health(MOMENT, "crawlers", run_id[0], measure, state, measure, run_id=run_id)

    rows = [
        judged("a-1", "disk", State.AMBER),
        judged("a-1", "run", State.AMBER),
        judged("b-1", "ads", State.RED),
        judged("b-1", "run", State.RED),
        judged("c-1", "run", State.RED),
    ]
    with workspace.begin() as connection:
        record(connection, rows)
        assert [(row.site, row.measure) for row in watches.blind_spots(connection)] == [("b", "ads"), ("c", "run")]
