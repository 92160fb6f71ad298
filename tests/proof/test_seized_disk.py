"""A disk that is taken away tells nothing once the sealed folder is closed; and the search for what it tells can find it."""

import os
import shutil
from pathlib import Path

import pytest

from proof.seized_disk import SLICE, holds, possible, prove, written_since


@pytest.mark.slow
def test_no_word_is_left_in_a_file_when_the_seal_is_closed(tmp_path: Path) -> None:
    if not possible():
        if os.environ.get("SIDELIGHT_REQUIRE_REAL") == "1" and not shutil.which("gocryptfs"):
            pytest.fail("gocryptfs is missing (SIDELIGHT_REQUIRE_REAL=1 forbids skipping it)")
        pytest.skip("needs gocryptfs and leave to mount a folder, which this machine does not give")
    outcome = prove(tmp_path, 60, 42, seal=True)
    assert outcome.found == {"ad": [], "search": [], "reason": []}
    assert outcome.files > 10
    assert "on an encrypted fuse.gocryptfs" in outcome.doctor


@pytest.mark.slow
def test_without_a_seal_each_marked_word_is_found_and_doctor_says_so(tmp_path: Path) -> None:
    outcome = prove(tmp_path, 60, 42, seal=False)
    assert all(outcome.found.values())
    assert "not known to be encrypted" in outcome.doctor


@pytest.mark.parametrize("written", ["mark", "MARK", "m\0a\0r\0k\0"])
def test_a_mark_is_found_however_written_and_over_the_border_of_two_parts(written: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"." * (SLICE - 2) + written.encode() + b"." * 10)
    assert holds(path, {"one": "mark", "other": "none"}) == {"one"}


def test_a_mark_in_a_name_counts_and_what_was_written_before_is_not_looked_at(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new mark"
    old.write_text("mark")
    began = old.stat().st_ctime + 0.01
    while not new.exists() or new.stat().st_ctime < began:
        new.write_text("")
    assert list(written_since(began, tmp_path)) == [new]
    assert holds(new, {"one": "mark"}) == {"one"}
