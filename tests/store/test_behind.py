"""What one process makes another stores: in order, with the same care for what cannot be done."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select

from store import pending
from store.ahead import Ahead
from store.behind import Behind
from store.errors import OutageError
from store.processes import WorkerError
from store.settings import Settings
from store.tables import failures
from store.workspace import Workspace, open_workspace

pytestmark = pytest.mark.slow  # each starts a process

STAGE = "read"
ITEMS = [f"item {number:02}" for number in range(20)]
stored = Table("stored", MetaData(), Column("item", String, primary_key=True), Column("by", Integer))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace with a table for what is stored."""
    opened = open_workspace(tmp_path / "workspace", Settings())
    stored.create(opened.engine)
    yield opened
    opened.close()


def _store(connection: Connection, items: Sequence[str]) -> int:
    """By the process this runs in; one item cannot be stored, one ends the process."""
    if "fatal" in items:
        os._exit(1)
    connection.execute(insert(stored), [{"item": item, "by": os.getpid()} for item in items])
    if "item 07" in items:
        raise ValueError("cannot store it")
    return len(items)


def _keep(connection: Connection, items: Sequence[str]) -> None:
    _store(connection, items)


def _stored(workspace: Workspace) -> dict[str, int]:
    with workspace.read() as connection:
        return {row.item: row.by for row in connection.execute(select(stored).order_by(stored.c.item))}


def test_parts_are_stored_in_order_by_one_other_process(workspace: Workspace) -> None:
    told: list[str] = []
    tell = told.append

    def parts() -> Iterator[list[str]]:
        for item in "abc":
            tell(f"{item} made")
            yield [item, f"{item}2"]

    with Behind(workspace, alone=False) as behind:
        for count in behind.write(_store, parts()):
            tell(f"{count} stored")
    assert told == ["a made", "b made", "2 stored", "c made", "2 stored", "2 stored"]
    found = _stored(workspace)
    assert list(found) == ["a", "a2", "b", "b2", "c", "c2"]
    assert len(set(found.values())) == 1
    assert os.getpid() not in found.values()


def test_alone_each_part_is_stored_here_before_the_next_is_made(workspace: Workspace) -> None:
    there: list[int] = []

    def parts() -> Iterator[list[str]]:
        for item in "abc":
            there.append(len(_stored(workspace)))
            yield [item]

    with Behind(workspace, alone=True) as behind:
        assert list(behind.write(_store, parts())) == [1, 1, 1]
    assert there == [0, 1, 2]
    assert set(_stored(workspace).values()) == {os.getpid()}


def _length_of_log(workspace: Workspace, most: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes of SQLite's log after parts were stored each of which is made while the one before is stored."""
    monkeypatch.setattr("store.behind.LOG", most)
    with Behind(workspace, alone=False) as behind:

        def parts() -> Iterator[list[str]]:
            for part in range(8):
                with workspace.read() as connection:
                    connection.execute(select(stored.c.item).limit(1)).all()
                    while behind._way is not None and not behind._way.done():
                        time.sleep(0.01)
                yield [f"{most} {part} {number} {'x' * 5_000}" for number in range(200)]

        assert sum(behind.write(_store, parts())) == 1_600
        return (workspace.root / "sidelight.db-wal").stat().st_size


def test_a_long_log_is_put_into_the_file_while_nobody_reads(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded = _length_of_log(workspace, 1 << 20, monkeypatch)
    assert _length_of_log(workspace, 1 << 40, monkeypatch) > 2 * folded


def test_a_part_that_fails_is_stored_neither_whole_nor_half(workspace: Workspace) -> None:
    with Behind(workspace, alone=False) as behind:
        with pytest.raises(ValueError, match="cannot store it"):
            list(behind.write(_store, iter([["a"], ["b", "item 07"], ["c"], ["d"]])))
        assert list(_stored(workspace)) == ["a"]
        assert list(behind.write(_store, [["e"]])) == [1]


def test_a_process_that_is_ended_is_told_and_another_takes_its_place(workspace: Workspace) -> None:
    with Behind(workspace, alone=False) as behind:
        with pytest.raises(WorkerError, match="ended from outside"):
            list(behind.write(_store, [["a"], ["fatal"]]))
        assert list(behind.write(_store, [["b"]])) == [1]
    assert list(_stored(workspace)) == ["a", "b"]


def test_a_process_that_is_ended_while_it_waits_costs_nothing(workspace: Workspace) -> None:
    with Behind(workspace, alone=False) as behind:
        assert list(behind.write(_store, [["a"]])) == [1]
        (process,) = (behind._processes.started()._processes or {}).values()
        process.kill()
        process.join()
        while not behind._processes.started()._broken:
            time.sleep(0.01)
        assert list(behind.write(_store, [["b"]])) == [1]
    assert list(_stored(workspace)) == ["a", "b"]


def _stage(workspace: Workspace, kept: list[str]) -> Ahead[list[str], list[str]]:
    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        if "item 11" in items:
            raise ValueError("cannot read it")
        return list(items)

    return Ahead(workspace, STAGE, compute, lambda made: made, _keep, kept.extend)


def _announce(workspace: Workspace, items: Sequence[str]) -> None:
    with workspace.begin() as connection:
        pending.announce(connection, "ads", items)


@pytest.mark.parametrize("alone", [False, True])
def test_a_list_is_done_but_for_what_cannot_be_computed_or_stored(workspace: Workspace, alone: bool) -> None:
    for part in (ITEMS[:9], ITEMS[9:]):
        _announce(workspace, part)
    kept: list[str] = []
    progress: list[int] = []
    with Behind(workspace, alone=alone) as behind:
        assert _stage(workspace, kept).drain(behind, 4, progress.append) == 18
    done = [item for item in ITEMS if item not in ("item 07", "item 11")]
    assert sorted(kept) == list(_stored(workspace)) == done
    assert progress == sorted(progress)
    assert progress[-1] == 18
    with workspace.read() as connection:
        assert pending.count(connection, STAGE) == 0
        assert {row.item: row.error for row in connection.execute(select(failures))} == {
            "item 07": "ValueError: cannot store it",
            "item 11": "ValueError: cannot read it",
        }


def test_an_item_announced_again_while_it_is_worked_on_is_done_again(workspace: Workspace) -> None:
    _announce(workspace, ["a", "b", "c"])
    asked: list[str] = []

    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        if "a" in items and "a" not in asked:
            _announce(workspace, ["a"])
        asked.extend(items)
        return [] if asked.count("a") > 1 else list(items)

    with Behind(workspace, alone=False) as behind:
        stage = Ahead(workspace, STAGE, compute, lambda made: made, _some, lambda _: None)
        assert stage.drain(behind, 2, lambda _: None) == 4
    assert asked == ["a", "b", "c", "a"]
    with workspace.read() as connection:
        assert pending.count(connection, STAGE) == 0


def _some(connection: Connection, items: Sequence[str]) -> None:
    if items:
        _store(connection, items)


def test_an_outage_is_raised_once_what_was_made_before_is_stored(workspace: Workspace) -> None:
    _announce(workspace, ITEMS[:4])

    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        if ITEMS[2] in items:
            raise OutageError("the server is away")
        return list(items)

    with Behind(workspace, alone=False) as behind, pytest.raises(OutageError, match="away"):
        Ahead(workspace, STAGE, compute, lambda made: made, _keep, lambda _: None).drain(behind, 2, lambda _: None)
    assert list(_stored(workspace)) == ITEMS[:2]
    with workspace.read() as connection:
        assert list(pending.take(connection, STAGE, 10)) == ITEMS[2:4]
