"""The store keeps its promises on both databases: its suite runs on SQLite and, where one is found, on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace, its tables in SQLite and in PostgreSQL in turn."""
    if request.param == "postgresql":
        yield request.getfixturevalue("shared")
        return
    opened = open_workspace(tmp_path / "workspace", Settings())
    yield opened
    opened.close()
