"""A worker as a process of its own: drains a stage into a table that takes an item twice, so that it would be seen.

    python -m tests.store.draining WORKSPACE DATABASE_URL [hang]

With `hang` it says that it holds a batch, and never finishes it.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert

from store import pending
from store.settings import Settings
from store.workspace import Workspace, open_workspace

STAGE = "read"
seen = Table("seen", MetaData(), Column("item", String), Column("worker", Integer))


def drain(workspace: Workspace, worker: int, *, hang: bool = False) -> int:
    """Do all there is, ten items at a time, each batch slow enough for another worker to come in between."""

    def compute(_: Connection, items: Sequence[str]) -> Sequence[str]:
        if hang:
            sys.stdout.write(f"holding {len(items)}\n")
            sys.stdout.flush()
            time.sleep(600)
        time.sleep(0.02)
        return items

    def write(connection: Connection, items: Sequence[str]) -> None:
        connection.execute(insert(seen), [{"item": item, "worker": worker} for item in items])
        pending.announce(connection, "readings", items)

    return pending.drain(workspace, STAGE, compute=compute, write=write, batch=10)


if __name__ == "__main__":
    import os

    opened = open_workspace(Path(sys.argv[1]), Settings(database_url=sys.argv[2]))
    sys.stdout.write(f"{drain(opened, os.getpid(), hang='hang' in sys.argv)}\n")
