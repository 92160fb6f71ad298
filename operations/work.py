"""Workers of single stages: on PostgreSQL as many as there are machines for, beside the scheduler and each other.

A worker takes what is pending of its stages, in the order of the day, and ends or waits for more. On SQLite it is the only
process that works, as `sidelight process` is.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from operations.daily import PROCESS, run_step
from store.errors import BusyError, UsageError
from store.locks import exclusive
from store.workspace import Workspace

log = logging.getLogger(__name__)
# What is driven by what is pending; the rest is done once a day, by the scheduler.
STAGES = {step.name: step for step in PROCESS if step.name in {"read", "link", "score", "index", "alerts"}}


def work(workspace: Workspace, names: Sequence[str]) -> dict[str, str]:
    """Do what is pending of these stages (none: all); returns each stage's summary.

    Raises UsageError for a stage there is none of, BusyError where another process works on a SQLite workspace. Linking and
    indexing are done by one process at a time; a worker that finds another at it leaves it to that one.
    """
    if unknown := set(names) - set(STAGES):
        raise UsageError(f"there is no stage {sorted(unknown)[0]!r}; there are {', '.join(STAGES)}")
    done = {}
    with nullcontext() if workspace.shared else exclusive(workspace, "process"):
        for name, step in STAGES.items():
            if names and name not in names:
                continue
            try:
                done[name] = run_step(workspace, step)
            except BusyError as problem:
                if not workspace.shared:
                    raise
                done[name] = f"left to another: {problem}"
    return done


def forever(
    workspace: Workspace, names: Sequence[str], pause: float, wait: Callable[[float], None] = time.sleep
) -> None:
    """`work`, again and again, until interrupted; a round that fails is logged and the next is tried."""
    work_once = work(workspace, names)
    while True:
        log.info("%s", "; ".join(f"{name}: {said}" for name, said in work_once.items()))
        wait(pause)
        try:
            work_once = work(workspace, names)
        except Exception:
            log.exception("a round failed; trying again in %.0f s", pause)
