"""Another agency as a witness: it keeps what it was shown and refuses a log that does not continue it."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

import sidelight
from casework import checkpoints, verification
from casework.checkpoints import WitnessError
from store import audit
from store.audit import Act, Via
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.casework.test_verification import _rechain, unguard


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    """The other agency's workspace."""
    return open_workspace(tmp_path / "other", Settings())


def _grow(workspace: Workspace, count: int) -> None:
    for number in range(count):
        audit.append(workspace, Act("ana", Via.COMMAND, "show", "ad", f"ad{number}"))


def _letter(workspace: Workspace, since: int) -> dict[str, object]:
    newest = verification.checkpoint(workspace)
    assert newest is not None
    with workspace.read() as connection:
        digests = [bytes.fromhex(row[13]) for row in verification.rows(connection)]
    return checkpoints.letter(workspace, newest, since, digests)


def test_a_log_that_grows_is_vouched_for_each_time(workspace: Workspace, other: Workspace) -> None:
    known = 0
    for count in (5, 1, 8, 3):
        _grow(workspace, count)
        known = checkpoints.witness(other, "north", _letter(workspace, known)).seq
    assert known == 17
    assert checkpoints.witness(other, "north", _letter(workspace, 17)).seq == 17


def test_a_log_written_anew_is_refused_though_all_its_own_files_agree(workspace: Workspace, other: Workspace) -> None:
    _grow(workspace, 9)
    checkpoints.witness(other, "north", _letter(workspace, 0))
    unguard(workspace)
    with workspace.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_events SET actor = 'bob' WHERE seq = 4")
    _rechain(workspace, 4)
    (workspace.root / checkpoints.FILE).unlink()
    _grow(workspace, 2)
    assert verification.verify(workspace).problem is None
    with pytest.raises(WitnessError, match="cut or written anew"):
        checkpoints.witness(other, "north", _letter(workspace, 9))


@pytest.mark.parametrize("harm", ["key", "signature", "nothing"])
def test_a_letter_that_does_not_hold_is_refused(workspace: Workspace, other: Workspace, harm: str) -> None:
    _grow(workspace, 3)
    sent = _letter(workspace, 0)
    checkpoints.witness(other, "north", sent)
    _grow(workspace, 1)
    bad = _letter(workspace, 3)
    if harm == "key":
        bad["key"] = checkpoints.public_key(other).public_bytes_raw().hex()
    elif harm == "signature":
        bad["checkpoint"] = {**bad["checkpoint"], "seq": 40}  # type: ignore[dict-item]
    else:
        bad = {}
    with pytest.raises(WitnessError):
        checkpoints.witness(other, "north", bad)


def test_the_commands_write_and_witness_a_letter(workspace: Workspace, other: Workspace, tmp_path: Path) -> None:
    _grow(workspace, 4)
    run, letter = CliRunner(), tmp_path / "letter.json"
    own, theirs = ["--workspace", str(workspace.root)], ["--workspace", str(other.root)]
    assert run.invoke(sidelight.build(), ["audit", "checkpoint", "--to", str(letter), *own]).exit_code == 0
    assert orjson.loads(letter.read_bytes())["checkpoint"]["seq"] == 4
    answer = run.invoke(sidelight.build(), ["audit", "witness", "north", str(letter), *theirs])
    assert "4 events" in answer.stdout
