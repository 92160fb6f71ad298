"""Watches turned round: each hangs under the rarest value an ad must hold to answer it, so an ad is asked by few of them.

A value that was seen once is remembered with the watches it brings up, so the work for an ad is one look-up for each
of its values, however many watches there are. A watch that no value can be required of (a negation) is asked always.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from casework.watching.matching import Held, Value, alike, compiled, within
from indexer.query import And, Fuzzy, Near, Node, Or, Phrase, Prefix, Range, Starts, Terms, Word, fields_of

# Distinct values remembered before they are forgotten all at once.
MOST_REMEMBERED = 500_000
# How many ads of a sample a beginning or an inexact word is taken to bring up: it cannot be counted beforehand.
LOOSE = 200
# The same of a range, which brings up more.
WIDE = 1_000
ALL_OF_THEM = 1_000_000
# To look among an ad's values takes many times as long as to look one up.
SLOW = (Near, Prefix, Starts, Fuzzy)
# What a watch hangs under: an ad brings it up when a value of the key's field answers the key.
Key = Word | Starts | Fuzzy | Range
Counts = Mapping[tuple[str, object], int]


def required(node: Node, counts: Counts) -> tuple[Key, ...] | None:
    """Keys of which an ad must answer at least one to answer the node; None where nothing is required of it."""
    match node:
        case Word() | Starts() | Fuzzy() | Range():
            return (node,)
        case Prefix(stem, field):
            return (Starts(field, stem),)
        case Terms(field, values):
            return tuple(Word(value, field) for value in values)
        case Phrase(tokens, field):
            return (_rarest(field, tokens, counts),)
        case Near(left, right, _, field):
            return (_rarest(field, (left, right), counts),)
        case And(parts):
            choices = [found for part in parts if (found := required(part, counts)) is not None]
            return min(choices, key=lambda keys: (_cost(keys, counts), len(keys)), default=None)
        case Or(parts):
            every = [required(part, counts) for part in parts]
            if any(keys is None for keys in every):
                return None
            return tuple(dict.fromkeys(key for keys in every if keys is not None for key in keys))
    return None


def cost_of(node: Node, counts: Counts) -> int:
    """Orders the parts of a query: what seldom holds is asked first, then what takes long, what nothing is known of last."""
    keys = required(node, counts)
    if keys is None:
        return 2 * ALL_OF_THEM
    return _cost(keys, counts) + (ALL_OF_THEM if isinstance(node, SLOW) else 0)


def asked_about(trees: Iterable[Node]) -> frozenset[str]:
    """The fields that any of the trees asks about: all that has to be known of an ad."""
    return frozenset().union(*map(fields_of, trees))


def counted(held: Iterable[Held]) -> Counts:
    """How many ads of a sample hold each value: what tells a rare one from a common one."""
    return Counter((field, value) for one in held for field, values in one.values.items() for value in values)


class Rack:
    """The trees of many watches, by number."""

    def __init__(self, trees: Mapping[int, Node], counts: Counts) -> None:
        self.tests = {number: compiled(tree, lambda node: cost_of(node, counts)) for number, tree in trees.items()}
        self.always: list[int] = []
        self._is: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._begins: dict[str, dict[int, dict[str, list[int]]]] = defaultdict(dict)
        self._others: dict[str, list[tuple[Callable[[Value], bool], int]]] = defaultdict(list)
        for number, tree in trees.items():
            keys = required(tree, counts)
            if keys is None:
                self.always.append(number)
            for key in keys or ():
                self._hang(key, number)
        self.fields = asked_about(trees.values())
        self._fields = [*{**self._is, **self._begins, **self._others}]
        self._known: dict[str, dict[Value, Sequence[int]]] = {field: {} for field in self._fields}
        self._remembered = 0

    def answered(self, held: Held) -> list[int]:
        """The numbers of the watches that the ad answers, sorted."""
        brought = set(self.always)
        for field in self._fields:
            known = self._known[field]
            for value in held.of(field):
                found = known.get(value)
                if found is None:
                    found = self._remember(field, value)
                if found:
                    brought.update(found)
        tests = self.tests
        return sorted([number for number in brought if tests[number](held)])

    def _hang(self, key: Key, number: int) -> None:
        match key:
            case Word(token, field):
                self._is[field][token].append(number)
            case Starts(field, stem):
                self._begins[field].setdefault(len(stem), {}).setdefault(stem, []).append(number)
            case Fuzzy(token, edits, field):
                self._others[field].append((lambda one: alike(token, str(one), edits), number))
            case Range(field):
                self._others[field].append((within(key), number))

    def _remember(self, field: str, value: Value) -> Sequence[int]:
        if self._remembered >= MOST_REMEMBERED:
            for one in self._known.values():
                one.clear()
            self._remembered = 0
        text = str(value)
        found = list(self._is[field].get(text, ())) if field in self._is else []
        for size, beginnings in self._begins.get(field, {}).items():
            found += beginnings.get(text[:size], ())
        found += [number for test, number in self._others.get(field, ()) if test(value)]
        self._known[field][value] = tuple(found)
        self._remembered += 1
        return self._known[field][value]


def _rarest(field: str, tokens: Iterable[str], counts: Counts) -> Word:
    # Of words the sample does not hold, the longest is likely the rarest.
    return Word(min(tokens, key=lambda one: (counts.get((field, one), 0), -len(one), one)), field)


def _cost(keys: Sequence[Key], counts: Counts) -> int:
    return sum(_ads(key, counts) for key in keys)


def _ads(key: Key, counts: Counts) -> int:
    match key:
        case Word(token, field):
            return counts.get((field, token), 0)
        case Range():
            return WIDE
    return LOOSE
