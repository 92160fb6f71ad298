"""However a command ends, it says so in a sentence, never by a traceback, and its status tells a program the same."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

import sidelight
from store.settings import Settings
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root(blank: Path, tmp_path: Path) -> Path:
    """The folder of an empty workspace."""
    return Path(shutil.copytree(blank, tmp_path / "workspace"))


def ended(monkeypatch: pytest.MonkeyPatch, root: Path, *words: str) -> int | str | None:
    """The exit status of a command that does not simply return."""
    monkeypatch.setattr(sys, "argv", ["sidelight", *words, "--workspace", str(root)])
    with pytest.raises(SystemExit) as ending:
        sidelight.main()
    return ending.value.code


def tampered(root: Path, statement: str) -> None:
    """Do to the workspace's tables what no command would."""
    opened = open_workspace(root, Settings())
    with opened.begin() as connection:
        connection.execute(text(statement))
    opened.close()


@pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")  # there is no terminal to hide a password on
@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("pending", "reed"), 2, "sidelight: there is no stage 'reed'; there are read, "),
        (
            ("users", "add", "ana", "--role", "analyst"),
            2,
            "sidelight: the input ended before everything that was asked",
        ),
        (("feed", "read", "gone.json", "--key", "gone.pem"), 1, "sidelight: gone.json: No such file or directory\n"),
        (("settings",), 0, ""),
    ],
)
def test_what_went_wrong_is_one_sentence(
    words: tuple[str, ...],
    status: int,
    sentence: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert ended(monkeypatch, root, *words) == status
    assert sentence in capsys.readouterr().err


def test_what_nobody_foresaw_is_named_and_traced_when_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tampered(root, "DROP TABLE failures")
    assert ended(monkeypatch, root, "pending") == 1
    told = capsys.readouterr().err
    assert "sidelight: unexpected OperationalError: no such table: failures; run again with" in told
    assert told.count("\n") == 1  # neither the statement nor what it was given
    monkeypatch.setenv("SIDELIGHT_TRACE", "1")
    with pytest.raises(Exception, match="no such table: failures"):
        sidelight.main()


def test_tables_of_a_newer_release_are_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tampered(root, "UPDATE alembic_version SET version_num = '9999'")
    assert ended(monkeypatch, root, "settings") == 1
    told = capsys.readouterr().err
    assert "is of a newer release (tables 9999; this one knows " in told
    assert told.endswith("use that release\n")


def test_a_reader_that_has_gone_is_no_failure(root: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "sidelight", "settings", "--workspace", str(root)]
    with os.fdopen(writer, "w") as out:
        done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
