"""How close an answer is to the truth: micro F1 over sets of values, B-cubed over partitions, precision at k."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and what they were counted on (`n` true values, or ads for B-cubed)."""

    precision: float
    recall: float
    n: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def micro(pairs: Iterable[tuple[AbstractSet[str], AbstractSet[str]]]) -> Score:
    """Over all (found, true) pairs of value sets. Where nothing is true or found, that side counts as 1."""
    hits = found_total = true_total = 0
    for found, true in pairs:
        hits += len(found & true)
        found_total += len(found)
        true_total += len(true)
    precision = hits / found_total if found_total else 1.0
    recall = hits / true_total if true_total else 1.0
    return Score(precision, recall, true_total)


def b_cubed(found: Mapping[str, str], true: Mapping[str, str]) -> Score:
    """B-cubed (Bagga and Baldwin 1998) of two partitions given as item -> cluster, over the items of `true`."""
    both = Counter((found[item], cluster) for item, cluster in true.items())
    by_found = Counter(found[item] for item in true)
    by_true = Counter(true.values())
    precision = sum(count * count / by_found[left] for (left, _), count in both.items())
    recall = sum(count * count / by_true[right] for (_, right), count in both.items())
    total = len(true)
    return Score(precision / total, recall / total, total) if total else Score(1.0, 1.0, 0)


def join_on_any(keys: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The simple method: items sharing any key are one cluster. Returns item -> its cluster's least item."""
    parent = {item: item for item in keys}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    first: dict[str, str] = {}
    for item, values in keys.items():
        for value in values:
            one, other = root(first.setdefault(value, item)), root(item)
            if one != other:
                parent[max(one, other)] = min(one, other)
    return {item: root(item) for item in keys}


def precision_at(ranked: Sequence[bool], k: int) -> float:
    """Share of the first `k` that are true (of fewer, where there are fewer)."""
    top = ranked[:k]
    return sum(top) / len(top) if top else 0.0
