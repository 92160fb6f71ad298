"""SHA-256 of every file below a folder, read in pieces: what backups and evidence packs list and are checked against."""

import hashlib
from collections.abc import Collection
from pathlib import Path


def file_hashes(folder: Path, *, leave_out: Collection[str] = ()) -> dict[str, str]:
    """Path below `folder` (with /) -> hex digest, in order; files named in `leave_out` are not listed."""
    names = ((path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: _sha256(path) for name, path in names if name not in leave_out}


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
