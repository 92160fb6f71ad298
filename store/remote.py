"""The record store as a worker reaches it: by its URL alone, without the workspace's folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, Engine

from store.database import connect
from store.errors import UsageError
from store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Store:
    """What is sent along with the work. The URL holds the password, so it goes only where the work may go."""

    url: str

    @classmethod
    def of(cls, workspace: Workspace) -> "Store":
        """The workspace's store. Raises UsageError where only this machine can reach it."""
        scheduler = workspace.settings.scheduler
        if not workspace.shared and scheduler.startswith("tls"):
            raise UsageError(
                "a cluster reads the store by its URL: set database_url to a PostgreSQL, or unset scheduler"
            )
        return cls(workspace.engine.url.render_as_string(hide_password=False))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with _engine(self.url).connect() as connection, connection.begin():
            yield connection


@lru_cache(maxsize=2)
def _engine(url: str) -> Engine:
    return connect(url)
