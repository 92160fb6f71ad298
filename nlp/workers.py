"""Reading on all cores: worker processes that are given slices of ads and give readings back, in order.

Only so many slices are on their way at once, so memory stays flat however many ads come. A day's ads are read at home: a
worker loads lexicons and gazetteer for seconds before its first ad.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import TypeVar

from crawlers.records import Ad
from nlp.pipeline import read_ad, read_ads
from nlp.records import Reading
from store.database import chunks
from store.errors import SidelightError
from store.garbage import seldom
from store.spread import HERE, Spread

T = TypeVar("T")
SLICE = 100
# So many ads are read at home before workers are started: as many as one core reads while two others load.
AT_HOME = 3_000
AHEAD = 3  # slices on their way for each worker


class WorkerError(SidelightError):
    """A worker process was ended from outside; what had been given back is kept."""


def cores() -> int:
    """How many workers this process may keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Readers:
    """Worker processes for reading; a context manager, since they have to be ended. `workers=0`: one for each core.
    Where `spread` is a cluster the slices go to its workers."""

    def __init__(self, workers: int = 0, spread: Spread = HERE) -> None:
        self.workers = workers or cores()
        self._spread = spread
        self._pool: ProcessPoolExecutor | None = None
        self._read = 0

    def __enter__(self) -> "Readers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def read(self, ads: Iterable[Ad]) -> Iterator[Reading]:
        """The reading of each ad, in their order. Raises WorkerError, SchedulerError."""
        return self.made_of(_whole, ads)

    def made_of(self, make: Callable[[Reading], T], ads: Iterable[Ad]) -> Iterator[T]:
        """What `make` makes of the reading of each ad, in their order: it is called where the ad was read, so that what is
        not wanted does not travel. Raises WorkerError, SchedulerError."""
        each = partial(_slice, make)
        if self._spread.scheduler:
            for part in self._spread.map(each, chunks(ads, SLICE)):
                yield from part
            return
        waiting = iter(ads)
        if self._pool is None:
            for ad in islice(waiting, AT_HOME - self._read if self.workers > 1 else None):
                self._read += 1
                yield make(read_ad(ad))
        yield from self._in_slices(each, chunks(waiting, SLICE))

    def _in_slices(self, each: Callable[[Sequence[Ad]], list[T]], slices: Iterator[list[Ad]]) -> Iterator[T]:
        ahead: deque[Future[list[T]]] = deque()
        try:
            for one in slices:
                ahead.append(self._workers().submit(each, one))
                if len(ahead) >= AHEAD * self.workers:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        except BrokenProcessPool:
            self._pool = None  # the next call starts new ones, so one ad that ends its reader does not bar the rest
            raise WorkerError(
                "a worker process that reads ads was ended from outside (out of memory?); "
                "run the same command again, with fewer workers if it happens again"
            ) from None

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: a fork would take over locks and database connections as they happen to be.
            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_begin)
        return self._pool


def _slice(make: Callable[[Reading], T], ads: Sequence[Ad]) -> list[T]:
    return list(map(make, read_ads(ads)))


def _whole(reading: Reading) -> Reading:
    return reading


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
