"""Asking the watches again and again, so that an alert follows its ad within seconds of the index.

One process keeps the watches read; it reads them anew when one comes or ends, and every few minutes, as "last-7-days" moves on.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from casework.delivery import sending
from casework.watching.runs import Watcher
from store.errors import BusyError
from store.workspace import Workspace

log = logging.getLogger(__name__)
ANEW = 600.0  # seconds after which the watches are read again


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to."""

    alerts: int
    sent: int


def follow(
    workspace: Workspace, pause: float, say: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> None:
    """Ask and send every `pause` seconds, until interrupted. A round that fails is logged and the next is tried."""
    watcher = Watcher(workspace)
    read_at = time.monotonic()
    try:
        while True:
            if time.monotonic() - read_at > ANEW:
                watcher.forget()
                read_at = time.monotonic()
            try:
                done = once(watcher)
                if done.alerts or done.sent:
                    say(f"{done.alerts} alerts, {done.sent} messages sent")
            except BusyError:
                pass  # the day's work asks them just now
            except Exception:
                log.exception("a round failed; trying again in %.0f s", pause)
            wait(pause)
    finally:
        watcher.backend.close()


def once(watcher: Watcher) -> Round:
    """One round."""
    return Round(watcher.run(), sending.deliver(watcher.workspace).sent)
