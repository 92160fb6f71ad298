"""The stage with a second process that stores what the first makes: the same outcome, whatever happens to either."""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, delete, select, text

from linker import group_rows, stage
from linker.judgements import Verdict, judge
from linker.tables import (
    group_members,
    groups,
    hubs,
    lineage,
    link_keys,
    link_signals,
    link_work,
    links,
    text_bands,
    wordings,
)
from nlp.tables import readings
from store import pending
from store.behind import Behind
from store.processes import WorkerError
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.linker.conftest import Posted, posted, putter

pytestmark = pytest.mark.slow  # each starts processes

TEXT = "quiet house near the park open from noon until late every day with parking behind it and a warm welcome to all"
TABLES = (link_signals, link_keys, link_work, wordings, text_bands, links, hubs, groups, group_members)
Put = Callable[[Iterable[Posted]], None]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches, stretches and parts of a few ads."""
    monkeypatch.setattr(stage, "MANY", 0)
    for size in ("ADS", "KEYS"):
        monkeypatch.setattr(stage, size, 3)
    monkeypatch.setattr(group_rows, "TOGETHER", 3)


def _rounds() -> Sequence[list[Posted]]:
    made = [
        posted(
            str(n), day=n, phone=f"+1312555010{n % 4}", place=f"{n % 3 + 1}", text=f"{TEXT} number {n // 3}", name="ana"
        )
        for n in range(12)
    ]
    crowd = [
        posted(f"c{n}", day=n, phone="+13125550109", email=f"{n}@example.com", place=f"{n % 5 + 1}") for n in range(8)
    ]
    return (
        [*made[:8], *crowd[:3]],
        [*made[6:], *crowd],
        [replace(made[0], reading=replace(made[0].reading, mentions=()))],
    )


def _linked(folder: Any, workers: int, run: Callable[[Workspace], object]) -> dict[str, list[Any]]:
    """Every row of the outcome after three rounds, with a judgement and an ad that is gone."""
    workspace = open_workspace(folder, Settings(workers=workers))
    put = putter(workspace)
    for number, some in enumerate(_rounds()):
        put(some)
        with workspace.begin() as connection:
            if number == 1:
                judge(connection, "harbor:0", "harbor:4", Verdict.NOT_SAME, "ana", "")
            if number == 2:
                connection.execute(delete(readings).where(readings.c.ad_id == "harbor:c5"))
                pending.announce(connection, "readings", ["harbor:c5"])
        run(workspace)
    found = {table.name: _rows(workspace, table) for table in TABLES}
    with workspace.read() as connection:
        query = select(lineage.c.group_id, lineage.c.passage, lineage.c.other).order_by(lineage.c.lineage_id)
        found["lineage"] = list(map(tuple, connection.execute(query).all()))
        found["pending"] = sorted(pending.take(connection, "score", 100))
    workspace.close()
    return found


def test_a_server_stores_in_processes_of_its_own(shared: Workspace) -> None:
    putter(shared)([posted(one, phone="+13125550101") for one in "abcdefg"])
    assert shared.settings.workers != 1
    assert stage.run(shared, batch=3) == 7
    assert [len(row) for row in _rows(shared, groups)] == [6]
    assert len(_rows(shared, group_members)) == 7


def _rows(workspace: Workspace, table: Table) -> list[Any]:
    with workspace.read() as connection:
        return sorted(tuple(map(repr, row)) for row in connection.execute(select(table)))


def _run(workspace: Workspace) -> int:
    return stage.run(workspace, batch=3)


def test_two_processes_leave_what_one_does(tmp_path: Any) -> None:
    assert _linked(tmp_path / "two", 2, _run) == _linked(tmp_path / "one", 1, _run)


def test_a_second_process_that_is_killed_costs_nothing_but_time(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, begun, kills = Behind.begin, iter(range(1_000)), []

    def killing(self: Behind, *given: Any) -> None:
        begin(self, *given)
        if next(begun) % 5 == 3:
            for process in list((self._processes.started()._processes or {}).values()):
                os.kill(process.pid or 0, signal.SIGKILL)
                kills.append(process.pid)

    monkeypatch.setattr(Behind, "begin", killing)

    def run(workspace: Workspace) -> None:
        while True:
            with suppress(WorkerError):
                _run(workspace)
                return

    two = _linked(tmp_path / "two", 2, run)
    monkeypatch.undo()
    one = _linked(tmp_path / "one", 1, stage.run)
    assert len(kills) > 2
    # What happened to a group between two kills is told once, but in the order in which it was put together.
    assert {name: sorted(rows) if name == "lineage" else rows for name, rows in two.items()} == {
        name: sorted(rows) if name == "lineage" else rows for name, rows in one.items()
    }


def test_a_damaged_reading_is_set_aside_and_the_rest_is_linked(workspace: Workspace, put: Put) -> None:
    put([posted(one, phone="+13125550101") for one in "abcdefg"])
    with workspace.begin() as connection:
        connection.execute(text("UPDATE readings SET mentions = '{no' WHERE ad_id IN ('harbor:b', 'harbor:f')"))
    assert workspace.settings.workers != 1
    assert stage.run(workspace, batch=3) == 5
    with workspace.read() as connection:
        assert [one.item for one in sorted(pending.aside(connection, "link"), key=lambda one: one.item)] == [
            "harbor:b",
            "harbor:f",
        ]
        members = connection.execute(select(group_members.c.ad_id).order_by(group_members.c.ad_id)).scalars().all()
    assert list(members) == [f"harbor:{one}" for one in "acdeg"]
