"""The index stage: what the outbox says is due is built from the store, written, made durable, and crossed off;
the ads among them are announced to those who watch for new documents.

Killed anywhere, the rows stay due and are written again under the same versions. One process at a time writes.
"""

import logging
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, select

from crawlers.tables import ads
from indexer import documents
from indexer.backend import Drift, Refusal, SearchBackend, State, Write
from indexer.columns import digest
from indexer.documents import Facts
from indexer.engine import open_backend
from indexer.records import AD, GROUP, Document
from linker.stored import group_ids_of
from linker.tables import groups
from store import outbox, tables
from store.database import chunks
from store.errors import DamagedError
from store.locks import exclusive
from store.outbox import Due
from store.pending import announce, next_revision
from store.remote import Store
from store.sifting import sift, tried
from store.spread import Spread
from store.workspace import Workspace

log = logging.getLogger(__name__)
BATCH = 500
GROUP_BATCH = 50
MANY, MOST = 20_000, 0.75  # documents due, and their share of the index, from which on it is built anew
TOGETHER = 4  # batches made durable at once: to commit costs the engine as much as to write hundreds of documents
AT_HOME = 20  # batches of a rebuild made here before workers are started: a small one is done by then
AT_ONCE = 10_000  # rows crossed off after a rebuild in one go
LOCK = "index"
Progress = Callable[[int], None]
_RUNS: dict[str, Facts] = {}


def run(workspace: Workspace, progress: Progress | None = None) -> int:
    """Write all that is due; returns how many documents. Makes the index anew where there is none that can be used, and where
    so much is due that this costs less."""
    with exclusive(workspace, LOCK):
        backend = open_backend(workspace)
        try:
            anew = _unusable(backend) or _mostly_due(workspace, backend)
            made = _rebuild(workspace, backend, progress) if anew else 0
            return made + _drain(workspace, backend, progress)
        finally:
            backend.close()


def ready(workspace: Workspace, progress: Progress | None = None) -> bool:
    """Build the index anew where it is missing or out of date; True where that was so. Raises SearchUnavailable."""
    with exclusive(workspace, LOCK):
        backend = open_backend(workspace)
        try:
            if unusable := _unusable(backend):
                _rebuild(workspace, backend, progress)
            return unusable
        finally:
            backend.close()


def rebuild(workspace: Workspace, progress: Progress | None = None) -> int:
    """A new index beside the live one, from the store alone; returns how many documents were written."""
    with exclusive(workspace, LOCK):
        backend = open_backend(workspace)
        try:
            return _rebuild(workspace, backend, progress)
        finally:
            backend.close()


def reconcile(workspace: Workspace) -> Drift:
    """Where index and store differ, with every difference put down to be written again by the next run."""
    with exclusive(workspace, LOCK):
        backend = open_backend(workspace)
        try:
            with workspace.read() as connection:
                waiting = {documents.key_of(one.kind, one.item) for one in outbox.due(connection, 10_000_000)}
            expected = {
                one.key: digest(one.document) for batch, _ in _everything(workspace, 0) for one in batch if one.document
            }
            found = backend.reconcile(expected)
        finally:
            backend.close()
        drift = Drift(*(tuple(sorted(set(keys) - waiting)) for keys in (found.missing, found.stale, found.extra)))
        with workspace.begin() as connection:
            for kind in (AD, GROUP):
                keys = (*drift.missing, *drift.stale, *drift.extra)
                outbox.put(connection, kind, [key.partition(":")[2] for key in keys if key.startswith(f"{kind}:")])
        return drift


def _unusable(backend: SearchBackend) -> bool:
    health = backend.health()
    if health.state is State.UNAVAILABLE:
        backend.publish(0)  # raises the engine's own complaint
    return health.state in {State.MISSING, State.OUT_OF_DATE}


def _mostly_due(workspace: Workspace, backend: SearchBackend) -> bool:
    """To replace a document costs a third more than to write one into a new index: the old one is looked up and taken out."""
    with workspace.read() as connection:
        waiting, _ = outbox.count(connection)
    return waiting >= MANY and waiting >= MOST * backend.health().documents


def _drain(workspace: Workspace, backend: SearchBackend, progress: Progress | None) -> int:
    written = 0
    while True:
        with workspace.read() as connection:
            due = outbox.due(connection, BATCH * TOGETHER)
        if not due:
            return written
        refused: list[Refusal] = []
        known: Facts = {}  # no longer than this: whatever these rows ask for was saved before they were read
        for part in chunks(due, BATCH):
            with workspace.read() as connection:
                batch, damaged = _built(connection, part, workspace.root, known)
            refused += [*damaged, *backend.write(batch)]
        backend.publish(max(one.version for one in due))
        _cross_off(workspace, due, refused)
        written += len(due) - len(refused)
        if progress:
            progress(written)


def _built(connection: Connection, due: Sequence[Due], folder: Path, known: Facts) -> tuple[list[Write], list[Refusal]]:
    """What to write for these rows; where a record is damaged, why there is no document of it."""
    writes: list[Write] = []
    damaged: list[Refusal] = []

    def attempt(part: Sequence[Due]) -> None:
        made = {
            kind: _made(connection, kind, [one.item for one in part if one.kind == kind], known) for kind in (AD, GROUP)
        }
        writes.extend(
            Write(documents.key_of(one.kind, one.item), one.version, made[one.kind].get(one.item)) for one in part
        )

    def aside(one: Due, problem: Exception) -> None:
        reason = f"{type(problem).__name__}: {problem}"
        damaged.append(Refusal(documents.key_of(one.kind, one.item), one.version, reason))

    problem = tried(due, attempt, folder)
    if problem is not None:
        sift(due, attempt, aside, folder, problem, name=lambda one: one.item)
    return writes, damaged


def _made(connection: Connection, kind: str, ids: Sequence[str], known: Facts) -> dict[str, Document]:
    """The documents; what is damaged of a group's ads is said of the group."""
    try:
        return documents.build(connection, kind, ids, known)
    except DamagedError as problem:
        owners = group_ids_of(connection, problem.problems) if kind == GROUP else {}
        raise DamagedError({owners.get(one, one): why for one, why in problem.problems.items()}) from None


def _cross_off(workspace: Workspace, due: Sequence[Due], refused: Sequence[Refusal]) -> None:
    reasons = {(one.key, one.version): one.reason for one in refused}
    bad = [(one, reason) for one in due if (reason := reasons.get((documents.key_of(one.kind, one.item), one.version)))]
    with workspace.begin() as connection:
        for one, reason in bad:
            log.warning("the search engine refused %s %s: %s", one.kind, one.item, reason)
            outbox.refused(connection, one, reason)
        set_aside = {one for one, _ in bad}
        written = [one for one in due if one not in set_aside]
        _sent(connection, written)


def _sent(connection: Connection, rows: Sequence[Due], unmade: Set[str] = frozenset()) -> None:
    """Cross them off, and announce the ads among them but for these."""
    outbox.sent(connection, rows)
    ads = [one for one in rows if one.kind == AD and one.item not in unmade]
    announce(connection, "documents", (one.item for one in ads if not one.standing))
    announce(connection, "standings", (one.item for one in ads if one.standing))


def _rebuild(workspace: Workspace, backend: SearchBackend, progress: Progress | None) -> int:
    # Whatever changes from here on is in the outbox under a greater version, and is written once more.
    with workspace.begin() as connection:
        version = next_revision(connection)
    written = 0
    damaged: list[Refusal] = []

    def counted() -> Iterator[list[Write]]:
        nonlocal written
        for batch, unmade in _everything(workspace, version):
            damaged.extend(unmade)
            yield batch
            written += len(batch)
            if progress:
                progress(written)

    refused = backend.rebuild(counted(), version)
    _settle(workspace, version, [*damaged, *refused])
    return written - len(refused)


def _settle(workspace: Workspace, version: int, refused: Sequence[Refusal]) -> None:
    """Cross off all that was due before the rebuild began, for the new index has it; what it refused stands as refused."""
    columns = (tables.outbox.c.kind, tables.outbox.c.item, tables.outbox.c.version, tables.outbox.c.standing)
    due = (
        select(*columns)
        .where(tables.outbox.c.version <= version)
        .order_by(tables.outbox.c.version, tables.outbox.c.kind, tables.outbox.c.item)
        .limit(AT_ONCE)
    )
    unmade = {one.key.partition(":")[2] for one in refused if one.key.startswith(f"{AD}:")}
    while True:
        with workspace.begin() as connection:
            rows = [Due(*row) for row in connection.execute(due)]
            _sent(connection, rows, unmade)
        if not rows:
            break
    for one in refused:
        kind, _, item = one.key.partition(":")
        log.warning("the search engine refused %s %s: %s", kind, item, one.reason)
        with workspace.begin() as connection:
            outbox.put(connection, kind, [item])
            again = connection.execute(
                select(*columns).where(tables.outbox.c.kind == kind, tables.outbox.c.item == item)
            ).one()
            outbox.refused(connection, Due(*again), one.reason)


def _everything(workspace: Workspace, version: int) -> Iterator[tuple[list[Write], list[Refusal]]]:
    """Every document of the store, by id, in batches, with those that cannot be made.

    Each batch is built where the scheduler says, or by workers of this machine, from one consistent view, but for what is said
    of a group: that is asked for once by each of them. Whatever changes meanwhile is in the outbox.
    """
    settings, parts, run = workspace.settings, _ids(workspace), token_hex()
    with Spread(settings.scheduler, settings.workers) as spread:
        if not spread.scheduler:
            here = parts if spread.alone else islice(parts, AT_HOME)
            yield from map(partial(_build, workspace, workspace.root, version, run), here)
        yield from spread.map(partial(_build, Store.of(workspace), workspace.root, version, run), parts)


def _ids(workspace: Workspace) -> Iterator[tuple[str, list[str]]]:
    for kind, column, size in ((AD, ads.c.ad_id, BATCH), (GROUP, groups.c.group_id, GROUP_BATCH)):
        last = ""
        while True:
            with workspace.read() as connection:
                ids = list(
                    connection.execute(select(column).where(column > last).order_by(column).limit(size)).scalars()
                )
            if not ids:
                break
            yield kind, ids
            last = ids[-1]


def _build(
    source: Workspace | Store, folder: Path, version: int, run: str, part: tuple[str, list[str]]
) -> tuple[list[Write], list[Refusal]]:
    kind, ids = part
    with source.read() as connection:
        writes, damaged = _built(connection, [Due(kind, one, version) for one in ids], folder, _known(run))
    return [one for one in writes if one.document is not None], damaged


def _known(run: str) -> Facts:
    """What this process knows of groups in one going over everything."""
    if run not in _RUNS:
        _RUNS.clear()
    return _RUNS.setdefault(run, {})
