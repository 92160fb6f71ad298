"""Connected components: what hangs together through any chain of edges."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Places = npt.NDArray[np.int64]


class Union:
    """Disjoint sets of strings; a set is known by its least member, whatever the order of joining."""

    def __init__(self, items: Iterable[str] = ()) -> None:
        self.parent = {item: item for item in items}

    def root(self, item: str) -> str:
        """The least member of the item's set; an item not met before is a set of its own."""
        parent = self.parent
        top = parent.setdefault(item, item)
        while parent[top] != top:
            top = parent[top]
        while item != top:
            parent[item], item = top, parent[item]
        return top

    def join(self, left: str, right: str) -> None:
        """Make one set of the two items' sets."""
        one, other = self.root(left), self.root(right)
        if one != other:
            self.parent[max(one, other)] = min(one, other)

    def sets(self) -> dict[str, list[str]]:
        """Each set's sorted members by its least member, in that order."""
        found: dict[str, list[str]] = {}
        for item in sorted(self.parent):
            found.setdefault(self.root(item), []).append(item)
        return found


def components(items: Iterable[str], edges: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Each item with the least member of its component."""
    union = Union(items)
    for left, right in edges:
        union.join(left, right)
    return {item: union.root(item) for item in list(union.parent)}


def connected(count: int, left: Places, right: Places) -> Places:
    """For each of `count` numbers the least number of its component; `left` and `right` are the ends of the edges."""
    edges = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(count, count))
    _, label = connected_components(edges, directed=False)
    _, first = np.unique(label, return_index=True)
    return first.astype(np.int64)[label]


class Forest:
    """What hangs together by edges that come in many parts: of those no more are held than a few for each number."""

    HELD = 4  # edges for each number

    def __init__(self, count: int) -> None:
        self.count = count
        self.parts = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]

    def add(self, left: Places, right: Places) -> None:
        """Take in edges by their ends."""
        self.parts.append((left, right))
        if sum(len(part) for part, _ in self.parts) > self.HELD * self.count:
            self.parts = [self.edges()]

    def edges(self) -> tuple[Places, Places]:
        """The fewest edges by which the same hangs together: from each number to the least of its component."""
        least = self.least()
        places = np.flatnonzero(least != np.arange(self.count))
        return places, least[places]

    def least(self) -> Places:
        """For each number the least of its component."""
        left, right = map(np.concatenate, zip(*self.parts, strict=True))
        return connected(self.count, left, right)
