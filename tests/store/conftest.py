"""The store keeps its promises on both databases: its suite runs on SQLite and, where one is found, on PostgreSQL."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from store.settings import Settings
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
ROOMS = ("store", "crawlers", "nlp", "linker", "models", "casework", "operations")


def declare_tables() -> None:
    """Import every file in which a room declares tables."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*tables.py")):
            if "versions" not in path.parts:
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace, its tables in SQLite and in PostgreSQL in turn."""
    if request.param == "postgresql":
        yield request.getfixturevalue("shared")
        return
    opened = open_workspace(tmp_path / "workspace", Settings())
    yield opened
    opened.close()
