"""The audit log on PostgreSQL: read as it is stored there, and refused to be changed there too."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from casework import verification
from casework.merkle import Tree
from store import audit
from store.audit import Act, Via
from store.database import connect
from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.fixture(scope="module")
def log(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Ten events in a database of their own."""
    name = f"sidelight_{uuid.uuid4().hex}"
    owner = connect(postgresql_url).execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    workspace = open_workspace(
        tmp_path_factory.mktemp("log") / "workspace", Settings.model_validate({"database_url": url})
    )
    for number in range(10):
        words = "zwölf" if number % 2 else None
        audit.append(
            workspace, Act("ana", Via.COMMAND, "show", "ad", str(number), words, facts={"n": number, "a": True})
        )
    verification.checkpoint(workspace)
    yield workspace
    workspace.close()
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    owner.dispose()


@pytest.mark.real("postgresql")
def test_a_whole_log_is_found_whole(log: Workspace) -> None:
    assert verification.verify(log) == verification.Verified(10, 1, None, None)


@pytest.mark.real("postgresql")
@pytest.mark.parametrize(
    "change", ["UPDATE audit_events SET actor = 'bob'", "DELETE FROM audit_events", "TRUNCATE audit_events"]
)
def test_the_database_refuses_to_change_the_log(log: Workspace, change: str) -> None:
    with pytest.raises(DBAPIError, match="never changed or removed"), log.begin() as connection:
        connection.execute(text(change))


@pytest.mark.real("postgresql")
@pytest.mark.parametrize(
    "change",
    [
        "actor = 'bob'",
        "at = at + interval '1 microsecond'",
        """facts = '{"a": true,"n":3}'""",
        "sealed = sealed || '\\x00'::bytea",
        "reason = ''",
    ],
)
def test_an_edit_by_who_owns_the_database_is_found(log: Workspace, change: str) -> None:
    with log.engine.connect() as connection:
        connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        connection.exec_driver_sql(f"UPDATE audit_events SET {change} WHERE seq = 4")  # noqa: S608
        broken = verification.first_problem(verification.rows(connection), Tree(), {})
        connection.rollback()
    assert broken is not None
    assert broken[0] == 4
