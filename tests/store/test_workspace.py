"""A workspace opens anywhere it can, and says in one sentence why where it cannot."""

import os
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from store import migrations
from store.errors import BusyError, SettingsError, WorkspaceError
from store.locks import exclusive
from store.settings import Settings, load_settings
from store.workspace import Workspace, locate, open_workspace
from tests.store.conftest import declare_tables


def test_migrations_make_exactly_the_tables_the_rooms_declare(workspace: Workspace) -> None:
    declare_tables()
    assert migrations.drift(workspace.engine) == []


def test_the_last_revision_by_its_number_is_the_one_alembic_goes_to(workspace: Workspace) -> None:
    head = ScriptDirectory.from_config(migrations.configuration()).get_current_head()
    assert migrations.revision(workspace.engine) == migrations.newest() == head


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sidelight.toml").write_text('timezone = "Europe/Madrid"\nqueue_capacity = 7\n')
    monkeypatch.setenv("SIDELIGHT_QUEUE_CAPACITY", "9")
    settings = load_settings(tmp_path)
    assert (settings.timezone, settings.queue_capacity) == ("Europe/Madrid", 9)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('timezone = "Mars/Base"', "timezone"),
        ("queue_capacity = 0", "queue_capacity"),
        ("colour = 1", "there is no such key; see"),
        ("queue_capcity = 1", "did you mean 'queue_capacity'"),
        ('queue_capacity = "many"', "it should be a valid integer"),
        ('database_url = "oracle://u:secret@host/name"', r"it is no URL of PostgreSQL \(postgresql"),
        ("=", "TOML"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "sidelight.toml").write_text(text)
    with pytest.raises(SettingsError, match=named):
        load_settings(tmp_path)


def test_the_nearest_settings_file_marks_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sidelight.toml").touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert locate() == tmp_path


def test_a_new_workspace_is_told_of_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told in (f"a new workspace was made: {tmp_path / 'demo'}\n", ""):
        open_workspace(tmp_path / "demo", Settings()).close()
        assert capsys.readouterr().err == told


def test_a_workspace_that_cannot_be_written_is_told_before_anything_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (workspace.root, os.W_OK))
    with pytest.raises(WorkspaceError, match="read-only; choose another with --workspace"):
        open_workspace(workspace.root)


def test_a_workspace_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="--workspace"):
        open_workspace(tmp_path / "file" / "inside")


def test_a_broken_database_file_is_a_clear_error(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    (root / "sidelight.db").write_bytes(b"this is no database, and long enough to be read as one" * 100)
    with pytest.raises(WorkspaceError, match=r"sidelight\.db"):
        open_workspace(root)


def test_a_lock_is_held_by_one_process_at_a_time(workspace: Workspace) -> None:
    with exclusive(workspace, "process"), pytest.raises(BusyError, match="process"), exclusive(workspace, "process"):
        pass
    with exclusive(workspace, "process"):
        pass


def test_a_variable_that_is_nearly_a_setting_is_refused_with_the_name_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELIGHT_LOOKUP_RESON", "true")
    with pytest.raises(
        SettingsError, match="SIDELIGHT_LOOKUP_RESON is no setting; did you mean SIDELIGHT_LOOKUP_REASON"
    ):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    "name", ["SIDELIGHT_TEST_SEARCH_URL", "SIDELIGHT_TEST_DATABASE_URL", "SIDELIGHT_NOTEBOOK_DATA"]
)
def test_a_variable_of_another_program_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert load_settings(tmp_path).model_dump() == Settings().model_dump()
