"""Asking the watches: in batches about what changed, and each night about everything.

A batch's alerts, its rows in the ledger and the mark that its ads are done commit together, so that a run can be killed at any
moment and taken up. A watch begins by noting what answers it already; one that failed is asked about everything once it can be.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select, update

from casework.tables import watches
from casework.watches import Kind, Origin, Watch
from casework.watching import asked, ledger
from casework.watching.asked import Asked, answers
from casework.watching.canaries import is_canary
from casework.watching.ledger import RunKind
from casework.watching.matching import Held
from casework.watching.rack import Rack, asked_about, counted
from casework.watching.raising import alerted, put, raise_alerts
from indexer import documents
from indexer.backend import IndexMissing, SearchBackend, SearchError, State
from indexer.fields import OF_GROUP
from indexer.query import Node, fields_of
from indexer.records import AD
from store import pending, tables
from store.database import chunks, select_in
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace

STAGE = "watch"
STANDING = "standing"  # ads of which only the group changed: a day changes most groups, and few watches ask about them
ABOUT_GROUPS = OF_GROUP | {"key"}  # the ads of a group, of a wording, beside a contact are asked for by their keys
LOCK = "watches"
BATCH = 1_000
AT_ONCE = 200  # watches that begin, or are swept, and are committed together
ANSWERS = 10_000  # of a watch, put down at a time: a broad one has as many as there are ads
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Found:
    ads: int
    pairs: tuple[tuple[int, str], ...]  # watch, ad
    asked: tuple[int, ...] | None = None  # watches, where it was not all of them


class Watcher:
    """Asks the watches of one workspace; kept by a process that goes on asking, so that it reads them once."""

    def __init__(self, workspace: Workspace, backend: SearchBackend | None = None) -> None:
        self.workspace = workspace
        self.backend = asked.engine_for(workspace, backend)
        self.asked: Asked | None = None
        self.racks: dict[str, Rack] = {}

    def run(self, progress: Progress | None = None) -> int:
        """Ask about every ad published since the last time; returns how many alerts are new. Raises BusyError."""
        with exclusive(self.workspace, LOCK):
            if self._idle():
                return 0
            with self.workspace.begin() as connection:
                run_id = ledger.open_run(connection, RunKind.BATCH)
            new = self._renew(run_id, entered=False)

            def write(connection: Connection, found: _Found) -> None:
                nonlocal new
                raised = raise_alerts(connection, found.pairs, run_id)
                answered = Counter(one for one, _ in found.pairs)
                ledger.count(connection, run_id, found.ads, answered, raised, found.asked)
                new += sum(raised.values())

            def advance(done: int) -> None:
                nonlocal new
                new += self._renew(run_id)
                if progress:
                    progress(done)

            facts: documents.Facts = {}  # of groups, once in a run: when one changes meanwhile, its ads are published again
            for stage in (STAGE, STANDING):
                compute = partial(self._answered, stage, facts)
                pending.drain(self.workspace, stage, compute=compute, write=write, batch=BATCH, progress=advance)
            with self.workspace.begin() as connection:
                ledger.close_run(connection, run_id)
            return new

    def forget(self) -> None:
        """Read the watches anew at the next run: their words for time ("last-7-days") mean something else by then."""
        self.asked, self.racks = None, {}

    def _idle(self) -> bool:
        with self.workspace.read() as connection:
            if pending.count(connection, STAGE) or pending.count(connection, STANDING):
                return False
            new = watches.c.based_at.is_(None) & watches.c.ended_at.is_(None)
            query = select(watches.c.watch_id).where(new).limit(1)
            return connection.execute(query).first() is None

    def _renew(self, run_id: int, *, entered: bool = True) -> int:
        """Read the watches where one came or ended; let new ones begin and those behind catch up. Returns new alerts.

        `entered` where the run's ledger has its rows already, and groups and links are as they were when it began.
        """
        with self.workspace.read() as connection:
            if self.asked is None or asked.stamp(connection) != self.asked.stamp:
                self.asked, self.racks = asked.ask(self.workspace, connection, self.backend), {}
            elif entered:
                return 0
            elif moved := asked.moved(self.workspace, connection, self.backend, self.asked):
                self.asked, self.racks = moved, {}
        with self.workspace.begin() as connection:
            ledger.enter(connection, run_id, self.asked.trees, self.asked.failed)
        return begin(self.workspace, self.backend, self.asked, run_id)

    def _answered(self, stage: str, facts: documents.Facts, connection: Connection, ad_ids: Sequence[str]) -> _Found:
        if self.asked is None:
            raise RuntimeError("the watches have to be read first")
        trees = self.asked.trees if stage == STAGE else about_groups(self.asked.trees)
        if not trees:
            return _Found(len(ad_ids), (), ())
        made = documents.build(connection, AD, ad_ids, facts)
        rack = self.racks.get(stage)
        fields = rack.fields if rack else asked_about(trees.values())
        held = {ad_id: Held(document, fields) for ad_id, document in made.items()}
        if rack is None:
            rack = self.racks[stage] = Rack(trees, counted(held.values()))
        own = {number for number, watch in self.asked.watches.items() if watch.kind is Kind.CANARY}
        pairs = [
            (number, ad_id)
            for ad_id, one in held.items()
            for number in rack.answered(one)
            if (number in own) is is_canary(ad_id)
        ]
        return _Found(len(made), tuple(pairs), None if stage == STAGE else tuple(trees))


def about_groups(trees: Mapping[int, Node]) -> dict[int, Node]:
    """Those that another standing of an ad's group can make answer."""
    return {number: tree for number, tree in trees.items() if not ABOUT_GROUPS.isdisjoint(fields_of(tree))}


def evaluate(workspace: Workspace, progress: Progress | None = None) -> int:
    """Ask every watch about every ad published since the last time; returns how many alerts are new. Raises BusyError."""
    watcher = Watcher(workspace)
    try:
        return watcher.run(progress)
    finally:
        watcher.backend.close()


def begin(workspace: Workspace, backend: SearchBackend, every: Asked, run_id: int) -> int:
    """What answers a new watch already is put down as known; one that was behind is alerted. Returns new alerts."""
    owed = [one for number, one in every.watches.items() if number in every.trees and (one.behind or not one.based_at)]
    empty = _is_empty(backend)
    new = 0
    for part in chunks(owed, AT_ONCE):
        moment = now()
        matched: Counter[int] = Counter()
        raised: Counter[int] = Counter()
        with workspace.begin() as connection:
            for watch in part:
                number = watch.watch_id
                found = () if empty else answers(backend, every, number)
                try:
                    with connection.begin_nested():  # of a watch that fails half-way nothing is kept
                        if watch.behind:
                            matched[number], raised[number] = _caught_up(connection, number, found, run_id, moment)
                        else:
                            _known(connection, watch, found, moment)
                except SearchError as problem:
                    ledger.fail(connection, run_id, {number: str(problem)})
            if matched:
                ledger.count(connection, run_id, 0, matched, raised)
                new += raised.total()
            settled = [one.watch_id for one in part]
            mine = watches.c.watch_id.in_(settled) & watches.c.error.is_(None)
            connection.execute(update(watches).where(mine).values(behind=False))
            connection.execute(update(watches).where(mine, watches.c.based_at.is_(None)).values(based_at=now()))
    return new


def _known(connection: Connection, watch: Watch, found: Iterable[str], moment: datetime) -> None:
    for ad_ids in chunks(found, ANSWERS):
        # What is published and not yet asked about is news.
        waiting = _waiting(connection, ad_ids)
        old = [one for one in ad_ids if one not in waiting or one in watch.seeds]
        put(connection, ((watch.watch_id, one) for one in old), None, Origin.KNOWN, moment)


def _caught_up(
    connection: Connection, number: int, found: Iterable[str], run_id: int, moment: datetime
) -> tuple[int, int]:
    """How many ads answer the watch, and how many alerts were missing."""
    matched = raised = 0
    known = alerted(connection, number)
    for ad_ids in chunks(found, ANSWERS):
        owed = [one for one in dict.fromkeys(ad_ids) if one not in known]
        known.update(owed)
        put(connection, ((number, one) for one in owed), run_id, Origin.SWEEP, moment)
        matched, raised = matched + len(ad_ids), raised + len(owed)
    return matched, raised


def sweep(workspace: Workspace, progress: Progress | None = None) -> int:
    """Ask every watch about every published ad, through the search engine; returns how many alerts had been missed."""
    with exclusive(workspace, LOCK):
        backend = asked.engine_for(workspace, None)
        try:
            return _sweep(workspace, backend, progress or (lambda _: None))
        finally:
            backend.close()


def _sweep(workspace: Workspace, backend: SearchBackend, progress: Progress) -> int:
    with workspace.begin() as connection:
        run_id = ledger.open_run(connection, RunKind.SWEEP)
        every = asked.ask(workspace, connection, backend)
        ledger.enter(connection, run_id, every.trees, every.failed)
        done = ledger.swept(connection, run_id)
    new = begin(workspace, backend, every, run_id)
    size = backend.health().documents
    asked_now = 0
    left = iter([one for one in every.trees if one not in done])
    while (part := _looked_through(workspace, backend, every, left)).asked:
        raised = Counter(number for number, _ in part.missing)
        with workspace.begin() as connection:
            put(connection, part.missing, run_id, Origin.SWEEP, now())
            ledger.tick(connection, run_id, part.asked, size, part.matched, raised)
            ledger.fail(connection, run_id, part.failed)
        new += raised.total()
        asked_now += len(part.asked)
        progress(asked_now)
    with workspace.begin() as connection:
        ledger.close_run(connection, run_id)
    return new


@dataclass(slots=True)
class _Part:
    """Watches of a sweep: those asked, how many ads answer each, which of these have no alert, and why one failed."""

    asked: list[int] = field(default_factory=list)
    matched: dict[int, int] = field(default_factory=dict)
    missing: list[tuple[int, str]] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def _looked_through(workspace: Workspace, backend: SearchBackend, every: Asked, left: Iterator[int]) -> _Part:
    """Put the next of the watches to the engine. What is held of their answers is what was missed."""
    part = _Part()
    with workspace.read() as connection:
        while len(part.asked) < AT_ONCE and len(part.missing) < ANSWERS and (number := next(left, None)) is not None:
            part.asked.append(number)
            known = alerted(connection, number)
            matched, owed = 0, dict[str, None]()
            try:
                for ad_id in answers(backend, every, number):
                    matched += 1
                    if ad_id not in known:
                        owed[ad_id] = None
            except SearchError as problem:
                part.failed[number] = str(problem)
            else:
                part.matched[number] = matched
                part.missing += ((number, one) for one in owed)
    return part


def _waiting(connection: Connection, ad_ids: Iterable[str]) -> set[str]:
    """Those of these ads that the watches have still to be asked about."""
    mine = select(tables.pending.c.item).where(tables.pending.c.stage == STAGE)
    return {row.item for row in select_in(connection, mine, tables.pending.c.item, ad_ids)}


def _is_empty(backend: SearchBackend) -> bool:
    try:
        found = backend.health()
    except IndexMissing:
        return True
    return found.state is State.MISSING or (found.state is State.READY and found.documents == 0)
