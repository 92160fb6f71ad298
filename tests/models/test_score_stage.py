"""The score stage gives every changed group its priority, tells the search engine, and can be killed anywhere."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker.stage import run as link
from linker.tables import group_members
from models import promotion, seals, stage
from models.records import Lane
from models.stored import load_priorities, save_priorities
from models.tables import priorities
from nlp.pipeline import version
from nlp.stage import run as read
from nlp.tables import readings
from store import outbox, pending
from store.tables import outbox as outbox_rows
from store.workspace import Workspace
from tests.models.conftest import START

BODY = "A quiet hour with tea and soft music in a bright room by the river number {0}, call 212-555-01{0:02}. I am 24."


def ads(count: int, body: str = BODY) -> list[Ad]:
    return [
        Ad(f"s:{one}", "s", "", START + timedelta(days=one), body=body.format(one), location="Chicago, IL", region="US")
        for one in range(count)
    ]


def collect(workspace: Workspace, found: Iterable[Ad]) -> None:
    with workspace.begin() as connection:
        for ad in found:
            record_sighting(connection, ad, seen_at=START + timedelta(days=30), run_id="r1")
    read(workspace)
    link(workspace)


def scored(workspace: Workspace) -> dict[str, object]:
    with workspace.read() as connection:
        ids = connection.execute(select(priorities.c.group_id)).scalars().all()
        return dict(load_priorities(connection, ids))


def group_ids(workspace: Workspace) -> set[str]:
    with workspace.read() as connection:
        return set(connection.execute(select(group_members.c.group_id)).scalars())


def due(workspace: Workspace) -> set[tuple[str, str]]:
    with workspace.read() as connection:
        return {(row.kind, row.item) for row in connection.execute(select(outbox_rows))}


def test_every_group_has_a_priority_and_it_and_its_ads_are_to_be_indexed(workspace: Workspace) -> None:
    collect(workspace, ads(4))
    done: list[int] = []
    assert stage.run(workspace, done.append) == len(group_ids(workspace)) == done[-1]
    assert set(scored(workspace)) == group_ids(workspace)
    expected = {(outbox.GROUP, one) for one in group_ids(workspace)} | {(outbox.AD, f"s:{one}") for one in range(4)}
    assert expected <= due(workspace)
    assert stage.run(workspace) == 0


def test_a_stated_minor_age_goes_through_reading_and_linking_to_the_first_lane(workspace: Workspace) -> None:
    collect(workspace, [Ad("s:0", "s", "", START, body="Room by the river.", age="17", region="US")])
    stage.run(workspace)
    assert [one.lane for one in scored(workspace).values()] == [Lane.FIRST]


def test_a_group_that_vanished_loses_its_priority_and_its_document(workspace: Workspace) -> None:
    collect(workspace, ads(1))
    stage.run(workspace)
    (kept,) = scored(workspace).values()
    with workspace.begin() as connection:
        save_priorities(
            connection, [type(kept)(**{**{f: getattr(kept, f) for f in kept.__slots__}, "group_id": "gone"})]
        )
        pending.announce(connection, "groups", ["gone"])
    assert stage.run(workspace) == 1
    assert "gone" not in scored(workspace)
    assert (outbox.GROUP, "gone") in due(workspace)


def test_stopped_before_its_commit_it_does_the_same_when_run_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(workspace, ads(3))

    def stop(_: Connection, __: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, "_write", stop)
        with pytest.raises(KeyboardInterrupt):
            stage.run(workspace)
    assert scored(workspace) == {}
    stage.run(workspace)
    assert set(scored(workspace)) == group_ids(workspace)


def test_another_model_scores_every_group_again(workspace: Workspace, trained: Path) -> None:
    collect(workspace, ads(2))
    count = stage.run(workspace)
    seals.seal(workspace, Path(shutil.copytree(trained, workspace.trained / "challenger")))
    promotion.promote(workspace, "challenger", why="", pipeline=version())
    assert stage.run(workspace) == count
    assert all(one.model.startswith("challenger") for one in scored(workspace).values())
    promotion.promote(workspace, "scorecard", why="", pipeline=version())
    assert stage.run(workspace) == count
    assert all(one.model == "scorecard 1" for one in scored(workspace).values())


def all_anew(workspace: Workspace, workers: int) -> int:
    with workspace.begin() as connection:
        connection.execute(priorities.delete())
        pending.announce(connection, "groups", group_ids(workspace))
    several = replace(workspace, settings=workspace.settings.model_copy(update={"workers": workers}))
    return stage.run(several)


def in_small_parts(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """So few groups are enough for workers, `batch` at a time."""
    monkeypatch.setattr(stage, "MANY", 2)
    monkeypatch.setattr(stage, "AT_ONCE", 4)
    monkeypatch.setattr(stage, "BATCH", batch)


def test_worker_processes_score_as_this_one_does(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(workspace, ads(7))
    count = stage.run(workspace)
    alone = scored(workspace)
    in_small_parts(monkeypatch, 1)
    assert all_anew(workspace, 2) == count == len(alone) > 4
    assert scored(workspace) == alone


def test_what_no_worker_can_score_is_scored_here_and_only_the_damaged_is_set_aside(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    collect(workspace, ads(7))
    count = stage.run(workspace)
    alone = scored(workspace)
    with workspace.begin() as connection:
        bad = connection.execute(select(group_members.c.group_id).where(group_members.c.ad_id == "s:3")).scalar_one()
        connection.execute(readings.update().where(readings.c.ad_id == "s:3").values(mentions=[{"kind": 5}]))
    in_small_parts(monkeypatch, 1)
    assert all_anew(workspace, 2) == count - 1
    assert scored(workspace) == {one: priority for one, priority in alone.items() if one != bad}
    assert "scored here" in caplog.text
    with workspace.read() as connection:
        assert [one.item for one in pending.aside(connection, stage.STAGE)] == [bad]


def test_what_a_worker_finds_damaged_is_set_aside_and_no_worker_ends_of_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    collect(workspace, ads(7))
    count = stage.run(workspace)
    alone = scored(workspace)
    bad = min(alone)
    with workspace.begin() as connection:
        connection.execute(text("UPDATE groups SET itinerary = '{no' WHERE group_id = :bad"), {"bad": bad})
    in_small_parts(monkeypatch, 2)
    assert all_anew(workspace, 2) == count - 1
    assert scored(workspace) == {one: priority for one, priority in alone.items() if one != bad}
    assert "scored here" not in caplog.text
    with workspace.read() as connection:
        assert [one.item for one in pending.aside(connection, stage.STAGE)] == [bad]
