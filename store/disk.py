"""Room on the disk of the workspace: how much is used, and whether a failure was for want of it."""

import errno
import shutil
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from store.errors import FullDiskError

# Below so many free bytes nothing large is begun, so that the database still can finish.
RESERVE = 32 * 1024 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
POSTGRESQL_FULL = "53100"
NEARLY_NONE = 1024 * 1024


def used(folder: Path) -> float:
    """The share of the disk under `folder` that is in use, 0 to 1, as `df` tells it: of what users may fill, without what the
    file system keeps back for root."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free)


def need(folder: Path, size: int) -> None:
    """Raise FullDiskError where `size` bytes would eat into the reserve."""
    free = shutil.disk_usage(folder).free
    if free - size < RESERVE:
        raise FullDiskError(
            f"the disk of {folder} has {free / 2**20:,.0f} MiB left; make room (`sidelight purge` removes what is due)"
        )


def is_full(problem: BaseException, folder: Path) -> bool:
    """Whether `problem` came of a full disk, ours or the database server's."""
    if isinstance(problem, FullDiskError):
        return True
    if isinstance(problem, OSError):
        return problem.errno in FULL
    if isinstance(problem, DBAPIError):
        # SQLite says "disk I/O error" as often as "database or disk is full".
        server = getattr(problem.orig, "sqlstate", None) == POSTGRESQL_FULL
        return server or "is full" in str(problem.orig) or shutil.disk_usage(folder).free < NEARLY_NONE
    return False
