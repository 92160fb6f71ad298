"""Copies of a workspace that can be trusted: the database as one consistent snapshot, the evidence, a list of hashes.

Without the keys the copy's audit words stay sealed; they are left out unless asked for.
"""

import shutil
import sqlite3
import tempfile
from pathlib import Path

import orjson

from store.errors import SidelightError, UsageError
from store.filehashes import file_hashes
from store.schema import now
from store.settings import FILE_NAME
from store.workspace import Workspace

MANIFEST = "backup.json"
EVIDENCE = ("captures", "trained", "sites")


class BackupError(SidelightError):
    """The copy is not what its list says, or the place for it is taken."""


def backup(workspace: Workspace, target: Path, *, with_keys: bool) -> int:
    """Copy the workspace into the empty folder `target`; returns how many files. The search index is left out: it is
    built anew from the store."""
    if workspace.settings.database_url is not None:
        raise UsageError(
            "the database is on PostgreSQL: back it up with pg_dump; this command copies SQLite workspaces"
        )
    _claim(target)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        # The database first: whatever evidence its rows name was on disk before they were committed.
        with sqlite3.connect(workspace.root / "sidelight.db") as live, sqlite3.connect(draft / "sidelight.db") as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        for name in (*EVIDENCE, *(("keys",) if with_keys else ())):
            shutil.copytree(workspace.root / name, draft / name)
        if (workspace.root / FILE_NAME).exists():
            shutil.copy2(workspace.root / FILE_NAME, draft)
        files = file_hashes(draft)
        (draft / MANIFEST).write_bytes(
            orjson.dumps({"made_at": now().isoformat(), "files": files}, option=orjson.OPT_INDENT_2)
        )
        if target.exists():
            target.rmdir()
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return len(files)


def verify(folder: Path) -> int:
    """Check every file of a backup against its list; returns how many. Raises BackupError naming the first that differs."""
    try:
        listed = orjson.loads((folder / MANIFEST).read_bytes())["files"]
    except (OSError, orjson.JSONDecodeError, KeyError):
        raise BackupError(f"{folder} is no backup: its {MANIFEST} is missing or damaged") from None
    found = file_hashes(folder, leave_out={MANIFEST})
    for name in sorted(set(listed) | set(found)):
        if listed.get(name) != found.get(name):
            raise BackupError(f"{folder / name} is not as it was when the backup was made; take another copy")
    return len(listed)


def restore(folder: Path, root: Path) -> int:
    """Make a workspace at `root` (which must not hold one) from a backup, after checking it whole."""
    count = verify(folder)
    _claim(root)
    draft = Path(tempfile.mkdtemp(prefix=f".{root.name}.", dir=root.parent))
    try:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        (draft / MANIFEST).unlink()
        if root.exists():
            root.rmdir()
        draft.replace(root)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return count


def _claim(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already and not empty; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
