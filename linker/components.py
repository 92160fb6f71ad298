"""Connected components: what hangs together through any chain of edges."""

from collections.abc import Iterable, Mapping


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
