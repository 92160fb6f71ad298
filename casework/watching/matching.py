"""Whether one ad answers a query, without an engine: the semantics of the query tree over the fields an index would hold.

A property test holds it to the embedded engine, tree by tree.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Container

from rapidfuzz.distance import OSA

from indexer.columns import searched
from indexer.fields import BY_NAME, FIELDS, Holds
from indexer.query import All, And, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Range, Starts, Terms, Word, whole
from indexer.records import Document

Value = str | int | float
TEXTS = frozenset(field.name for field in FIELDS if field.holds is Holds.TEXT)


class Held:
    """What a document holds, by field: values each once, and text fields as runs of tokens. All but `fields` is left out."""

    __slots__ = ("_by_length", "_in_order", "_places", "_runs", "values")

    def __init__(self, document: Document, fields: Container[str] = BY_NAME) -> None:
        self._runs: dict[str, str] = {}
        self._places: dict[str, dict[str, list[int]]] = {}
        self._in_order: dict[str, list[str]] = {}
        self._by_length: dict[str, dict[int, list[str]]] = {}
        self.values: dict[str, frozenset[Value]] = {}
        for name, kept in searched(document, 0).items():
            if name in fields:
                if name in TEXTS:
                    self._runs[name] = f" {kept[0]} "
                    self.values[name] = frozenset(str(kept[0]).split(" "))
                else:
                    self.values[name] = frozenset(kept)

    def of(self, field: str) -> frozenset[Value]:
        """The values (or distinct tokens) of a field."""
        return self.values.get(field, frozenset())

    def places(self, field: str, token: str) -> list[int]:
        """Where the token stands in a text field, counted in tokens."""
        known = self._places.get(field)
        if known is None:
            known = self._places[field] = {}
            for place, one in enumerate(self.run(field).split()):
                known.setdefault(one, []).append(place)
        return known.get(token, [])

    def begins(self, field: str, stem: str) -> bool:
        """Whether a value of the field begins with `stem`."""
        known = self._in_order.get(field)
        if known is None:
            known = self._in_order[field] = sorted(map(str, self.of(field)))
        at = bisect_left(known, stem)
        return at < len(known) and known[at].startswith(stem)

    def alike(self, field: str, token: str, edits: int) -> bool:
        """Whether a value of the field is `token` but for so many slips."""
        if token in self.of(field):
            return True
        known = self._by_length.get(field)
        if known is None:
            known = self._by_length[field] = {}
            for value in map(str, self.of(field)):
                known.setdefault(len(value), []).append(value)
        lengths = range(len(token) - edits, len(token) + edits + 1)
        return any(alike(token, one, edits) for length in lengths for one in known.get(length, ()))

    def run(self, field: str) -> str:
        """The tokens of a text field in order, with a blank before and after each."""
        return self._runs.get(field, "")


Test = Callable[[Held], bool]
NOTHING: frozenset[Value] = frozenset()


def matches(node: Node, held: Held) -> bool:
    """Whether the ad answers the (resolved) tree. Raises TypeError for a node that has to be resolved first."""
    return compiled(node)(held)


def compiled(node: Node, cost: Callable[[Node], int] = lambda _: 0) -> Test:
    """The tree as a function, to be asked of many ads: several times as fast as walking the tree for each.

    The parts of an AND are asked in the order of their `cost`, so that what seldom holds ends the matter first.
    """
    match node:
        case Terms(field, values):
            wanted = frozenset(values)
            return lambda held: not wanted.isdisjoint(held.values.get(field, NOTHING))
        case Word(token, field):
            return lambda held: token in held.values.get(field, NOTHING)
        case And(parts):
            return _every([compiled(part, cost) for part in sorted(parts, key=cost)])
        case Or(parts):
            some = [compiled(part, cost) for part in parts]
            return lambda held: any(test(held) for test in some)
        case Not(part):
            test = compiled(part, cost)
            return lambda held: not test(held)
        case Phrase(tokens, field):
            row = f" {' '.join(tokens)} "
            return lambda held: row in held.run(field)
        case Near(left, right, distance, field):
            return lambda held: (
                held.of(field) >= {left, right}
                and _close(held.places(field, left), held.places(field, right), distance)
            )
        case Prefix(stem, field) | Starts(field, stem):
            return lambda held: held.begins(field, stem)
        case Fuzzy(token, edits, field):
            return lambda held: held.alike(field, token, edits)
        case Range():
            return _range(node)
        case All():
            return lambda _: True
    raise TypeError(f"{type(node).__name__} has to be resolved first")


def _every(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda held: first(held) and second(held)

    def all_of(held: Held) -> bool:
        for test in tests:  # noqa: SIM110  a generator would cost more than the tests
            if not test(held):
                return False
        return True

    return all_of


def _range(node: Range) -> Test:
    field, test = node.field, within(node)
    return lambda held: any(map(test, held.values.get(field, NOTHING)))


def within(node: Range) -> Callable[[Value], bool]:
    """Whether one value of the field lies in the range."""
    if BY_NAME[node.field].holds is Holds.INTEGER:
        low, high = whole(node)
        least, most = -math.inf if low is None else low, math.inf if high is None else high
        return lambda one: least <= int(one) <= most
    return lambda one: _number_within(node, float(one))


def alike(token: str, other: str, edits: int) -> bool:
    """Whether so many insertions, deletions, replacements or swaps of neighbours lead from one to the other."""
    if abs(len(token) - len(other)) > edits:
        return False
    return OSA.distance(token, other, score_cutoff=edits) <= edits


def _close(left: list[int], right: list[int], distance: int) -> bool:
    return any(abs(one - other) <= distance for one in left for other in right)


def _number_within(node: Range, value: float) -> bool:
    above = node.low is None or value > node.low or (node.include_low and value == node.low)
    return above and (node.high is None or value < node.high or (node.include_high and value == node.high))
