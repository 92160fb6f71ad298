"""How much slower the machine is just now than when the bounds of timed tests were set.

Tests that hold a cost against hostile input compare it with a bound in seconds of CPU. On a machine that others share the
same work takes up to three times the CPU time (they empty the caches, and two threads share a core), so a bound that is
tight on an idle machine fails there for nothing. A fixed piece of the same kind of work, timed at the same moment, tells
the two apart.
"""

import re
import time

IDLE = 0.0125  # CPU seconds that the piece takes on the idle machine where the bounds were set
WORK = re.compile(r"(?:\d[ -])?[a-z]\d|[^\W\d_]{1,3}(?=x)")
TEXT = "a1 bc 22-d é" * 4_000


def slowdown() -> float:
    """At least 1: a bound in seconds times this is the bound for now."""
    return max(1.0, min(_seconds() for _ in range(3)) / IDLE)


def _seconds() -> float:
    started = time.process_time_ns()
    seen: dict[str, int] = {}
    for match in WORK.finditer(TEXT):
        seen[match[0]] = seen.get(match[0], 0) + match.start()
    return (time.process_time_ns() - started) / 1e9
