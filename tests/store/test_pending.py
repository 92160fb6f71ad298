"""Work that is pending survives kills, failures and changes made while a stage runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select

from crawlers.tables import ads
from store import outbox, pending
from store.claims import PARTS
from store.errors import OutageError
from store.schema import now
from store.settings import Settings
from store.tables import failures
from store.workspace import Workspace, open_workspace


def _announce(workspace: Workspace, *items: str) -> None:
    with workspace.begin() as connection:
        pending.announce(connection, "ads", items)


def _count(workspace: Workspace) -> int:
    with workspace.read() as connection:
        return pending.count(connection, "read")


def test_a_stage_is_handed_what_was_announced_once(workspace: Workspace) -> None:
    _announce(workspace, "a", "b", "a", "c")
    seen: list[str] = []

    def write(_: Connection, items: Sequence[str]) -> None:
        seen.extend(items)

    assert pending.drain(workspace, "read", compute=lambda _, items: items, write=write, batch=2) == 3
    assert sorted(seen) == ["a", "b", "c"]
    assert _count(workspace) == 0


def test_an_item_changed_while_it_is_worked_on_stays_pending(workspace: Workspace) -> None:
    _announce(workspace, "a")
    with workspace.read() as connection:
        taken = pending.take(connection, "read", 10)
    _announce(workspace, "a")
    with workspace.begin() as connection:
        pending.done(connection, "read", taken)
    assert _count(workspace) == 1


def test_items_are_crossed_off_by_their_names_without_going_through_the_list(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", Settings())  # PostgreSQL plans by how many rows there are
    said: list[tuple[str, Any]] = []

    def listen(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        said.append((statement, parameters))

    _announce(workspace, "a", "b")
    event.listen(workspace.engine, "before_cursor_execute", listen)
    with workspace.begin() as connection:
        pending.done(connection, "read", {"a": 1})
    event.remove(workspace.engine, "before_cursor_execute", listen)
    deletions = [one for one in said if one[0].startswith("DELETE FROM pending")]
    assert deletions
    with workspace.read() as connection:
        for statement, parameters in deletions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert any("stage=? AND item=?" in row.detail for row in plan)
            assert not any("revision" in row.detail for row in plan)
    assert _count(workspace) == 1


def test_one_bad_item_is_set_aside_with_its_reason_and_the_rest_is_done(workspace: Workspace) -> None:
    _announce(workspace, "good", "bad", "fine")
    written: list[str] = []

    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        if "bad" in items:
            raise ValueError("cannot read 'bad'")
        return list(items)

    done = pending.drain(workspace, "read", compute=compute, write=lambda _, items: written.extend(items), batch=10)
    assert (done, sorted(written), _count(workspace)) == (2, ["fine", "good"], 0)
    with workspace.read() as connection:
        row = connection.execute(select(failures)).one()
    assert (row.item, row.error) == ("bad", "ValueError: cannot read 'bad'")


def test_a_new_version_of_a_stage_puts_everything_on_its_list_again(workspace: Workspace) -> None:
    moment = now()
    with workspace.begin() as connection:
        for name in ("a", "b"):
            connection.execute(
                insert(ads).values(
                    ad_id=name, site="s", url="", title="", body="", location="", contact="", name="", age="", price="",
                    image_hashes=[], digest="", version=1, first_seen=moment, last_seen=moment,
                )
            )  # fmt: skip
        everything = select(ads.c.ad_id)
        assert pending.adopt(connection, "read", "1", everything)
        assert not pending.adopt(connection, "read", "1", everything)
        assert pending.count(connection, "read") == 2


def test_the_outbox_keeps_a_document_that_changed_after_it_was_sent(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        outbox.put(connection, outbox.AD, ["a", "b"])
        first = outbox.due(connection, 10)
        outbox.put(connection, outbox.AD, ["a"])
        outbox.sent(connection, first)
        left = outbox.due(connection, 10)
    assert [row.item for row in left] == ["a"]
    assert left[0].version > max(row.version for row in first)


def test_a_document_whose_record_changed_stays_so_whatever_is_said_of_its_group(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        outbox.put(connection, outbox.AD, ["changed"])
        outbox.put(connection, outbox.AD, ["changed", "grouped", "later"], standing=True)
        outbox.put(connection, outbox.AD, ["later"])
        first = outbox.due(connection, 10)
        assert {row.item: row.standing for row in first} == {"changed": False, "grouped": True, "later": False}
        outbox.sent(connection, first)
        outbox.put(connection, outbox.AD, ["changed"], standing=True)
        assert [row.standing for row in outbox.due(connection, 10)] == [True]


def test_a_batch_with_a_bad_item_is_parted_down_to_it_and_not_done_one_by_one(workspace: Workspace) -> None:
    _announce(workspace, *(str(number) for number in range(512)))
    tries: list[int] = []

    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        tries.append(len(items))
        if "77" in items:
            raise ValueError("cannot read '77'")
        return list(items)

    done = pending.drain(workspace, "read", compute=compute, write=lambda _, __: None, batch=512)
    assert (done, _count(workspace)) == (511, 0)
    # Where several workers may be at work a batch is at most a part of what waits.
    begun = PARTS if workspace.engine.dialect.name == "postgresql" else 1
    assert len(tries) <= begun + 3 * 8
    with workspace.read() as connection:
        assert [one.item for one in pending.aside(connection)] == ["77"]


def test_an_outage_is_no_items_fault_and_the_work_stays(workspace: Workspace) -> None:
    _announce(workspace, "a", "b")

    def compute(_: Connection, items: Sequence[str]) -> list[str]:
        raise OutageError("the server is gone")

    with pytest.raises(OutageError):
        pending.drain(workspace, "read", compute=compute, write=lambda _, __: None, batch=10)
    assert _count(workspace) == 2
    with workspace.read() as connection:
        assert pending.aside(connection) == []


def test_what_was_set_aside_is_tried_again_when_asked_and_forgotten_once_done(workspace: Workspace) -> None:
    _announce(workspace, "bad")

    def broken(_: Connection, items: Sequence[str]) -> list[str]:
        raise ValueError("not yet")

    def mended(_: Connection, items: Sequence[str]) -> list[str]:
        return list(items)

    assert pending.drain(workspace, "read", compute=broken, write=lambda _, __: None, batch=10) == 0
    with workspace.begin() as connection:
        assert pending.retry(connection, "read") == 1
    assert pending.drain(workspace, "read", compute=mended, write=lambda _, __: None, batch=10) == 1
    with workspace.read() as connection:
        assert pending.aside(connection) == []
