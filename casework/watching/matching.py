"""Whether one ad answers a query, without an engine: the semantics of the query tree over the fields an index would hold.

A property test holds it to the embedded engine, tree by tree.
"""

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from indexer.columns import Columns, columns
from indexer.fields import BY_NAME, Holds
from indexer.query import All, And, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Range, Starts, Terms, Word, whole
from indexer.records import Document


class Held:
    """What a document holds, by field: values each once, and for text fields where each token stands."""

    __slots__ = ("_places", "_runs", "values")

    def __init__(self, document: Document) -> None:
        found: Columns = columns(document, 0)
        self._runs: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, list[int]]] = {}
        self.values: dict[str, frozenset[str | int | float]] = {}
        for name, kept in found.items():
            holds = BY_NAME[name].holds
            if holds is Holds.TEXT:
                self._runs[name] = str(kept[0]).split(" ")
                self.values[name] = frozenset(self._runs[name])
            elif holds is not Holds.STORED:
                self.values[name] = frozenset(kept)

    def of(self, field: str) -> frozenset[str | int | float]:
        """The values (or distinct tokens) of a field."""
        return self.values.get(field, frozenset())

    def places(self, field: str, token: str) -> list[int]:
        """Where the token stands in a text field, counted in tokens."""
        known = self._places.get(field)
        if known is None:
            known = self._places[field] = {}
            for place, one in enumerate(self._runs.get(field, ())):
                known.setdefault(one, []).append(place)
        return known.get(token, [])

    def run(self, field: str) -> list[str]:
        """The tokens of a text field, in order."""
        return self._runs.get(field, [])


def matches(node: Node, held: Held) -> bool:
    """Whether the ad answers the (resolved) tree. Raises TypeError for a node that has to be resolved first."""
    match node:
        case Terms(field, values):
            return not held.of(field).isdisjoint(values)
        case Word(token, field):
            return token in held.of(field)
        case And(parts):
            return all(matches(part, held) for part in parts)
        case Or(parts):
            return any(matches(part, held) for part in parts)
        case Not(part):
            return not matches(part, held)
        case Phrase(tokens, field):
            return _in_a_row(tokens, held.run(field), held.places(field, tokens[0]))
        case Near(left, right, distance, field):
            return _close(held.places(field, left), held.places(field, right), distance)
        case Prefix(stem, field) | Starts(field, stem):
            return any(str(one).startswith(stem) for one in held.of(field))
        case Fuzzy(token, edits, field):
            return any(alike(token, str(one), edits) for one in held.of(field))
        case Range():
            return _within(node, held.of(node.field))
        case All():
            return True
    raise TypeError(f"{type(node).__name__} has to be resolved first")


def alike(token: str, other: str, edits: int) -> bool:
    """Whether so many insertions, deletions, replacements or swaps of neighbours lead from one to the other."""
    if abs(len(token) - len(other)) > edits:
        return False
    return OSA.distance(token, other, score_cutoff=edits) <= edits


def _in_a_row(tokens: tuple[str, ...], run: list[str], starts: list[int]) -> bool:
    size = len(tokens)
    return any(tuple(run[start : start + size]) == tokens for start in starts)


def _close(left: list[int], right: list[int], distance: int) -> bool:
    return any(abs(one - other) <= distance for one in left for other in right)


def _within(node: Range, values: Iterable[str | int | float]) -> bool:
    if BY_NAME[node.field].holds is Holds.INTEGER:
        low, high = whole(node)
        return any((low is None or int(one) >= low) and (high is None or int(one) <= high) for one in values)
    return any(_number_within(node, float(one)) for one in values)


def _number_within(node: Range, value: float) -> bool:
    above = node.low is None or value > node.low or (node.include_low and value == node.low)
    return above and (node.high is None or value < node.high or (node.include_high and value == node.high))
