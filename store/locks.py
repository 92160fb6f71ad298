"""Locks between processes that a dead process cannot hold: the kernel lets go of a file lock when its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from store.errors import BusyError
from store.workspace import Workspace

MOMENT = 0.05  # seconds


@contextmanager
def exclusive(workspace: Workspace, name: str) -> Iterator[None]:
    """Hold the workspace's lock `name`; raises BusyError naming the process that has it."""
    path = workspace.root / f"{name}.lock"
    with path.open("a+") as handle:
        if not _taken(handle, fcntl.LOCK_EX):
            time.sleep(MOMENT)  # `is_held` may have been looking
            if not _taken(handle, fcntl.LOCK_EX):
                raise BusyError(_held_by(handle, workspace, name))
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def is_held(workspace: Workspace, name: str) -> bool:
    """Whether a living process has the lock just now."""
    path = workspace.root / f"{name}.lock"
    if not path.exists():
        return False
    with path.open("r") as handle:
        return not _taken(handle, fcntl.LOCK_SH)


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
