"""The doctor says in plain words what is broken, and what to do about it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nlp
from operations.doctor import examine
from operations.findings import Finding, Grade
from store.workspace import Workspace

ROOT = Path(__file__).parents[2]


def _broken(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.topic: finding for finding in findings if finding.grade is Grade.BROKEN}


def test_a_workspace_in_order_has_nothing_broken(lived: Workspace) -> None:
    findings = examine(lived.root)
    assert _broken(findings) == {}
    assert {"workspace", "reading", "disk", "database", "search"} <= {finding.topic for finding in findings}


def test_no_elasticsearch(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDELIGHT_SEARCH_URL", "http://127.0.0.1:9")
    finding = _broken(examine(workspace.root))["search"]
    assert "127.0.0.1:9" in finding.text
    assert "search_url" in finding.remedy


def test_an_index_of_another_version(lived: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(lived.root, copy)
    stamps = [path for path in (copy / "index").rglob("*.json") if b'"schema"' in path.read_bytes()]
    assert stamps
    for stamp in stamps:
        stamp.write_bytes(stamp.read_bytes().replace(b'"schema":"', b'"schema":"old-'))
    finding = _broken(examine(copy))["search"]
    assert "out of date" in finding.text
    assert finding.remedy == "sidelight index rebuild"


def test_a_workspace_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = _broken(examine(tmp_path / "file" / "workspace"))["workspace"]
    assert "cannot be written" in finding.text


def test_a_setting_that_cannot_be_used(workspace: Workspace) -> None:
    (workspace.root / "sidelight.toml").write_text('timezone = "Nowhere"')
    assert "Nowhere" in _broken(examine(workspace.root))["workspace"].text


def test_a_damaged_database(workspace: Workspace) -> None:
    workspace.close()
    (workspace.root / "sidelight.db").write_bytes(b"no database at all, long enough to be read as one" * 200)
    assert "sidelight.db" in _broken(examine(workspace.root))["workspace"].text


@pytest.mark.slow
def test_missing_data_of_the_reader(tmp_path: Path) -> None:
    # The installation itself is damaged here, so it is a copy, looked at by a process of its own.
    for room in ("store", "crawlers", "nlp", "linker", "models", "indexer", "casework", "operations"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "sidelight.py", tmp_path)
    for room in ("console", "market"):
        (tmp_path / room).symlink_to(ROOT / room)
    for path in (tmp_path / Path(nlp.__file__).parent.name).glob("*.yml"):
        path.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "sidelight", "doctor", "--workspace", str(tmp_path / "workspace")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "BROKEN  reading" in done.stdout
    assert "missing or damaged" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
