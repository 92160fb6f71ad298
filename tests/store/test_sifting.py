"""The few that cannot be done are found without doing the many over and over."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import JSON, Column, Connection, MetaData, String, Table, select, text

from store import pending
from store.database import select_in
from store.settings import Settings
from store.sifting import sound
from store.workspace import Workspace, open_workspace

KEPT = Table("kept", MetaData(), Column("item", String, primary_key=True), Column("value", JSON))
ITEMS = [f"item {number:03}" for number in range(400)]
BAD = {"item 017", "item 201", "item 399"}


def _damaged(folder: Path) -> Workspace:
    """A workspace in which some of many records hold what is no JSON."""
    workspace = open_workspace(folder, Settings())
    KEPT.create(workspace.engine)
    with workspace.begin() as connection:
        rows = [{"item": one, "value": "{damaged" if one in BAD else "{}"} for one in ITEMS]
        connection.execute(text("INSERT INTO kept VALUES (:item, :value)"), rows)
    return workspace


def _load(connection: Connection, some: Sequence[str]) -> list[str]:
    return [row.item for row in select_in(connection, select(KEPT), KEPT.c.item, some)]


def test_damaged_records_are_named_at_once_and_the_rest_is_done_together(tmp_path: Path) -> None:
    workspace = _damaged(tmp_path)
    with workspace.begin() as connection:
        pending.announce(connection, "ads", ITEMS)
    attempts: list[int] = []

    def compute(connection: Connection, some: Sequence[str]) -> list[str]:
        attempts.append(len(some))
        return _load(connection, some)

    done: list[str] = []
    assert pending.drain(workspace, "read", compute=compute, write=lambda _, made: done.extend(made), batch=400) == 397
    assert set(done) == set(ITEMS) - BAD
    assert attempts == [400, 1, 1, 1, 397]
    with workspace.read() as connection:
        aside = {one.item: one.error for one in pending.aside(connection, "read")}
    assert set(aside) == BAD
    assert all(reason.startswith("JSONDecodeError: ") for reason in aside.values())
    workspace.close()


def test_records_named_by_another_key_are_found_in_parts(tmp_path: Path) -> None:
    workspace = _damaged(tmp_path)
    with workspace.read() as connection:

        def load(numbers: Sequence[int]) -> list[str]:
            return _load(connection, [f"item {number:03}" for number in numbers])

        assert set(sound(range(400), load, workspace.root)) == set(ITEMS) - BAD
    workspace.close()
