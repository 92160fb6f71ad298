"""A question to the index as a tree: what the query language means, in no engine's terms.

`LinkedTo`, `NearPlace` and `SimilarTo` are questions about other things; `resolve` puts ids in their place before an
engine sees them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from store.errors import UsageError

# Text fields of the index: every field of an ad, its title, its place line.
WORDS = "words"


class QueryError(UsageError):
    """A query that cannot be read. `position` counts code points from 0; `hint` is what to write instead."""

    def __init__(self, problem: str, position: int, hint: str) -> None:
        super().__init__(f"query, character {position + 1}: {problem}; {hint}")
        self.problem = problem
        self.position = position
        self.hint = hint


@dataclass(frozen=True, slots=True)
class All:
    """Everything."""


@dataclass(frozen=True, slots=True)
class Word:
    """One folded token."""

    token: str
    field: str = WORDS


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded tokens one after the other."""

    tokens: tuple[str, ...]
    field: str = WORDS


@dataclass(frozen=True, slots=True)
class Near:
    """Two tokens at most `distance` places apart, in either order."""

    left: str
    right: str
    distance: int
    field: str = WORDS


@dataclass(frozen=True, slots=True)
class Prefix:
    """Tokens that begin so."""

    stem: str
    field: str = WORDS


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Tokens within `edits` insertions, deletions, replacements or swaps of neighbours."""

    token: str
    edits: int
    field: str = WORDS


@dataclass(frozen=True, slots=True)
class Terms:
    """The keyword field holds one of these values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """The keyword field holds a value that begins so."""

    field: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Range:
    """The numeric field holds a value between the bounds; None is no bound."""

    field: str
    low: int | float | None = None
    high: int | float | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class LinkedTo:
    """Every ad of the groups in which an ad matches `contact`."""

    contact: "Node"
    position: int


@dataclass(frozen=True, slots=True)
class NearPlace:
    """Ads in a place within `km` of the place called `name`."""

    name: str
    km: float
    position: int


@dataclass(frozen=True, slots=True)
class SimilarTo:
    """The ad with this id, and every ad worded alike: its cluster of near-copies."""

    ad_id: str
    position: int


Node = (
    All
    | Word
    | Phrase
    | Near
    | Prefix
    | Fuzzy
    | Terms
    | Starts
    | Range
    | And
    | Or
    | Not
    | LinkedTo
    | NearPlace
    | SimilarTo
)
TEXTUAL = (Word, Phrase, Near, Prefix, Fuzzy)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, And | Or):
        return node.parts
    if isinstance(node, Not):
        return (node.part,)
    return (node.contact,) if isinstance(node, LinkedTo) else ()


def wanted(node: Node, whole: tuple[type, ...] = ()) -> Iterator[Node]:
    """The leaves an ad may match by: everything that does not stand under a Not. Nodes of the kinds `whole` are leaves."""
    if isinstance(node, Not):
        return
    below = () if isinstance(node, whole) else children(node)
    if not below:
        yield node
    for child in below:
        yield from wanted(child, whole)


def fields_of(node: Node) -> set[str]:
    """Every field of the index that the (resolved) tree asks about."""
    own = getattr(node, "field", None)
    return set().union({own} if own else (), *map(fields_of, children(node)))


def ranks(node: Node) -> bool:
    """Whether the query asks for words, so that one answer can be more relevant than another."""
    return any(isinstance(leaf, TEXTUAL) for leaf in wanted(node))


def only_ads(node: Node) -> bool:
    """Whether nothing but an ad can match: a group has no words and no day it was posted."""
    match node:
        case Word() | Phrase() | Near() | Prefix() | Fuzzy():
            return True
        case Terms("key", values):
            return all(value.startswith("ad:") for value in values)
        case Range("posted", low, high):
            return low is not None or high is not None
        case And(parts):
            return any(map(only_ads, parts))
        case Or(parts):
            return all(map(only_ads, parts))
    return False


def whole(node: Range) -> tuple[int | None, int | None]:
    """The bounds of a range over integers, both included."""
    low = high = None
    if node.low is not None:
        low = math.ceil(node.low) if node.include_low else math.floor(node.low) + 1
    if node.high is not None:
        high = math.floor(node.high) if node.include_high else math.ceil(node.high) - 1
    return low, high
