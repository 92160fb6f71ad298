"""Finding the few items among many that cannot be done: those a problem names, else what raises for all is tried in parts,
down to single ones."""

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from store.disk import is_full
from store.errors import DamagedError, OutageError

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")
WAYS = 8  # in so many parts: an attempt that fails is lost work, and a part that goes through is a transaction


def sift(
    items: Sequence[T],
    attempt: Callable[[Sequence[T]], object],
    aside: Callable[[T, Exception], None],
    folder: Path,
    problem: Exception,
    name: Callable[[T], Hashable] | None = None,
) -> None:
    """`attempt` parts of `items` that raised `problem` together; each single one that still raises is put `aside`.

    `name` gives what a DamagedError calls an item, where that is not the item itself. `folder` is where the workspace lies.
    Raises what is no item's fault (see `is_outage`).
    """
    for part in _parts(items, problem, name):
        trouble = tried(part, attempt, folder)
        if trouble is not None and len(part) == 1:
            aside(part[0], _cause(trouble))
        elif trouble is not None:
            sift(part, attempt, aside, folder, trouble, name)


def _parts(items: Sequence[T], problem: Exception, name: Callable[[T], Hashable] | None) -> Iterator[Sequence[T]]:
    """Those that the problem names, one by one, and all others at once; WAYS parts where it names none."""
    named = problem.problems if isinstance(problem, DamagedError) else {}
    blamed = [(name(one) if name else one) in named for one in items]
    if any(blamed):
        yield from ([one] for one, is_blamed in zip(items, blamed, strict=True) if is_blamed)
        if others := [one for one, is_blamed in zip(items, blamed, strict=True) if not is_blamed]:
            yield others
        return
    size = -(-len(items) // WAYS)
    for start in range(0, len(items), size or 1):
        yield items[start : start + size]


def _cause(problem: Exception) -> Exception:
    return next(iter(problem.problems.values())) if isinstance(problem, DamagedError) else problem


def tried(part: Sequence[T], attempt: Callable[[Sequence[T]], object], folder: Path) -> Exception | None:
    """Attempt these items together; what was wrong, None where nothing was. Raises what is no item's fault."""
    # What is tried next stands outside the `except`, or each problem would drag the ones before along.
    try:
        attempt(part)
    except Exception as problem:
        if is_outage(problem, folder):
            raise
        return problem
    return None


def is_outage(problem: Exception, folder: Path) -> bool:
    """Whether something that all work needs was not there: a server, a lock, room on the disk. No item is to blame for it."""
    if isinstance(problem, OutageError) or is_full(problem, folder):
        return True
    if isinstance(problem, DBAPIError) and problem.connection_invalidated:
        return True
    return isinstance(problem, OperationalError | InterfaceError) and not _is_of_values(problem)


def _is_of_values(problem: DBAPIError) -> bool:
    """SQLite calls malformed JSON and too large a value operational; they are an item's own."""
    said = str(problem.orig)
    return any(one in said for one in ("malformed JSON", "too big", "integer overflow", "syntax error"))


def sound(items: Sequence[T], load: Callable[[Sequence[T]], Iterable[R]], folder: Path) -> list[R]:
    """What `load` gives for the items; those that cannot be loaded are left out, and the log says which."""
    found: list[R] = []

    def attempt(part: Sequence[T]) -> None:
        found.extend(list(load(part)))

    problem = tried(items, attempt, folder)
    if problem is not None:
        sift(items, attempt, lambda item, why: log.warning("%s is left out: %s", item, why), folder, problem)
    return found
