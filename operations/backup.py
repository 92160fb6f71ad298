"""Copies of a workspace that can be trusted: the database as one consistent snapshot, the evidence, a list of hashes.

Without the keys the copy's audit words stay sealed; they are left out unless asked for.
"""

import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr
from sqlalchemy import insert, text

from operations import databasecopy
from operations.databasecopy import BackupError
from store.errors import UsageError
from store.filehashes import file_hashes
from store.schema import now
from store.settings import FILE_NAME, load_settings
from store.tables import backups
from store.workspace import Workspace

MANIFEST = "backup.json"
EVIDENCE = ("captures", "trained", "sites")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, all of it checked against the backup's list: files by their hashes, rows by counts and digests."""

    files: int
    tables: int
    rows: int


def backup(workspace: Workspace, target: Path, *, with_keys: bool) -> int:
    """Copy the workspace into the empty folder `target`; returns how many files. The search index is left out: it is
    built anew from the store."""
    _claim(target)
    with _draft(target) as draft:
        # The database first: whatever evidence its rows name was on disk before they were committed.
        tables = databasecopy.dump(workspace, draft)
        for name in (*EVIDENCE, *(("keys",) if with_keys else ())):
            shutil.copytree(workspace.root / name, draft / name)
        if (workspace.root / FILE_NAME).exists():
            shutil.copy2(workspace.root / FILE_NAME, draft)
        files = file_hashes(draft)
        listed = {"made_at": now().isoformat(), "files": files, "tables": tables}
        (draft / MANIFEST).write_bytes(orjson.dumps(listed, option=orjson.OPT_INDENT_2))
        size = sum((draft / name).stat().st_size for name in files)
        if target.exists():
            target.rmdir()
        draft.replace(target)
    row = {"backup_id": secrets.token_hex(8), "made_at": now(), "files": len(files), "size": size}
    with workspace.begin() as connection:
        connection.execute(insert(backups).values(row))
    return len(files)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A folder beside `target` to fill and put in its place; removed where that fails, and what a disk did not take is told."""
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield draft
    except (shutil.Error, sqlite3.OperationalError) as problem:
        # A copied tree tells of each file apart: (from, to, why).
        why = problem.args[0][0][2] if isinstance(problem, shutil.Error) else problem
        raise BackupError(f"{target} cannot be written whole ({why}); make room, or name another folder") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def verify(folder: Path) -> int:
    """Check every file of a backup against its list; returns how many. Raises BackupError naming the first that differs."""
    listed = _manifest(folder)["files"]
    found = file_hashes(folder, leave_out={MANIFEST})
    for name in sorted(set(listed) | set(found)):
        if listed.get(name) != found.get(name):
            raise BackupError(f"{folder / name} is not as it was when the backup was made; take another copy")
    return len(listed)


def restore(folder: Path, root: Path, database: SecretStr | None = None) -> Restored:
    """Make a workspace at `root` (which must not hold one) from a backup, after checking it whole; then hold every table
    against the backup's list.

    A backup of PostgreSQL goes into `database`, else the one the settings name, which has to be empty.
    """
    count = verify(folder)
    _claim(root)
    with _draft(root) as draft:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        (draft / MANIFEST).unlink()
        settings = load_settings(draft)
        on_server = (draft / databasecopy.DUMP).exists()
        url = _named(database or settings.database_url) if on_server else None
        made = Workspace(draft, settings.model_copy(update={"database_url": url}))
        try:
            databasecopy.load(draft, made)
            found = databasecopy.tables(made)
        finally:
            made.close()
        rows = databasecopy.compare(_manifest(folder).get("tables", {}), found)
        (draft / databasecopy.DUMP).unlink(missing_ok=True)
        if root.exists():
            root.rmdir()
        draft.replace(root)
    return Restored(count, len(found), rows)


def drill(folder: Path, database: SecretStr | None = None) -> Restored:
    """Restore a backup into a place of its own, compare it, and remove it again. For PostgreSQL `database` names the server and
    a user who may create databases."""
    with tempfile.TemporaryDirectory(prefix="sidelight-drill-", dir=folder.parent) as scratch:
        if not (folder / databasecopy.DUMP).exists():
            return restore(folder, Path(scratch) / "workspace")
        url = _named(database or load_settings(folder).database_url)
        with _empty_database(url) as own:
            return restore(folder, Path(scratch) / "workspace", own)


def _named(url: SecretStr | None) -> SecretStr:
    if url is None:
        raise UsageError("the backup is of PostgreSQL: name an empty database by SIDELIGHT_DATABASE_URL")
    return url


@contextmanager
def _empty_database(url: SecretStr) -> Iterator[SecretStr]:
    from sqlalchemy import make_url

    from store.database import connect

    name = f"sidelight_drill_{secrets.token_hex(6)}"
    owner = connect(url.get_secret_value()).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with owner.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield SecretStr(make_url(url.get_secret_value()).set(database=name).render_as_string(hide_password=False))
        finally:
            with owner.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        owner.dispose()


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        listed = orjson.loads((folder / MANIFEST).read_bytes())
        listed["files"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        raise BackupError(f"{folder} is no backup: its {MANIFEST} is missing or damaged") from None
    return dict(listed)


def _claim(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already and not empty; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
