"""Every look is recorded first, chained, and holds no identifier in the clear."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from store import audit, keys
from store.audit import Act, Via
from store.tables import audit_events
from store.workspace import Workspace

PHONE = "+12025550143"


def _look(workspace: Workspace) -> int:
    return audit.append(
        workspace, Act("ana", Via.COMMAND, "search", "query", PHONE, words=f"phone:{PHONE}", facts={"hits": 3})
    )


def test_rows_are_numbered_and_chained(workspace: Workspace) -> None:
    assert [_look(workspace), _look(workspace)] == [1, 2]
    with workspace.read() as connection:
        first, second = connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
    assert first.previous == audit.GENESIS
    assert second.previous == first.digest
    assert audit.digest(first._asdict()) == first.digest


def test_looks_of_many_at_once_are_all_recorded_in_one_chain(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as people:
        numbers = list(people.map(lambda _: _look(workspace), range(40)))
    assert sorted(numbers) == list(range(1, 41))
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
    assert [row.previous for row in rows] == [audit.GENESIS, *(row.digest for row in rows[:-1])]


def test_no_identifier_stands_in_the_row_in_the_clear(workspace: Workspace) -> None:
    _look(workspace)
    with workspace.read() as connection:
        row = connection.execute(select(audit_events)).one()
    assert row.sealed
    assert not any(PHONE in str(value) for value in row)


def test_sealed_words_open_while_their_key_exists_and_never_after(workspace: Workspace) -> None:
    _look(workspace)
    with workspace.read() as connection:
        row = connection.execute(select(audit_events)).one()
    assert keys.unseal(workspace, row.seal_key, row.sealed) == f"phone:{PHONE}"
    (workspace.keys / f"{row.seal_key}.key").unlink()
    assert keys.unseal(workspace, row.seal_key, row.sealed) is None
    assert audit.digest(row._asdict()) == row.digest
