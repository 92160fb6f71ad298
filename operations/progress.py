"""What long work shows: a live counter on a terminal, one plain line per step elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int], None]


@contextmanager
def step(name: str) -> Iterator[Advance]:
    """Announce a step, hand out a function that takes the number done so far, and say how long it took."""
    started = time.monotonic()
    done = 0
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(f"{name} …") as status:

            def show(count: int) -> None:
                nonlocal done
                done = count
                status.update(f"{name}: {count:,} done, {time.monotonic() - started:.0f} s")

            yield show
    else:
        sys.stderr.write(f"{name}: started\n")
        sys.stderr.flush()

        def note(count: int) -> None:
            nonlocal done
            done = count

        yield note
    sys.stderr.write(f"{name}: {done:,} done in {time.monotonic() - started:.1f} s\n")
    sys.stderr.flush()
