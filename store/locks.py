"""Locks between processes that a dead process cannot hold: the kernel lets go of a file lock when its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from store.errors import BusyError
from store.workspace import Workspace


@contextmanager
def exclusive(workspace: Workspace, name: str) -> Iterator[None]:
    """Hold the workspace's lock `name`; raises BusyError naming the process that has it."""
    path = workspace.root / f"{name}.lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise BusyError(
                f"another process ({holder}) is running {name!r} on {workspace.root}; wait for it or stop it"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
