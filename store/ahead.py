"""A stage's list worked off by two processes: one computes a batch while the other stores the one before."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from sqlalchemy import Connection, and_, or_

from store import claims
from store.behind import Behind
from store.pending import Work, done, drain
from store.sifting import is_outage
from store.tables import pending
from store.workspace import Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ahead(Generic[T, R]):
    """A stage, and how it does its items: `compute` reads and works, `packed` is what of that is stored, `write` stores it,
    perhaps in another process, and `kept` is told what was stored."""

    workspace: Workspace
    stage: str
    compute: Callable[[Connection, Sequence[str]], T]
    packed: Callable[[T], R]
    write: Callable[[Connection, R], None]
    kept: Callable[[T], None]

    def drain(self, behind: Behind, batch: int, progress: Callable[[int], None]) -> int:
        """Do all the stage has pending, as `store.pending.drain` does; returns how many items were done."""
        if behind.alone:
            return drain(
                self.workspace, self.stage, compute=self.compute, write=self._here, batch=batch, progress=progress
            )
        with claims.worker(self.workspace, self.stage):
            return self._drained(behind, batch, progress)

    def _drained(self, behind: Behind, batch: int, progress: Callable[[int], None]) -> int:
        finished = 0
        last = (0, "")  # revision and name of the item that was taken last
        sent: tuple[Mapping[str, int], T] | None = None
        while True:
            taken = self._next(batch, last)
            made, problem = self._computed(taken)
            if sent is not None:
                finished += self._confirmed(behind, *sent)
                sent = None
                progress(finished)
            if problem is not None:
                finished += self._sifted(taken, problem)
                progress(finished)
            elif made is not None:
                behind.begin(partial(_stored, self.stage, self.write), (self.packed(made), taken))
                sent = taken, made
            else:
                return finished
            last = max((revision, item) for item, revision in taken.items())

    def _next(self, batch: int, last: tuple[int, str]) -> Mapping[str, int]:
        revision, item = last
        behind_it = or_(pending.c.revision > revision, and_(pending.c.revision == revision, pending.c.item > item))
        with self.workspace.read() as connection:
            return claims.take(connection, self.stage, batch, behind_it)

    def _computed(self, taken: Mapping[str, int]) -> tuple[T | None, Exception | None]:
        if not taken:
            return None, None
        try:
            with self.workspace.read() as connection:
                return self.compute(connection, list(taken)), None
        except Exception as problem:
            return None, problem

    def _confirmed(self, behind: Behind, taken: Mapping[str, int], made: T) -> int:
        try:
            for _ in behind.end():
                self.kept(made)
        except Exception as problem:
            return self._sifted(taken, problem)
        return len(taken)

    def _sifted(self, taken: Mapping[str, int], problem: Exception) -> int:
        if is_outage(problem, self.workspace.root):
            raise problem
        log.warning("%s: a batch of %d failed (%s); sifting it", self.stage, len(taken), problem)
        return Work(self.workspace, self.stage, self.compute, self._here).sift(taken, problem)

    def _here(self, connection: Connection, made: T) -> None:
        self.write(connection, self.packed(made))
        self.kept(made)


def _stored(
    stage: str, write: Callable[[Connection, R], None], connection: Connection, given: tuple[R, Mapping[str, int]]
) -> None:
    packed, taken = given
    write(connection, packed)
    done(connection, stage, taken)
