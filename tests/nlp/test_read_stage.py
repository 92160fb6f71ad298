"""The read stage: reads what is pending once, reads again what an older pipeline read, and reports what it yields."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from crawlers.records import Ad
from crawlers.stored import record_sighting
from nlp import pipeline, stage
from nlp.records import Kind
from nlp.stored import load_readings
from nlp.yields import JUDGED
from store import health, pending
from store.tables import pending as pending_rows
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def store_ads(workspace: Workspace, count: int, body: str = "call 312-555-0142, I am 24") -> None:
    with workspace.begin() as connection:
        for number in range(count):
            ad = Ad(f"lantern:{number}", "lantern", "", MOMENT, body=body, region="US")
            record_sighting(connection, ad, seen_at=MOMENT, run_id="run")


def test_what_is_pending_is_read_and_handed_on(workspace: Workspace) -> None:
    store_ads(workspace, 3)
    seen: list[int] = []
    assert stage.run(workspace, seen.append) == 3
    assert seen == [3]
    with workspace.read() as connection:
        readings = load_readings(connection, ["lantern:0", "lantern:2"])
        assert readings["lantern:2"].of(Kind.PHONE)[0].value == "+13125550142"
        assert pending.count(connection, "read") == 0
        assert pending.count(connection, "link") == 3


def test_a_second_run_has_nothing_to_do(workspace: Workspace) -> None:
    store_ads(workspace, 2)
    stage.run(workspace)
    assert stage.run(workspace) == 0


def test_a_changed_ad_is_read_again(workspace: Workspace) -> None:
    store_ads(workspace, 2)
    stage.run(workspace)
    store_ads(workspace, 1, body="call 312-555-0199")
    assert stage.run(workspace) == 1


def test_another_version_of_the_pipeline_reads_everything_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_ads(workspace, 2)
    stage.run(workspace)
    monkeypatch.setattr(stage, "version", lambda: "another")
    assert stage.run(workspace) == 2


def test_the_version_names_the_words_in_force() -> None:
    assert pipeline.version().startswith(f"{pipeline.VERSION}-")
    assert len(pipeline.version()) > 10


def test_a_site_whose_ads_hold_no_phone_turns_amber(workspace: Workspace) -> None:
    store_ads(workspace, JUDGED, body="hello there")
    stage.run(workspace)
    with workspace.read() as connection:
        rows = {row.measure: row for row in health.latest(connection, "lantern") if row.source == "nlp"}
    assert rows["yield_phone"].state is health.State.AMBER
    assert rows["yield_phone"].value == 0


def test_a_share_that_falls_is_told_with_what_it_fell_from(workspace: Workspace) -> None:
    store_ads(workspace, JUDGED)
    stage.run(workspace)
    with workspace.begin() as connection:
        for number in range(JUDGED):
            body = "I am 24, call 312-555-0142" if number < 20 else "I am 24 and the number is below"
            record_sighting(
                connection, Ad(f"lantern:{number}", "lantern", "", MOMENT, body=body), seen_at=MOMENT, run_id="b"
            )
    stage.run(workspace)
    with workspace.read() as connection:
        rows = {row.measure: row for row in health.latest(connection, "lantern")}
    assert rows["yield_phone"].state is health.State.AMBER
    assert rows["yield_phone"].reason == "40% of 50 ads read have a phone; it fell from 100%"
    assert rows["yield_age"].state is health.State.GREEN


def test_an_ad_that_vanished_from_the_store_is_crossed_off(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        pending.announce(connection, "ads", ["lantern:gone"])
    stage.run(workspace)
    with workspace.read() as connection:
        assert connection.execute(select(pending_rows.c.item).where(pending_rows.c.stage == "read")).all() == []
