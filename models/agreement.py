"""How far readers agree beyond chance: kappa over the groups that two or more people labelled, with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.labels import Label, Source, Value

Counts = NDArray[np.float64]  # one row per group, one column per answer

# What a reader can answer; "cleared" and "not trafficking" are one answer.
ANSWERS = ("indicated", "not", "unsure")
ANSWER = {Value.INDICATED: 0, Value.NOT: 1, Value.CLEARED: 1, Value.UNSURE: 2}
FEWEST = 10  # groups below which nothing is measured
ROUNDS = 1_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kappa of `readers` on `groups`. None where there are too few groups, or where only one answer was ever given."""

    readers: tuple[str, ...]
    groups: int
    same: float | None  # share of pairs of readings that give the same answer
    kappa: float | None
    interval: tuple[float, float] | None  # 95 %, groups redrawn
    informed: int  # second readings whose reader had the first one on screen

    @property
    def sentence(self) -> str:
        """The agreement in words."""
        names = " and ".join(self.readers) if len(self.readers) == 2 else f"all {len(self.readers)} readers"
        if self.kappa is None or self.interval is None:
            return (
                f"{names}: not measured, {self.groups} groups were read by two or more (at least {FEWEST} are needed)"
            )
        low, high = self.interval
        told = f"; {self.informed} readings were given with another's verdict on screen" if self.informed else ""
        return (
            f"{names}: kappa {self.kappa:.2f} ({low:.2f} to {high:.2f}), the same answer in {self.same:.0%} of pairs, "
            f"{self.groups} groups{told}"
        )


def together(given: Iterable[Label], seed: int = 0) -> Agreement:
    """All readers together. Of a reader's labels of a group the newest counts."""
    return _measured(*_shared(given), seed)


def agreement(given: Iterable[Label], seed: int = 0) -> list[Agreement]:
    """All readers together, then each pair of them who share a group."""
    readers, shared = _shared(given)
    found = [_measured(readers, shared, seed)]
    pairs = sorted({pair for by in shared.values() for pair in combinations(sorted(by), 2)}) if len(readers) > 2 else []
    for pair in pairs:
        both = {item: {who: by[who] for who in pair} for item, by in shared.items() if all(who in by for who in pair)}
        found.append(_measured(pair, both, seed))
    return found


def _shared(given: Iterable[Label]) -> tuple[tuple[str, ...], dict[str, dict[str, Label]]]:
    """Those who read a group that another read too, and what each said of it."""
    shared = {item: by for item, by in _answers(given).items() if len(by) > 1}
    return tuple(sorted({who for by in shared.values() for who in by})), shared


def fleiss(counts: Counts) -> float | None:
    """Kappa of any number of readers, who may differ from group to group (Fleiss 1971; for two, Scott's pi)."""
    observed = _same(counts)
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def _same(counts: Counts) -> float:
    """The share of pairs of readings of one group that give the same answer, each group alike."""
    readings = counts.sum(axis=1)
    return float(((counts * (counts - 1)).sum(axis=1) / (readings * (readings - 1))).mean())


def _measured(
    readers: tuple[str, ...],
    said: Mapping[str, Mapping[str, Label]],
    seed: int,
) -> Agreement:
    counts = np.zeros((len(said), len(ANSWERS)))
    for row, by in enumerate(said.values()):
        for label in by.values():
            counts[row, ANSWER[label.value]] += 1
    informed = sum(bool(one.shown and one.shown.others) for by in said.values() for one in by.values())
    value = fleiss(counts) if len(said) >= FEWEST else None
    if value is None:
        return Agreement(readers, len(said), None, None, None, informed)
    return Agreement(readers, len(said), round(_same(counts), 4), round(value, 4), _interval(counts, seed), informed)


def _interval(counts: Counts, seed: int) -> tuple[float, float]:
    """The middle 95 % over redrawn groups; a redraw in which one answer is all there is agrees wholly."""
    random = np.random.default_rng(seed)
    drawn = (fleiss(counts[random.integers(0, len(counts), len(counts))]) for _ in range(ROUNDS))
    low, high = np.percentile([1.0 if one is None else one for one in drawn], [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def _answers(given: Iterable[Label]) -> dict[str, dict[str, Label]]:
    """The newest standing label of each reader, by group (by ad, where no group is known)."""
    people = [one for one in given if one.withdrawn_at is None and one.source is not Source.MARKET]
    found: dict[str, dict[str, Label]] = defaultdict(dict)
    for one in sorted(people, key=lambda one: (one.at, one.label_id or 0)):
        found[one.group_id or (one.ad_ids[0] if one.ad_ids else "")][one.who] = one
    return dict(sorted(found.items()))
