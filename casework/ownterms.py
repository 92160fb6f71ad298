"""What would be a search about the searcher themself: a person's own names, home and contacts, as keyed hashes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from casework.tables import own_terms
from indexer import lookups
from indexer.tokens import tokenise
from store import audit, keys
from store.audit import Act, Via
from store.errors import UsageError
from store.workspace import Workspace

NAME, HOME, CONTACT = "name", "home", "contact"


def save(workspace: Workspace, account: str, said: Mapping[str, Sequence[str]], by: str) -> int:
    """Replace what is known of the account; returns how many terms. Raises UsageError for a contact that is none."""
    hashes: set[tuple[str, str]] = set()
    for kind, values in said.items():
        for value in values:
            found = lookups.of_person(value) if kind == CONTACT else tokens(value)
            if not found:
                raise UsageError(f"{value!r} is no {kind} that anyone could search for")
            hashes |= {(kind, keys.blind(workspace, f"own:{one}")) for one in found}
    with workspace.begin() as connection:
        connection.execute(delete(own_terms).where(own_terms.c.account == account))
        if hashes:
            rows = [{"account": account, "kind": kind, "term_hash": one} for kind, one in sorted(hashes)]
            connection.execute(insert(own_terms), rows)
        act = Act(by, Via.COMMAND, "own terms", "account", account, facts={"terms": len(hashes)})
        audit.append(workspace, act, connection)
    return len(hashes)


def load(connection: Connection) -> dict[str, dict[str, str]]:
    """Of each account, the kind of each term's hash."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(own_terms)):
        found.setdefault(row.account, {})[row.term_hash] = row.kind
    return found


def hit(workspace: Workspace, known: Mapping[str, str], words: str) -> set[str]:
    """Which kinds of the person's own terms a query's words hold."""
    if not known:
        return set()
    asked = [*tokens(words), *lookups.contacts(words)]
    return {known[one] for one in (keys.blind(workspace, f"own:{term}") for term in asked) if one in known}


def tokens(text: str) -> list[str]:
    """The words of a text as the index folds them, but for those of one letter."""
    return [one.text for one in tokenise(text) if len(one.text) > 1]
