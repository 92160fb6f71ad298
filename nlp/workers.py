"""Reading on all cores: worker processes that are given slices of ads and give readings back, in order.

A day's ads are read at home: a worker loads lexicons and gazetteer for seconds before its first ad.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from crawlers.records import Ad
from nlp.pipeline import read_ad, read_ads
from nlp.records import Reading
from store.database import chunks
from store.processes import Closing, Processes
from store.spread import HERE, Spread

T = TypeVar("T")
SLICE = 100
# So many ads are read at home before workers are started: as many as one core reads while two others load.
AT_HOME = 3_000


class Readers(Closing):
    """Worker processes for reading; a context manager, since they have to be ended. `workers=0`: one for each core.
    Where `spread` is a cluster the slices go to its workers."""

    def __init__(self, workers: int = 0, spread: Spread = HERE) -> None:
        self.processes = Processes(workers)
        self._spread = spread
        self._read = 0

    def close(self) -> None:
        """End the workers."""
        self.processes.close()

    def read(self, ads: Iterable[Ad]) -> Iterator[Reading]:
        """The reading of each ad, in their order. Raises WorkerError, SchedulerError."""
        return self.made_of(_whole, ads)

    def made_of(self, make: Callable[[Reading], T], ads: Iterable[Ad]) -> Iterator[T]:
        """What `make` makes of the reading of each ad, in their order: it is called where the ad was read, so that what is
        not wanted does not travel. Raises WorkerError, SchedulerError."""
        waiting = iter(ads)
        if not self._spread.scheduler and self.processes.pool is None:
            for ad in islice(waiting, AT_HOME - self._read if self.processes.workers > 1 else None):
                self._read += 1
                yield make(read_ad(ad))
        away = self._spread if self._spread.scheduler else self.processes
        for part in away.map(partial(_slice, make), chunks(waiting, SLICE)):
            yield from part


def _slice(make: Callable[[Reading], T], ads: Sequence[Ad]) -> list[T]:
    return list(map(make, read_ads(ads)))


def _whole(reading: Reading) -> Reading:
    return reading
