"""When the garbage collector looks for objects that refer to each other in a circle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 50_000


def seldom() -> None:
    """From now on after so many new objects, not after 700: nearly all that a process makes (modules, tables, ads and what
    is read from them) stays or goes without a circle, and the looking took up to a quarter of its time."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


@contextmanager
def uncollected() -> Iterator[None]:
    """Not at all: for work that makes many small objects and none in circles."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def give_back() -> None:
    """Hand memory that work has let go of back to the system, where the C library can be told to (glibc can).

    It keeps what is free between two pieces that are not, in a pool for each thread: a process that goes on for weeks would
    hold what its stages needed at most, each in a place of its own.
    """
    import ctypes  # for long work alone: a command that only asks does without

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
