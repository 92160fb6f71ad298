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
    first = np.empty(count, dtype=np.int64)
    first[label[::-1]] = np.arange(count)[::-1]  # of several, the last that is written: the least
    return first[label]


class Forest:
    """What of `count` numbers hangs together by edges that come in many parts; of them only who is whose least is held."""

    def __init__(self, count: int) -> None:
        self.above = np.arange(count)  # for each number one of its component that is no greater

    def __len__(self) -> int:
        return len(self.above)

    def add(self, left: Places, right: Places) -> None:
        """Take in edges by their ends."""
        left, right = self.least_of(left), self.least_of(right)
        apart = left != right
        if not apart.any():
            return
        tops, back = np.unique(np.concatenate((left[apart], right[apart])), return_inverse=True)
        self.above[tops] = tops[connected(len(tops), *np.split(back, 2))]

    def least_of(self, numbers: Places) -> Places:
        """For each of these numbers the least of its component."""
        least = self.above[numbers]
        while ((higher := self.above[least]) != least).any():
            least = higher
        self.above[numbers] = least
        return least

    def least(self) -> Places:
        """For each number the least of its component."""
        return self.least_of(np.arange(len(self)))

    def edges(self) -> tuple[Places, Places]:
        """The fewest edges by which the same hangs together: from each number to the least of its component."""
        least = self.least()
        places = np.flatnonzero(least != np.arange(len(self)))
        return places, least[places]
