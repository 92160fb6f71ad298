"""Look-ups of a person's contact: which contacts a query asks for, and whether it was said why.

Each is recorded on its own, under a keyed hash of the contact as the index writes it: who looked somebody up is found again
however the number was typed.
"""

from collections.abc import Iterator, Sequence

from indexer.parse import parse
from indexer.query import LinkedTo, Node, QueryError, Starts, Terms, children
from store import audit
from store.audit import Act, Via
from store.errors import SidelightError
from store.settings import Settings
from store.workspace import Workspace

FIELDS = frozenset({"digits", "email", "handle"})
MOST = 50


class PurposeError(SidelightError):
    """A contact was asked for without a reason or a case, where the team wants them."""


def contacts(query: str) -> list[str]:
    """The contacts a query asks for, as "kind:value"; none for a query that cannot be read."""
    try:
        tree = parse(query)
    except QueryError:
        return []
    found = list(dict.fromkeys(_within(tree)))
    # A number typed without its country's code is asked for as the end of a number too: that is the same contact.
    return [one for one in found if not any(_is_end(one, other) for other in found)][:MOST]


def of_person(typed: str) -> list[str]:
    """The same for one contact as a person tells it: a phone, an e-mail, a handle."""
    quoted = typed.replace('"', " ").strip()
    return contacts(f'linked:"{quoted}"') if quoted else []


def require_purpose(settings: Settings, asked: Sequence[str], case_id: str | None, reason: str | None) -> None:
    """Raise PurposeError where contacts are asked for and the settings want more said."""
    lacking = [
        word
        for word, needed, given in (
            ("the reason", settings.lookup_reason, reason),
            ("the case", settings.lookup_case, case_id),
        )
        if needed and not given
    ]
    if asked and lacking:
        raise PurposeError(f"this team looks nobody's contact up without {' and '.join(lacking)}; say it first")


def record(
    workspace: Workspace, who: str, via: Via, asked: Sequence[str], case_id: str | None, reason: str | None
) -> None:
    """Record each contact that is looked up. Raises where that cannot be written, and then nothing is shown."""
    if not asked:
        return
    with workspace.begin() as connection:
        for one in asked:
            kind = {"kind": one.partition(":")[0]}
            act = Act(who, via, "look up", "contact", one, case_id=case_id, reason=reason, facts=kind)
            audit.append(workspace, act, connection)


def _is_end(one: str, other: str) -> bool:
    kind, _, value = one.partition(":")
    return one != other and kind == "digits" and other.startswith("digits:") and other.endswith(value)


def _within(node: Node) -> Iterator[str]:
    """A number is written with its country's code first, where that is certain; so is its hash."""
    if isinstance(node, Terms) and node.field in FIELDS:
        yield f"{node.field}:{node.values[0]}"
    elif isinstance(node, Starts) and node.field == "digits":
        yield f"digits:{node.prefix}"
    elif isinstance(node, LinkedTo):
        yield from _within(node.contact)
    else:
        for one in children(node):
            yield from _within(one)
