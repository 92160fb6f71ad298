"""Worker processes of this machine: a function over many parts of a work, its results in their order.

Only so many parts are on their way at once, so memory stays flat however many come.
"""

import os
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Self, TypeVar

from store.errors import SidelightError
from store.garbage import seldom

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 3  # parts on their way for each worker
ENDED = (
    "a worker process was ended from outside (out of memory?); "
    "run the same command again, with fewer workers if it happens again"
)


class WorkerError(SidelightError):
    """A worker process was ended from outside; what had been given back is kept."""


def cores() -> int:
    """How many workers this process may keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Closing(ABC):
    """A context manager that is closed at its end, whatever happened."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class Processes(Closing):
    """Workers, started when they are first needed; a context manager, since they have to be ended. `workers=0`: one for
    each core."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or cores()
        self.pool: ProcessPoolExecutor | None = None

    def close(self) -> None:
        """End the workers; what they have not begun is not done."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None

    def map(self, function: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """`function` of each part, in their order. Raises what the function raises, and WorkerError."""
        ahead: deque[Future[R]] = deque()
        try:
            for one in parts:
                ahead.append(self.started().submit(function, one))
                if len(ahead) >= AHEAD * self.workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool:
            self.pool = None  # the next call starts new ones, so one part that ends its worker does not bar the rest
            raise WorkerError(ENDED) from None

    def started(self) -> ProcessPoolExecutor:
        """The workers."""
        if self.pool is None:
            # Not forked: a fork would take over locks and database connections as they happen to be.
            self.pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_begin)
        return self.pool


def _begin() -> None:
    """A worker leaves Ctrl-C to its parent, and does not outlive it."""
    seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
