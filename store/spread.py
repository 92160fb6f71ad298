"""The same functions over parts of the work, in this process, in others of this machine or on a Dask cluster: results come
back in order, and are the same.

Only so many parts are on their way at once, so neither this process nor the scheduler holds more, however much there is to do.
Dask moves functions and data as pickles: its scheduler and workers stand inside the trust line, and beyond this machine
they are spoken to by TLS alone (docs/cluster.md).
"""

import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urlsplit

from store.errors import OutageError, UsageError
from store.loopback import is_loopback
from store.processes import Closing, Processes

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 2  # parts on their way for each thread of a worker
PATIENCE = 30  # seconds to wait for a scheduler, and for its first worker


class SchedulerError(OutageError):
    """The cluster cannot be used, or lost a part of the work again and again."""


class Spread(Closing):
    """Where work is done: `scheduler` is the address of Dask's, empty for this machine; there by so many workers, 0 for one
    on each core, 1 for this process alone. A context manager: it lets go of them."""

    def __init__(self, scheduler: str = "", workers: int = 1) -> None:
        self.scheduler = scheduler
        if scheduler:
            check_address(scheduler)
        self._processes = Processes(workers)
        self._client: Any = None

    @property
    def alone(self) -> bool:
        """Whether this process does all of it."""
        return not self.scheduler and self._processes.workers == 1

    def close(self) -> None:
        """End the processes of this machine, and leave the scheduler."""
        self._processes.close()
        if self._client is not None:
            self._client.close()
            self._client = None

    def map(self, function: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """`function` of each part, in their order. Raises what the function raises, WorkerError and SchedulerError."""
        if not self.scheduler:
            yield from map(function, parts) if self.alone else self._processes.map(function, parts)
            return
        client = self._connected()
        from distributed import KilledWorker

        threads = max(1, sum(client.nthreads().values()))
        ahead: deque[Any] = deque()
        try:
            for part in parts:
                ahead.append(client.submit(function, part, pure=False))
                if len(ahead) >= AHEAD * threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except KilledWorker as problem:
            raise SchedulerError(
                f"workers of {self.scheduler} died again and again over the same part (out of memory?): {problem}"
            ) from None
        finally:
            for future in ahead:
                future.cancel()

    def _connected(self) -> Any:
        if self._client is not None:
            return self._client
        try:
            from distributed import Client
        except ImportError:
            raise UsageError("a scheduler needs Dask: pip install 'sidelight[cluster]'") from None
        try:
            client: Any = Client(self.scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError, RuntimeError) as problem:
            raise SchedulerError(
                f"the scheduler {self.scheduler} or its workers do not answer: {problem}; see docs/cluster.md"
            ) from None
        self._client = client
        others = {address: release for address, release in client.run(_release).items() if release != _release()}
        if others:
            address, release = next(iter(others.items()))
            raise SchedulerError(f"the worker {address} runs {release}, this is {_release()}; install the same on both")
        return client


HERE = Spread()


def check_address(scheduler: str) -> None:
    """Raise UsageError where pickles would cross a network in the clear."""
    parts = urlsplit(scheduler)
    if parts.scheme == "tls" and parts.hostname:
        return
    if parts.scheme == "tcp" and parts.hostname and is_loopback(parts.hostname):
        return
    raise UsageError(
        f"{scheduler!r}: a scheduler's address is tls://HOST:PORT, or tcp://127.0.0.1:PORT on this machine; what goes to Dask "
        "is code and data, so beyond this machine it goes by TLS (docs/cluster.md)"
    )


def _release() -> str:
    return f"sidelight {version('sidelight')} on Python {platform.python_version()}"
