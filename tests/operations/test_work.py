"""Workers of single stages: the same outcome on PostgreSQL as on SQLite, and one at a time on SQLite."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from crawlers.adlines import parse_ad
from crawlers.stored import record_sighting
from linker.tables import group_members
from market.make import generate
from models.tables import priorities
from operations.work import STAGES, forever, work
from store.errors import BusyError, UsageError
from store.locks import exclusive
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _fill(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        for entry in generate(seed=3, ads=60, days=5):
            record_sighting(connection, parse_ad(entry.ad), seen_at=MOMENT, run_id="r")


def _outcome(workspace: Workspace) -> tuple[set[tuple[str, str]], dict[str, float]]:
    with workspace.read() as connection:
        members = connection.execute(select(group_members.c.ad_id, group_members.c.group_id))
        values = connection.execute(select(priorities.c.group_id, priorities.c.value))
        return {(row.ad_id, row.group_id) for row in members}, {row.group_id: row.value for row in values}


def _names(done: Iterable[str]) -> list[str]:
    return list(done)


def test_the_stages_come_to_the_same_on_both_databases(workspace: Workspace, shared: Workspace) -> None:
    for one in (workspace, shared):
        _fill(one)
        assert _names(work(one, [])) == ["read", "link", "score", "index", "alerts"]
    assert _outcome(shared) == _outcome(workspace)
    assert len(_outcome(shared)[0]) == 60
    assert work(shared, ["read", "score"]) == {"read": "0 ads", "score": "0 groups"}


def test_what_another_does_alone_is_left_to_it(shared: Workspace) -> None:
    with exclusive(shared, "link"):
        assert work(shared, ["link"])["link"].startswith("left to another: another process")


def test_a_second_worker_on_sqlite_is_told(workspace: Workspace) -> None:
    with exclusive(workspace, "process"), pytest.raises(BusyError, match="process"):
        work(workspace, ["read"])


def test_a_stage_there_is_none_of_is_named(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'queue'; there are read"):
        work(workspace, ["queue"])
    assert "queue" not in STAGES


def test_a_worker_goes_on_after_a_round_that_failed(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    other = ExitStack()
    pauses: list[float] = []

    def wait(pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 1:
            other.enter_context(exclusive(workspace, "process"))
        elif len(pauses) == 2:
            other.close()
        else:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forever(workspace, ["read"], 5, wait)
    assert pauses == [5, 5, 5]
    told = [record.getMessage() for record in caplog.records if record.name == "operations.work"]
    assert told.count("a round failed; trying again in 5 s") == 1
    assert told[-1] == "read: 0 ads"
