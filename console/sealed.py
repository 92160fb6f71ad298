"""Queries in links: sealed, because a query holds people's contacts and links end up in histories and logs."""

from collections.abc import Callable

from store import keys
from store.errors import UsageError
from store.workspace import Workspace

KEY = "console-links"


class LinkError(UsageError):
    """A link that this console did not make."""


def seal(workspace: Workspace, query: str) -> str:
    """The query as a token that only this workspace can read."""
    return keys.seal(workspace, KEY, query).decode("ascii")


def sealer(workspace: Workspace) -> Callable[[str], str]:
    """`seal` for the many links of one page, by a key that is read once."""
    box = keys.box(workspace, KEY)
    return lambda query: box.encrypt(query.encode()).decode("ascii")


def unseal(workspace: Workspace, token: str) -> str:
    """The query of a token; raises LinkError."""
    query = keys.unseal(workspace, KEY, token.encode("utf-8", "replace")) if token else ""
    if query is None:
        raise LinkError("this link was not made by this console, or its key was destroyed; type the query anew")
    return query
