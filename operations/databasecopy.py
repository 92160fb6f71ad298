"""The database of a workspace in a backup: copied as one consistent snapshot, put back, and compared row for row.

SQLite is copied by its own online backup, PostgreSQL by `pg_dump` from an exported snapshot. What is compared are the number of
rows of each table and the sum of their digests, so that the order of rows, which a server is free to choose, does not matter.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text

from store.errors import SidelightError, UsageError
from store.workspace import Workspace

SQLITE, DUMP = "sidelight.db", "sidelight.dump"
Tables = Mapping[str, tuple[int, str]]  # name -> rows, sum of their digests


class BackupError(SidelightError):
    """The copy is not what its list says, or the place for it is taken, or the server's tools failed."""


def dump(workspace: Workspace, folder: Path) -> Tables:
    """Copy the database into `folder`; returns what is in the copy."""
    if not workspace.shared:
        with (
            closing(sqlite3.connect(workspace.root / SQLITE)) as live,
            closing(sqlite3.connect(folder / SQLITE)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return _sqlite_tables(copy)
    with workspace.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _tool("pg_dump", workspace.engine.url, "--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}")
        return _server_tables(connection)


def load(folder: Path, workspace: Workspace) -> None:
    """Put the database of a backup (whose folder this already is, on SQLite) in place. Raises UsageError where a server's is not
    empty."""
    if not workspace.shared:
        return
    if inspect(workspace.engine).get_table_names():
        where = workspace.engine.url.render_as_string(hide_password=True)
        raise UsageError(f"the database {where} is not empty; name an empty one by SIDELIGHT_DATABASE_URL")
    _tool(
        "pg_restore", workspace.engine.url, "--no-owner", "--no-privileges", "--exit-on-error", str(folder / DUMP)
    )  # fmt: skip


def tables(workspace: Workspace) -> Tables:
    """What is in the database now."""
    if workspace.shared:
        with workspace.read() as connection:
            return _server_tables(connection)
    with closing(sqlite3.connect(workspace.root / SQLITE)) as connection:
        return _sqlite_tables(connection)


def compare(listed: Mapping[str, object], found: Tables) -> int:
    """Raise BackupError naming the first table that differs from what the backup listed; returns how many rows there are."""
    there = {name: list(what) for name, what in found.items()}
    for name in sorted({*listed, *there}):
        if listed.get(name) != there.get(name):
            raise BackupError(f"table {name!r} is not as it was: {listed.get(name)} in the list, {there.get(name)} here")
    return sum(rows for rows, _ in found.values())


def _sqlite_tables(connection: sqlite3.Connection) -> Tables:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    found = {}
    for (name,) in connection.execute(query).fetchall():
        count = total = 0
        for row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608  names come from the database
            count += 1
            total += int.from_bytes(hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest()[:8])
        found[name] = (count, f"{total % 2**64:016x}")
    return found


def _server_tables(connection: Connection) -> Tables:
    # How a value is written as text depends on these.
    connection.execute(text("SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true)"))
    found = {}
    for name in sorted(inspect(connection).get_table_names()):
        row = connection.execute(
            text(
                "SELECT count(*) AS n, coalesce(sum(('x' || left(encode(sha256(convert_to(t::text, 'UTF8')), 'hex'), 16))"
                f"::bit(64)::bigint::numeric), 0) AS total FROM \"{name}\" t"  # noqa: S608  names come from the database
            )
        ).one()
        found[name] = (int(row.n), f"{int(row.total) % 2**64:016x}")
    return found


def _tool(name: str, url: URL, *words: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed (Debian: apt install postgresql-client)")
    # The password goes by the environment: a command line can be read by everybody on the machine.
    where = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(
        [program, f"--dbname={where}", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no word'}")
