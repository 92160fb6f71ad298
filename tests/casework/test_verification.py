"""Every way to tamper with the audit log is found, and where it begins is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from casework import checkpoints, merkle, verification
from casework.merkle import Tree
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace


@pytest.fixture
def log(workspace: Workspace) -> Workspace:
    """Ten events and a checkpoint."""
    for number in range(10):
        audit.append(workspace, Act("ana", Via.COMMAND, "show", "ad", f"ad{number}", facts={"number": number}))
    verification.checkpoint(workspace)
    return workspace


@pytest.fixture
def open_log(log: Workspace) -> Workspace:
    """The same, after somebody who owns the database took its guard away."""
    unguard(log)
    return log


def unguard(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_events_no_{verb}"))


def _row(workspace: Workspace, seq: int) -> dict[str, object]:
    with workspace.read() as connection:
        return connection.execute(select(audit_events).where(audit_events.c.seq == seq)).one()._asdict()


def _rechain(workspace: Workspace, start: int) -> None:
    """What a careful forger does: compute every digest from `start` on anew."""
    with workspace.begin() as connection:
        rows = [row._asdict() for row in connection.execute(select(audit_events).order_by(audit_events.c.seq))]
        previous = rows[start - 2]["digest"] if start > 1 else audit.GENESIS
        for row in rows[start - 1 :]:
            row["previous"] = previous
            previous = audit.digest(row)
            connection.execute(
                update(audit_events)
                .where(audit_events.c.seq == row["seq"])
                .values(previous=row["previous"], digest=previous)
            )


def test_a_whole_log_is_found_whole(log: Workspace) -> None:
    assert verification.verify(log) == verification.Verified(10, 1, None, None)


def test_the_same_head_is_signed_once(log: Workspace) -> None:
    verification.checkpoint(log)
    assert verification.verify(log).checkpoints == 1
    audit.append(log, Act("ana", Via.COMMAND, "show", "ad", "one more"))
    verification.checkpoint(log)
    assert verification.verify(log).checkpoints == 2


def test_an_empty_log_is_whole(workspace: Workspace) -> None:
    verification.checkpoint(workspace)
    assert verification.verify(workspace).problem is None


@pytest.mark.parametrize("column", ["actor", "action", "object_hash", "via", "object_kind", "previous", "digest"])
def test_an_edited_column_is_found_at_its_event(open_log: Workspace, column: str) -> None:
    value = str(_row(open_log, 4)[column])
    with open_log.begin() as connection:
        changed = ("0" if value[0] != "0" else "1") + value[1:]
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values({column: changed}))
    assert verification.verify(open_log).broken_seq == 4


def test_edited_facts_are_found(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values(facts={"number": 99}))
    assert verification.verify(open_log).broken_seq == 4


def test_a_deleted_event_is_found(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.seq == 4))
    found = verification.verify(open_log)
    assert found.broken_seq == 4
    assert "missing" in str(found.problem)


def test_an_inserted_event_is_found(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        for seq in range(10, 3, -1):
            connection.execute(update(audit_events).where(audit_events.c.seq == seq).values(seq=seq + 1))
        forged = {**_row(open_log, 1), "seq": 4}
        connection.execute(audit_events.insert().values(forged))
    assert verification.verify(open_log).broken_seq == 4


def test_two_swapped_events_are_found(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        for old, new in ((4, 100), (7, 4), (100, 7)):
            connection.execute(update(audit_events).where(audit_events.c.seq == old).values(seq=new))
    assert verification.verify(open_log).broken_seq == 4


def test_an_end_cut_off_is_found_by_the_checkpoint(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.seq > 6))
    found = verification.verify(open_log)
    assert found.broken_seq == 7
    assert "cut off" in str(found.problem)


def test_a_log_emptied_is_found(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(delete(audit_events))
    assert verification.verify(open_log).broken_seq == 1


def test_a_log_written_anew_is_found_by_the_checkpoint(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values(actor="bob"))
    _rechain(open_log, 4)
    found = verification.verify(open_log)
    assert found.broken_seq == 10
    assert "written anew" in str(found.problem)


def test_a_forged_checkpoint_is_found(open_log: Workspace) -> None:
    path = open_log.root / checkpoints.FILE
    path.write_bytes(path.read_bytes().replace(b'"seq":10', b'"seq":9'))
    assert "no checkpoint" in str(verification.verify(open_log).problem)


def test_a_copy_of_the_checkpoints_kept_elsewhere_still_tells(open_log: Workspace) -> None:
    copy = open_log.root / "copy.jsonl"
    copy.write_bytes((open_log.root / checkpoints.FILE).read_bytes())
    (open_log.root / checkpoints.FILE).unlink()
    with open_log.begin() as connection:
        connection.execute(text("DELETE FROM audit_events WHERE seq > 6"))
    assert verification.verify(open_log).problem is None
    assert verification.verify(open_log, copy).broken_seq == 7


def test_a_copy_that_is_not_there_is_no_copy_that_holds(log: Workspace) -> None:
    with pytest.raises(UsageError, match="no such file, so the log was not held against it"):
        verification.verify(log, log.root / "mistyped.jsonl")


@pytest.mark.parametrize("change", ["UPDATE audit_events SET actor = 'bob' WHERE seq = 4", "DELETE FROM audit_events"])
def test_the_database_itself_refuses_to_change_the_log(log: Workspace, change: str) -> None:
    with pytest.raises(IntegrityError, match="never changed or removed"), log.begin() as connection:
        connection.execute(text(change))
    assert verification.verify(log).events == 10


@pytest.mark.parametrize(
    "change",
    [
        """facts = '{"number": 3}'""",
        """facts = '{"number":3.0}'""",
        """facts = facts || char(0)""",
        """facts = CAST(facts AS BLOB)""",
        """at = replace(at, ' ', 'T')""",
        """actor = CAST(X'ff61' AS TEXT)""",
    ],
)
def test_stored_characters_that_mean_the_same_or_nothing_are_an_edit_too(open_log: Workspace, change: str) -> None:
    with open_log.begin() as connection:
        connection.exec_driver_sql(f"UPDATE audit_events SET {change} WHERE seq = 4")  # noqa: S608
    assert verification.verify(open_log).broken_seq == 4


def test_stored_rows_and_events_as_they_were_made_have_one_digest(log: Workspace) -> None:
    audit.append(
        log, Act("ana", Via.CONSOLE, "search", "query", "q", words="zwölf\x01\U0001f600", reason='"', case_id="7")
    )
    with log.read() as connection:
        raw = list(verification.rows(connection, 10))
    made = _row(log, 11)
    assert raw[0][13] == audit.digest(made) == made["digest"]
    assert verification.verify(log).problem is None


def test_a_checkpoint_goes_on_from_the_last_one_and_has_the_root_of_the_whole(log: Workspace) -> None:
    for number in range(7):
        audit.append(log, Act("ana", Via.COMMAND, "show", "ad", f"more{number}"))
    made = verification.checkpoint(log)
    with log.read() as connection:
        digests = [bytes.fromhex(row[13]) for row in verification.rows(connection)]
    assert made is not None
    assert (made.seq, made.root) == (17, merkle.root(digests).hex())
    assert verification.verify(log) == verification.Verified(17, 2, None, None)


def test_a_log_that_was_cut_is_not_signed_again(open_log: Workspace) -> None:
    with open_log.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.seq > 6))
    verification.checkpoint(open_log)
    assert verification.verify(open_log).broken_seq == 7


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 13])
def test_a_proof_of_consistency_holds_for_the_beginning_of_the_log_and_for_no_other(size: int) -> None:
    digests = [bytes([number]) * 32 for number in range(size)]
    new = merkle.root(digests)
    for old in range(1, size + 1):
        proof = merkle.consistency(digests, old)
        assert merkle.is_consistent(old, merkle.root(digests[:old]), size, new, proof)
        forged = [b"x" * 32, *digests[1:old]]
        assert not merkle.is_consistent(old, merkle.root(forged), size, new, proof)
        assert not merkle.is_consistent(
            old, merkle.root(digests[:old]), size, merkle.root([*digests, b"y" * 32]), proof
        )


def test_the_tree_is_that_of_the_rfc() -> None:
    """Known roots: of no leaf, of one empty leaf, and of the eight leaves of Certificate Transparency's own test data."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert Tree().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    roots = [merkle.root([bytes.fromhex(one) for one in leaves[:size]]).hex() for size in (1, 2, 8)]
    assert roots == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


def test_each_checkpoint_is_copied_to_the_other_machine_and_work_goes_on_without_it(
    workspace: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = tmp_path / "away"
    copying = replace(workspace, settings=Settings(checkpoint_copy=away))
    audit.append(copying, Act("ana", Via.COMMAND, "show", "ad", "one"))
    verification.checkpoint(copying)
    assert "could not be copied" in caplog.text
    away.mkdir()
    audit.append(copying, Act("ana", Via.COMMAND, "show", "ad", "two"))
    verification.checkpoint(copying)
    assert verification.verify(workspace, away / checkpoints.FILE) == verification.Verified(2, 1, None, None)
