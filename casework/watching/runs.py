"""Asking the watches: in batches about what changed, and each night about everything.

A batch's alerts, its rows in the ledger and the mark that its ads are done commit together, so that a run can be killed at any
moment and taken up. A watch begins by noting what answers it already; one that failed is asked about everything once it can be.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, select, update

from casework.tables import alerts, watches
from casework.watches import Kind, Origin
from casework.watching import asked, ledger
from casework.watching.asked import Asked, answers
from casework.watching.canaries import is_canary
from casework.watching.ledger import RunKind
from casework.watching.matching import Held
from casework.watching.rack import Rack, asked_about, counted
from indexer import documents
from indexer.backend import IndexMissing, SearchBackend, SearchError, State
from indexer.fields import OF_GROUP
from indexer.query import Node, fields_of
from indexer.records import AD
from store import pending, tables
from store.database import chunks, insert_plain, select_in
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace

STAGE = "watch"
STANDING = "standing"  # ads of which only the group changed: a day changes most groups, and few watches ask about them
ABOUT_GROUPS = OF_GROUP | {"key"}  # the ads of a group, of a wording, beside a contact are asked for by their keys
LOCK = "watches"
BATCH = 1_000
AT_ONCE = 200  # watches of a sweep that are committed together
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
                raised = raise_alerts(connection, found.pairs, run_id, Origin.BATCH)
                answered = Counter(one for one, _ in found.pairs)
                ledger.count(connection, run_id, found.ads, answered, raised, found.asked)
                new += sum(raised.values())

            def advance(done: int) -> None:
                nonlocal new
                new += self._renew(run_id)
                if progress:
                    progress(done)

            for stage in (STAGE, STANDING):
                compute = partial(self._answered, stage)
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

    def _answered(self, stage: str, connection: Connection, ad_ids: Sequence[str]) -> _Found:
        if self.asked is None:
            raise RuntimeError("the watches have to be read first")
        trees = self.asked.trees if stage == STAGE else about_groups(self.asked.trees)
        if not trees:
            return _Found(len(ad_ids), (), ())
        made = documents.build(connection, AD, ad_ids)
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
        with workspace.begin() as connection:
            caught_up: list[tuple[int, str]] = []
            known: list[tuple[int, str]] = []
            for watch in part:
                try:
                    found = [] if empty else list(answers(backend, every, watch.watch_id))
                except SearchError as problem:
                    ledger.fail(connection, run_id, {watch.watch_id: str(problem)})
                    continue
                (caught_up if watch.behind else known).extend((watch.watch_id, one) for one in found)
            # What is published and not yet asked about is news.
            waiting = _waiting(connection, {one for _, one in known})
            seeds = {watch.watch_id: watch.seeds for watch in part}
            old = [(watch, one) for watch, one in known if one not in waiting or one in seeds[watch]]
            _put(connection, old, None, Origin.KNOWN)
            if caught_up:
                raised = raise_alerts(connection, caught_up, run_id, Origin.SWEEP)
                ledger.count(connection, run_id, 0, Counter(one for one, _ in caught_up), raised)
                new += sum(raised.values())
            settled = [one.watch_id for one in part]
            mine = watches.c.watch_id.in_(settled) & watches.c.error.is_(None)
            connection.execute(update(watches).where(mine).values(behind=False))
            connection.execute(update(watches).where(mine, watches.c.based_at.is_(None)).values(based_at=now()))
    return new


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
    for part in chunks((one for one in every.trees if one not in done), AT_ONCE):
        pairs: list[tuple[int, str]] = []
        failed: dict[int, str] = {}
        for number in part:
            try:
                pairs += [(number, ad_id) for ad_id in answers(backend, every, number)]
            except SearchError as problem:
                failed[number] = str(problem)
        with workspace.begin() as connection:
            raised = raise_alerts(connection, pairs, run_id, Origin.SWEEP)
            ledger.tick(connection, run_id, part, size, Counter(one for one, _ in pairs), raised)
            ledger.fail(connection, run_id, failed)
        new += sum(raised.values())
        asked_now += len(part)
        progress(asked_now)
    with workspace.begin() as connection:
        ledger.close_run(connection, run_id)
    return new


def raise_alerts(
    connection: Connection, pairs: Iterable[tuple[int, str]], run_id: int | None, origin: Origin
) -> Counter[int]:
    """An alert for each watch and ad that has none; returns how many by watch."""
    wanted = list(dict.fromkeys(pairs))
    # A sweep asks few watches about every ad, a batch every watch about few ads: what is on record is read by the few.
    by, few = (alerts.c.watch_id, 0) if origin is Origin.SWEEP else (alerts.c.ad_id, 1)
    query = select(alerts.c.watch_id, alerts.c.ad_id)
    known = set(map(tuple, select_in(connection, query, by, sorted({pair[few] for pair in wanted}))))
    fresh = [one for one in wanted if one not in known]
    _put(connection, fresh, run_id, origin)
    return Counter(watch for watch, _ in fresh)


def _put(connection: Connection, pairs: Iterable[tuple[int, str]], run_id: int | None, origin: Origin) -> None:
    """Those that stand already stay as they are."""
    moment = now()
    rest = (moment, moment if origin is Origin.KNOWN else None, run_id, origin.value)
    columns = ("watch_id", "ad_id", "at", "read_at", "run_id", "origin")
    insert_plain(connection, alerts, columns, ((watch, ad_id, *rest) for watch, ad_id in pairs))


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
