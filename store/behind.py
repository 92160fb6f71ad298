"""Writing behind: one process makes what is to be stored, and another stores it meanwhile.

One transaction is on its way at a time, and they are committed in the order in which they were given. So the store is at every
moment as one process alone would leave it between two of its transactions, and a kill of either process costs what was not
committed.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event

from store.database import WRITES, connect
from store.garbage import uncollected
from store.processes import ENDED, Closing, Processes, WorkerError
from store.workspace import Workspace

T = TypeVar("T")
R = TypeVar("R")
# Bytes of SQLite's log from which what is in it goes into the file: where somebody always reads, a commit cannot do that.
LOG = 128 << 20
# KiB of pages that the other process keeps: with less, what is written all over large trees is written many times over.
ROOM = 256 << 10


class Behind(Closing):
    """Stores by another process, or by this one where it is `alone`. A context manager: that process has to be ended."""

    def __init__(self, workspace: Workspace, *, alone: bool) -> None:
        self.alone = alone
        self._workspace = workspace
        self._processes = Processes(1)
        self._way: Future[Any] | None = None

    def close(self) -> None:
        """End the other process."""
        self._processes.close()

    def write(self, function: Callable[[Connection, T], R], parts: Iterable[T]) -> Iterator[R]:
        """Commit `function` of each part, in a transaction of its own; gives what each came to, once it is committed.

        A part is made while the one before is stored. Raises what the function raises, and WorkerError.
        """
        for part in parts:
            yield from self.end()
            self.begin(function, part)
        yield from self.end()

    def begin(self, function: Callable[[Connection, T], R], given: T) -> None:
        """Have this stored; `end` has to be called before the next. A function of a module, and plain data, for they travel."""
        if self.alone:
            with self._workspace.begin() as connection:
                made = function(connection, given)
            self._way = Future()
            self._way.set_result(made)
        else:
            url = self._workspace.engine.url.render_as_string(hide_password=False)
            try:
                self._way = self._processes.started().submit(_committed, url, function, given)
            except BrokenProcessPool:  # it was ended while it had nothing to do
                self._processes.pool = None
                self._way = self._processes.started().submit(_committed, url, function, given)

    def end(self) -> Iterator[Any]:
        """What was begun came to, once it is committed; nothing where nothing was. Raises what went wrong with it."""
        way, self._way = self._way, None
        if way is None:
            return
        try:
            yield way.result()
        except BrokenProcessPool:
            self._processes.pool = None
            raise WorkerError(ENDED) from None
        finally:
            self._fold()

    def _fold(self) -> None:
        """Nobody here reads or writes just now: let SQLite put a long log into its file."""
        engine = self._workspace.engine
        if self.alone or engine.dialect.name != "sqlite":
            return
        log = Path(f"{engine.url.database}-wal")
        if log.exists() and log.stat().st_size > LOG:
            with closing(engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")


def _committed(url: str, function: Callable[[Connection, T], R], given: T) -> R:
    """In the other process."""
    with (
        uncollected(),
        _engine(url).connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        return function(connection, given)


@lru_cache(maxsize=1)
def _engine(url: str) -> Engine:
    engine = connect(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _make_room)
    return engine


def _make_room(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA cache_size=-{ROOM}")
