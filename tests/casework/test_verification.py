"""Every way to tamper with the audit log is found, and where it begins is named."""

import pytest
from sqlalchemy import delete, select, text, update

from casework import verification
from store import audit
from store.audit import Act, Via
from store.tables import audit_events
from store.workspace import Workspace


@pytest.fixture
def log(workspace: Workspace) -> Workspace:
    """Ten events and a checkpoint."""
    for number in range(10):
        audit.append(workspace, Act("ana", Via.COMMAND, "show", "ad", f"ad{number}", facts={"number": number}))
    verification.checkpoint(workspace)
    return workspace


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
def test_an_edited_column_is_found_at_its_event(log: Workspace, column: str) -> None:
    value = str(_row(log, 4)[column])
    with log.begin() as connection:
        changed = ("0" if value[0] != "0" else "1") + value[1:]
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values({column: changed}))
    assert verification.verify(log).broken_seq == 4


def test_edited_facts_are_found(log: Workspace) -> None:
    with log.begin() as connection:
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values(facts={"number": 99}))
    assert verification.verify(log).broken_seq == 4


def test_a_deleted_event_is_found(log: Workspace) -> None:
    with log.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.seq == 4))
    found = verification.verify(log)
    assert found.broken_seq == 4
    assert "missing" in str(found.problem)


def test_an_inserted_event_is_found(log: Workspace) -> None:
    with log.begin() as connection:
        for seq in range(10, 3, -1):
            connection.execute(update(audit_events).where(audit_events.c.seq == seq).values(seq=seq + 1))
        forged = {**_row(log, 1), "seq": 4}
        connection.execute(audit_events.insert().values(forged))
    assert verification.verify(log).broken_seq == 4


def test_two_swapped_events_are_found(log: Workspace) -> None:
    with log.begin() as connection:
        for old, new in ((4, 100), (7, 4), (100, 7)):
            connection.execute(update(audit_events).where(audit_events.c.seq == old).values(seq=new))
    assert verification.verify(log).broken_seq == 4


def test_an_end_cut_off_is_found_by_the_checkpoint(log: Workspace) -> None:
    with log.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.seq > 6))
    found = verification.verify(log)
    assert found.broken_seq == 7
    assert "cut off" in str(found.problem)


def test_a_log_emptied_is_found(log: Workspace) -> None:
    with log.begin() as connection:
        connection.execute(delete(audit_events))
    assert verification.verify(log).broken_seq == 1


def test_a_log_written_anew_is_found_by_the_checkpoint(log: Workspace) -> None:
    with log.begin() as connection:
        connection.execute(update(audit_events).where(audit_events.c.seq == 4).values(actor="bob"))
    _rechain(log, 4)
    found = verification.verify(log)
    assert found.broken_seq == 10
    assert "written anew" in str(found.problem)


def test_a_forged_checkpoint_is_found(log: Workspace) -> None:
    path = log.root / verification.FILE
    path.write_bytes(path.read_bytes().replace(b'"seq":10', b'"seq":9'))
    assert "no checkpoint" in str(verification.verify(log).problem)


def test_a_copy_of_the_checkpoints_kept_elsewhere_still_tells(log: Workspace) -> None:
    copy = log.root / "copy.jsonl"
    copy.write_bytes((log.root / verification.FILE).read_bytes())
    (log.root / verification.FILE).unlink()
    with log.begin() as connection:
        connection.execute(text("DELETE FROM audit_events WHERE seq > 6"))
    assert verification.verify(log).problem is None
    assert verification.verify(log, copy).broken_seq == 7
