"""One directory holds all of an investigation team's data; `Workspace` is the way into it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine

from store import migrations
from store.database import WRITES, connect, sqlite_url
from store.errors import WorkspaceError
from store.settings import FILE_NAME, Settings, load_settings

FOLDERS = ("captures", "index", "trained", "sites", "keys")


@dataclass(frozen=True)
class Workspace:
    """The folder, its settings and its database. `begin()` writes, `read()` reads."""

    root: Path
    settings: Settings

    @property
    def captures(self) -> Path:
        """WARC files."""
        return self.root / "captures"

    @property
    def index(self) -> Path:
        """The embedded search engine's files; disposable."""
        return self.root / "index"

    @property
    def trained(self) -> Path:
        """Model folders."""
        return self.root / "trained"

    @property
    def sites(self) -> Path:
        """The operator's site manifests."""
        return self.root / "sites"

    @property
    def keys(self) -> Path:
        """Secret keys of this workspace, readable by its owner alone."""
        return self.root / "keys"

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        url = self.settings.database_url
        return connect(url.get_secret_value() if url else sqlite_url(self.root / "sidelight.db"))

    @property
    def shared(self) -> bool:
        """Whether the database is a server's, where several machines and workers write at once."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes: committed when the block ends, rolled back when it raises."""
        with self.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database; nothing is written."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of the database's connections."""
        self.engine.dispose()


def locate(given: Path | None = None) -> Path:
    """The workspace's folder: `given`, else SIDELIGHT_WORKSPACE, else the nearest sidelight.toml, else ./workspace."""
    if given is not None:
        return given.resolve()
    if named := os.environ.get("SIDELIGHT_WORKSPACE"):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    return here / "workspace"


def open_workspace(given: Path | None = None, settings: Settings | None = None) -> Workspace:
    """Open the workspace, making its folders and bringing its tables up to date; raises WorkspaceError or SettingsError."""
    root = locate(given)
    fresh = not (root / FOLDERS[0]).is_dir()
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (root / name).mkdir(exist_ok=True, mode=0o700 if name == "keys" else 0o755)
    except OSError as problem:
        raise WorkspaceError(
            f"the workspace {root} cannot be written ({problem.strerror}); choose another with --workspace"
        ) from None
    if not os.access(root, os.W_OK):
        raise WorkspaceError(
            f"the workspace {root} cannot be written by you or is on a file system that is read-only; "
            "choose another with --workspace"
        )
    if fresh:  # a mistyped --workspace would else look like one in which nothing is found
        sys.stderr.write(f"a new workspace was made: {root}\n")
    workspace = Workspace(root, settings or load_settings(root))
    migrations.upgrade(workspace.engine)
    return workspace
