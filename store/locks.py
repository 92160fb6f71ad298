"""Locks between processes that a dead process cannot hold: the kernel lets go of a file lock when its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO

from sqlalchemy import Connection, func, select, text

from store.errors import BusyError
from store.workspace import Workspace

MOMENT = 0.05  # seconds
CLASS = 0x51DE  # of PostgreSQL's advisory locks, these
HOLDER = text(
    "SELECT coalesce(nullif(application_name, ''), 'unknown') FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND classid = :class AND objid = CAST(hashtext(:name) AS bigint) & 4294967295 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def exclusive(workspace: Workspace, name: str) -> Iterator[None]:
    """Hold the workspace's lock `name`; raises BusyError naming the process that has it.

    Where the database is a server's, no process of another machine that works on it has the lock meanwhile either.
    """
    path = workspace.root / f"{name}.lock"
    with path.open("a+") as handle:
        if not _taken(handle, fcntl.LOCK_EX):
            time.sleep(MOMENT)  # `is_held` may have been looking
            if not _taken(handle, fcntl.LOCK_EX):
                raise BusyError(_held_by(handle, workspace, name))
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        with _on_server(workspace, name) if workspace.shared else nullcontext():
            yield


def is_held(workspace: Workspace, name: str) -> bool:
    """Whether a living process has the lock just now."""
    path = workspace.root / f"{name}.lock"
    if path.exists():
        with path.open("r") as handle:
            if not _taken(handle, fcntl.LOCK_SH):
                return True
    if not workspace.shared:
        return False
    with workspace.read() as connection:
        return _server_holder(connection, name) is not None


@contextmanager
def _on_server(workspace: Workspace, name: str) -> Iterator[None]:
    """The server's lock: it goes with the session, so a dead process cannot hold it either."""
    with workspace.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(select(func.pg_try_advisory_lock(CLASS, func.hashtext(name)))).scalar_one():
            holder = _server_holder(connection, name) or "unknown"
            raise BusyError(
                f"another process ({holder}) is running {name!r} on the same database; wait for it or stop it"
            )
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(CLASS, func.hashtext(name))))


def _server_holder(connection: Connection, name: str) -> str | None:
    """Who has the server's lock: program, machine and process."""
    return connection.execute(HOLDER, {"class": CLASS, "name": name}).scalar()


def _taken(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _held_by(handle: IO[str], workspace: Workspace, name: str) -> str:
    handle.seek(0)
    holder = handle.read().strip() or "unknown"
    return f"another process ({holder}) is running {name!r} on {workspace.root}; wait for it or stop it"
