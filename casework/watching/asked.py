"""The watches as they are asked: each as a tree, those that fail with the reason, and all that can be asked on one rack."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from casework.tables import watches
from casework.watches import Kind, Watch, active
from casework.watching.canaries import SITE
from casework.watching.subjects import moment, tree
from indexer.backend import IndexMissing, Request, SearchBackend
from indexer.engine import open_backend
from indexer.query import And, Node, Not, Terms
from indexer.records import AdDocument, Sort
from store.errors import SidelightError
from store.workspace import Workspace

log = logging.getLogger(__name__)
PAGE = 500
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
    present = moment(workspace)
    every = {watch.watch_id: watch for watch in active(connection)}
    trees: dict[int, Node] = {}
    failed: dict[int, str] = {}
    for number, watch in every.items():
        try:
            trees[number] = apart(watch, tree(connection, watch, present, backend))
        except SidelightError as problem:
            failed[number] = str(problem)
        except Exception as problem:
            # One query that trips the reader must not stop fifteen thousand others.
            log.exception("watch %d cannot be asked", number)
            failed[number] = f"{type(problem).__name__}: {problem}"
    return Asked(every, trees, failed, marked)


def stamp(connection: Connection) -> Stamp:
    """Changes whenever a watch is added or ended."""
    query = select(func.max(watches.c.watch_id), func.count(watches.c.watch_id), func.count(watches.c.ended_at))
    return tuple(connection.execute(query).one())


def apart(watch: Watch, node: Node) -> Node:
    """Canaries answer Sidelight's own watch and no person's."""
    planted = Terms("site", (SITE,))
    return And((planted, node)) if watch.kind is Kind.CANARY else And((node, Not(planted)))


def everything(backend: SearchBackend, node: Node) -> Iterator[str]:
    """The ids of all published ads that answer, however many; none where there is no index yet."""
    request = Request(node, sort=Sort.TIME, limit=PAGE)
    while True:
        try:
            found = backend.search(request).found
        except IndexMissing:
            return
        yield from (one.document.ad_id for one in found if isinstance(one.document, AdDocument))
        if len(found) < PAGE:
            return
        request = Request(node, sort=Sort.TIME, limit=PAGE, after=found[-1].after)


def engine_for(workspace: Workspace, backend: SearchBackend | None) -> SearchBackend:
    """The engine handed in, or the workspace's."""
    return backend or open_backend(workspace)


def without(found: Iterable[str], known: set[str]) -> list[str]:
    """Those that are not known, in their order."""
    return [one for one in found if one not in known]
