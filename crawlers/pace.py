"""How fast one host is asked: one request at a time and an interval between two, whatever process or site asks.

Scrapy 2.19 knows neither Crawl-delay nor Retry-After, varies its delay by half either way, and paces each site by itself.
So the turn is taken here, last of all before the connection. A site that may have one connection takes it by locking its
host's file, which holds the time of the next request: sites and processes of a workspace that share a host share its pace.
"""

import asyncio
import fcntl
import hashlib
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic, time
from typing import IO

from scrapy.exceptions import IgnoreRequest

STEP = 0.25  # seconds between two looks at a turn: how soon a halt is seen
THROTTLE_LIMIT = 60.0
# A host that asks for patience gets it, up to here; one that names no time gets the second.
WAIT_LIMIT = 3600.0
WAIT_USUAL = 60.0
BUSY = frozenset({429, 503})


class HaltedError(IgnoreRequest):
    """The run was halted while a request waited for its turn; its address goes on waiting."""


class Pace:
    """The turns of one site. `single` says that its manifest allows one connection, and so that it shares the host."""

    def __init__(
        self, folder: Path, delay: float, *, single: bool, throttled: bool, halted: Callable[[], bool]
    ) -> None:
        """`folder` holds the hosts' files; `halted` tells whether waiting has become pointless."""
        self._folder = folder
        self._delay = delay
        self._single = single
        self._throttled = throttled
        self._halted = halted
        self._free_at: dict[str, float] = {}
        self._asked: dict[str, float] = {}  # what robots.txt asks for, in seconds
        self._slowness: dict[str, float] = {}
        self._held: dict[str, IO[str]] = {}
        folder.mkdir(exist_ok=True)

    def interval(self, host: str) -> float:
        """Seconds between two requests to `host`: what the manifest and the host ask for, whichever is longer."""
        return max(self._delay, self._asked.get(host, 0.0), self._slowness.get(host, 0.0))

    async def turn(self, host: str) -> None:
        """Wait until `host` may be asked. Raises HaltedError."""
        while not self._halted():
            wait = self._free_at.get(host, 0.0) - monotonic()
            if wait <= 0 and self._single:
                wait = self._lock(host)
            if wait <= 0:
                self._free_at[host] = monotonic() + self.interval(host)
                return
            await asyncio.sleep(min(wait, STEP))
        raise HaltedError("halted")

    def done(self, host: str, latency: float | None) -> None:
        """A request to `host` is over; `latency` is how many seconds it took to answer, where it did."""
        if self._throttled and latency is not None:
            mean = (self._slowness.get(host, 0.0) + latency) / 2
            self._slowness[host] = min(max(latency, mean), THROTTLE_LIMIT)
        if handle := self._held.pop(host, None):
            _write(handle, time() + max(self._free_at[host] - monotonic(), 0.0))

    def ask(self, host: str, seconds: float) -> None:
        """`host` asks for this interval in its robots.txt."""
        self._asked[host] = max(seconds, self._asked.get(host, 0.0))
        self._free_at[host] = monotonic() + self.interval(host)

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for this long."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), monotonic() + seconds)
        if self._single and host not in self._held:
            # Where another process has the host's file just now, that process is told to wait by the host itself.
            with self._path(host).open("a+") as handle, suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _write(handle, max(time() + seconds, _read(handle)))

    def _lock(self, host: str) -> float:
        """0 where the host's file is ours now; else the seconds until a look is worth while."""
        if host in self._held:
            return STEP
        handle = self._path(host).open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return STEP
        # A clock that was set back must not stop a host for longer than any wait.
        wait = min(_read(handle) - time(), WAIT_LIMIT)
        if wait > 0:
            handle.close()
            return wait
        self._held[host] = handle
        return 0.0

    def _path(self, host: str) -> Path:
        return self._folder / hashlib.sha256(host.encode()).hexdigest()[:32]


def retry_after(written: str, at: datetime) -> float:
    """Seconds to wait by a Retry-After header (seconds or an HTTP date); the usual wait where it says nothing sensible."""
    text = written.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), WAIT_LIMIT)
    try:
        moment = parsedate_to_datetime(text[:100])
    except (ValueError, IndexError, OverflowError):
        return WAIT_USUAL
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (moment - at).total_seconds()
    return min(max(seconds, 1.0), WAIT_LIMIT) if math.isfinite(seconds) else WAIT_USUAL


def _read(handle: IO[str]) -> float:
    handle.seek(0)
    try:
        return float(handle.read(64) or 0)
    except ValueError:
        return 0.0


def _write(handle: IO[str], moment: float) -> None:
    """Write the time of the next request and let go of the file."""
    handle.seek(0)
    handle.truncate()
    handle.write(f"{moment:.3f}")
    handle.close()
