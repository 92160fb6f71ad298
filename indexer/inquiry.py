"""A query's text on its way to an engine: read at the present moment, and without what no engine can answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from indexer.backend import SearchBackend
from indexer.engine import open_backend
from indexer.parse import parse
from indexer.query import Node
from indexer.resolve import resolve
from indexer.values import Moment
from store.schema import now
from store.workspace import Workspace


class Inquiry(NamedTuple):
    """An open engine, the query as it was written and as the engine is asked."""

    backend: SearchBackend
    tree: Node
    node: Node


@contextmanager
def inquire(workspace: Workspace, text: str, backend: SearchBackend | None) -> Iterator[Inquiry]:
    """The query, and its engine: opened for the while where none is handed in. Raises QueryError, SearchError."""
    tree = parse(text, moment(workspace))
    own = backend or open_backend(workspace)
    try:
        with workspace.read() as connection:
            node = resolve(tree, own, connection)
        yield Inquiry(own, tree, node)
    finally:
        if backend is None:
            own.close()


def moment(workspace: Workspace) -> Moment:
    """The present, in the team's time zone."""
    return Moment(now(), workspace.settings.zone)
