"""What a page writes on the way to its answer lies in the workspace, and what a killed process left behind is removed."""

import os
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from casework.records import Role
from console.drafts import DRAFT, STALE, draft, sweep, zipped
from store.workspace import Workspace
from tests.console.conftest import Seat


def test_a_draft_lies_in_the_workspace_and_goes_even_when_its_page_fails(workspace: Workspace) -> None:
    def broken() -> None:
        with draft(workspace) as place:
            assert place.parent == workspace.root
            (place / "words").write_text("said")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert not list(workspace.root.glob(f"{DRAFT}*"))


def test_a_folder_becomes_one_file_under_its_name(workspace: Workspace) -> None:
    def write(folder: Path) -> None:
        folder.mkdir()
        (folder / "page").write_text("said")

    packed = zipfile.ZipFile(BytesIO(zipped(workspace, "case-1", write)))
    assert packed.read("case-1/page") == b"said"
    assert not list(workspace.root.glob(f"{DRAFT}*"))


def test_only_drafts_that_nobody_writes_any_more_are_swept(workspace: Workspace) -> None:
    old, new = workspace.root / f"{DRAFT}old", workspace.root / f"{DRAFT}new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "words").write_text("said")
    past = time.time() - STALE - 60
    os.utime(old, (past, past))
    sweep(workspace)
    assert (old.exists(), new.exists()) == (False, True)


def test_pages_that_make_files_put_none_of_them_elsewhere(
    seat: Seat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chief = seat(Role.SUPERVISOR)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # whatever asks for a place there fails
    asked = {"typed": "(202) 555-0143", "csrf": chief.csrf}  # type: ignore[attr-defined]
    assert "1 found" in chief.post("/search/list", data=asked).text
    told = {"kind": "ad", "item": "harbor:1", "reason": "request 12", "csrf": chief.csrf}  # type: ignore[attr-defined]
    assert chief.post("/disclosure/file", data=told).content.startswith(b"PK")
