"""The watches as they are asked: each as a tree, those that fail with the reason, and all that can be asked on one rack."""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from casework.tables import watches
from casework.watches import Kind, Watch, active
from casework.watching.blindness import blind_for
from casework.watching.canaries import SITE
from casework.watching.subjects import tree
from indexer.backend import IndexMissing, SearchBackend
from indexer.engine import open_backend
from indexer.inquiry import moment
from indexer.query import And, Node, Not, Terms
from store.errors import SidelightError
from store.health import Health
from store.workspace import Workspace

log = logging.getLogger(__name__)
MOVING = re.compile(r"(?:linked|similar):", re.IGNORECASE)
FOLLOWED = (Kind.GROUP, Kind.PERSON)  # what they ask is found in the store, and changes with it
Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, by number of the watch; `stamp` tells whether a watch came or ended since."""

    watches: dict[int, Watch]
    trees: dict[int, Node]
    failed: dict[int, str]
    stamp: Stamp


def ask(workspace: Workspace, connection: Connection, backend: SearchBackend) -> Asked:
    """Every watch under way. One that cannot be made a tree is told with its reason, and the others go on."""
    marked = stamp(connection)
    every = {watch.watch_id: watch for watch in active(connection)}
    trees, failed = _trees(workspace, connection, backend, every.values())
    return Asked(every, trees, failed, marked)


def moved(workspace: Workspace, connection: Connection, backend: SearchBackend, known: Asked) -> Asked | None:
    """The same watches, with those read anew that ask about groups, which change under them; None where none has changed.

    What is owed to each watch is read anew too.
    """
    fresh = {watch.watch_id: watch for watch in active(connection)}
    moving = [one for one in fresh.values() if one.kind in FOLLOWED or MOVING.search(one.query)]
    moving += [fresh[one] for one in known.failed if one in fresh and fresh[one] not in moving]
    trees, failed = _trees(workspace, connection, backend, moving)
    read = {one.watch_id for one in moving}
    kept = {one: node for one, node in known.trees.items() if one not in read}
    if fresh == known.watches and failed == known.failed and {**kept, **trees} == known.trees:
        return None
    return Asked(fresh, {**kept, **trees}, failed, known.stamp)


def _trees(
    workspace: Workspace, connection: Connection, backend: SearchBackend, every: Iterable[Watch]
) -> tuple[dict[int, Node], dict[int, str]]:
    present = moment(workspace)
    trees: dict[int, Node] = {}
    failed: dict[int, str] = {}
    for watch in every:
        try:
            trees[watch.watch_id] = tree(connection, watch, present, backend)
        except SidelightError as problem:
            failed[watch.watch_id] = str(problem)
        except Exception as problem:
            # One query that trips the reader must not stop fifteen thousand others.
            log.exception("watch %d cannot be asked", watch.watch_id)
            failed[watch.watch_id] = f"{type(problem).__name__}: {problem}"
    return trees, failed


def stamp(connection: Connection) -> Stamp:
    """Changes whenever a watch is added or ended."""
    query = select(func.max(watches.c.watch_id), func.count(watches.c.watch_id), func.count(watches.c.ended_at))
    return tuple(connection.execute(query).one())


def apart(watch: Watch, node: Node) -> Node:
    """Canaries answer Sidelight's own watch and no person's."""
    planted = Terms("site", (SITE,))
    return And((planted, node)) if watch.kind is Kind.CANARY else And((node, Not(planted)))


def answers(backend: SearchBackend, every: Asked, number: int) -> Iterator[str]:
    """The ids of all published ads that answer a watch, newest first; none where there is no index yet."""
    try:
        yield from backend.ids(apart(every.watches[number], every.trees[number]))
    except IndexMissing:
        return


def engine_for(workspace: Workspace, backend: SearchBackend | None) -> SearchBackend:
    """The engine handed in, or the workspace's."""
    return backend or open_backend(workspace)


def blind(
    workspace: Workspace, connection: Connection, some: Iterable[Watch], spots: Sequence[Health]
) -> dict[int, list[Health]]:
    """Where each of these watches cannot see at present; one that cannot be asked sees nothing, and says so itself."""
    if not spots:
        return {one.watch_id: [] for one in some}
    backend = open_backend(workspace)
    try:
        listed = list(some)
        trees, _ = _trees(workspace, connection, backend, listed)
        return {one.watch_id: blind_for(trees[one.watch_id], spots) if one.watch_id in trees else [] for one in listed}
    finally:
        backend.close()
