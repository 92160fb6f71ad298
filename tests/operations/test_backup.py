"""A backup is the workspace as it was, and says so when it no longer is; of both engines."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import inspect, text

from crawlers.records import Ad
from crawlers.stored import load_ads, record_sighting
from operations import databasecopy
from operations.backup import BackupError, backup, drill, restore, verify
from store.database import connect
from store.errors import UsageError
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _fill(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        record_sighting(connection, Ad("s:1", "s", "", MOMENT, body="Hello"), seen_at=MOMENT, run_id="r")
    (workspace.captures / "s").mkdir()
    (workspace.captures / "s" / "r.warc.gz").write_bytes(b"evidence")


def test_a_restored_workspace_holds_the_same_records_and_evidence(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    files = backup(workspace, tmp_path / "copy", with_keys=False)
    back = restore(tmp_path / "copy", tmp_path / "new")
    assert back.files == files
    assert back.tables == len(inspect(workspace.engine).get_table_names())
    again = open_workspace(tmp_path / "new")
    with again.read() as connection:
        assert load_ads(connection, ["s:1"])["s:1"].ad.body == "Hello"
    assert (again.captures / "s" / "r.warc.gz").read_bytes() == b"evidence"
    again.close()


def _no_room_in_files(*_: object, **__: object) -> None:
    raise shutil.Error([("from", "to", "[Errno 28] No space left on device")])


def _no_room_in_database(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("room", "name", "fails", "why"),
    [
        (shutil, "copytree", _no_room_in_files, "No space left on device"),
        (databasecopy, "dump", _no_room_in_database, "database or disk is full"),
    ],
)
def test_a_disk_without_room_for_the_copy_is_told_and_nothing_is_left(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    room: object,
    name: str,
    fails: object,
    why: str,
) -> None:
    monkeypatch.setattr(room, name, fails)
    (tmp_path / "backups").mkdir()
    with pytest.raises(BackupError, match=f"copy cannot be written whole .*{why}.; make room"):
        backup(workspace, tmp_path / "backups" / "copy", with_keys=False)
    assert not any((tmp_path / "backups").iterdir())


@pytest.mark.parametrize("harm", ["flip", "drop", "add"])
def test_a_backup_that_was_touched_is_refused(workspace: Workspace, tmp_path: Path, harm: str) -> None:
    _fill(workspace)
    backup(workspace, tmp_path / "copy", with_keys=False)
    touched = tmp_path / "copy" / "captures" / "s" / "r.warc.gz"
    if harm == "flip":
        touched.write_bytes(b"evidencf")
    elif harm == "drop":
        touched.unlink()
    else:
        touched.with_name("extra").write_bytes(b"")
    with pytest.raises(BackupError, match="captures/s"):
        verify(tmp_path / "copy")
    with pytest.raises(BackupError):
        restore(tmp_path / "copy", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_keys_are_copied_only_when_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.keys / "one.key").write_bytes(b"k")
    backup(workspace, tmp_path / "without", with_keys=False)
    backup(workspace, tmp_path / "with", with_keys=True)
    assert not (tmp_path / "without" / "keys").exists()
    assert (tmp_path / "with" / "keys" / "one.key").exists()


def test_nothing_is_overwritten(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(UsageError, match="not empty"):
        backup(workspace, tmp_path / "taken", with_keys=False)


def test_a_drill_restores_compares_and_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    backup(workspace, tmp_path / "copies" / "one", with_keys=False)
    assert drill(tmp_path / "copies" / "one").rows > 0
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["one"]


def test_a_row_that_changed_is_named_with_its_table(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    backup(workspace, tmp_path / "copy", with_keys=False)
    listed = databasecopy.tables(workspace)
    with sqlite3.connect(workspace.root / "sidelight.db") as connection:
        connection.execute("UPDATE ads SET body = 'Hello?'")
    with pytest.raises(BackupError, match="'ads'"):
        databasecopy.compare({name: list(what) for name, what in listed.items()}, databasecopy.tables(workspace))


def test_postgresql_comes_back_row_for_row_into_an_empty_database_and_into_no_other(
    shared: Workspace, new_database: Callable[[], str], tmp_path: Path
) -> None:
    _fill(shared)
    files = backup(shared, tmp_path / "copy", with_keys=False)
    with pytest.raises(UsageError, match="not empty"):
        restore(tmp_path / "copy", tmp_path / "new", shared.settings.database_url)
    assert not (tmp_path / "new").exists()
    url = SecretStr(new_database())
    back = restore(tmp_path / "copy", tmp_path / "new", url)
    assert back.files == files
    again = open_workspace(tmp_path / "new", shared.settings.model_copy(update={"database_url": url}))
    with again.read() as connection:
        assert load_ads(connection, ["s:1"])["s:1"].ad.body == "Hello"
    again.close()


@pytest.mark.slow
def test_a_drill_on_postgresql_leaves_no_database_behind(shared: Workspace, tmp_path: Path) -> None:
    _fill(shared)
    backup(shared, tmp_path / "copy", with_keys=False)
    assert drill(tmp_path / "copy", shared.settings.database_url).rows > 0
    owner = connect(shared.engine.url.render_as_string(hide_password=False))
    with owner.connect() as connection:
        drills = connection.execute(text("SELECT count(*) FROM pg_database WHERE datname LIKE 'sidelight_drill_%'"))
        assert drills.scalar_one() == 0
    owner.dispose()
