"""The store keeps its promises on both databases: its suite runs on SQLite and, where one is found, on PostgreSQL."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from store.database import connect
from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace, its tables in SQLite and in PostgreSQL in turn."""
    if request.param == "sqlite":
        opened = open_workspace(tmp_path / "workspace", Settings())
        yield opened
        opened.close()
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"sidelight_{uuid.uuid4().hex}"
    owner = connect(server).execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    opened = open_workspace(tmp_path / "workspace", Settings(database_url=url))
    yield opened
    opened.close()
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    owner.dispose()
