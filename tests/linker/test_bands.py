"""What bands hold together, beside going through them one member after the other: for any texts, whatever is a copy of what."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker import bands
from linker.bands import join, shared_bands
from linker.compared import Compared
from linker.components import Forest, connected
from linker.sketches import Flags, Places

TEXTS = 24


class _Told(Compared):
    """Compared by what is said of each pair: nothing, that the two may be copies, or that they are."""

    def __init__(self, said: Flags, copies: Flags) -> None:
        self.said, self.are = said, copies

    def may_be(self, left: Places, right: Places) -> Flags:
        return self.said[left, right]

    def copies(self, left: Places, right: Places, _cluster: Places | None = None) -> Flags:
        assert self.said[left, right].all()
        return self.are[left, right]


def _told(rng: np.random.Generator) -> _Told:
    """In a few hidden families most or some are copies, strangers seldom; more may be than are."""
    family = rng.integers(0, rng.integers(1, 6), TEXTS)
    chance = rng.random((TEXTS, TEXTS))
    chance = np.minimum(chance, chance.T)
    copies = chance < np.where(family[:, None] == family, rng.choice([0.1, 0.3, 0.6]), rng.choice([0.0, 0.02]))
    return _Told(copies | (rng.random() > np.maximum(chance, chance.T)), copies)


def _plain_edges(members: Iterable[int], told: _Told) -> list[tuple[int, int]]:
    leaders: list[int] = []
    edges = []
    for one in sorted(members):
        leader = next((leader for leader in leaders if told.are[leader, one]), None)
        if leader is not None:
            edges.append((one, leader))
        elif len(leaders) < bands.LEADERS:
            leaders.append(one)
    return edges


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 2, 3, 24]),
    st.sampled_from([0, 2, 8, 24]),
    st.booleans(),
    st.sampled_from([0.0, 0.5, 9.0]),
)
def test_bands_hold_together_what_going_through_each_in_order_does(
    seed: int, leaders: int, pairs: int, at_once: bool, together: float
) -> None:
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "LEADERS", leaders)
        patch.setattr(bands, "PAIRS_EACH", pairs)
        patch.setattr(bands, "TOGETHER", together)
        for _ in range(40):
            _check(rng, at_once)


def _check(rng: np.random.Generator, at_once: bool) -> None:
    told, forest = _told(rng), Forest(TEXTS)
    count = int(rng.integers(1, 5))
    members = [np.flatnonzero(rng.random(TEXTS) < rng.choice([0.2, 0.5, 0.9])) for _ in range(count)]
    edges = [edge for some in members for edge in _plain_edges(some.tolist(), told)]
    drawn = [(some, np.full(len(some), band)) for band, some in enumerate(members)]
    whole = (np.concatenate(members), np.repeat(np.arange(count), list(map(len, members))))
    join(forest, told, [whole] if at_once else drawn)
    one, other = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    assert forest.least().tolist() == connected(TEXTS, one, other).tolist()


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), max_size=12))
def test_bands_of_one_number_at_one_place_are_shared(numbers: list[list[int]]) -> None:
    found: dict[int, list[int]] = {}
    for places, owners in shared_bands(np.array(numbers, dtype=np.uint32).reshape(-1, 4)):
        for place, band in zip(places.tolist(), owners.tolist(), strict=True):
            found.setdefault(band, []).append(place)
    plain: dict[tuple[int, int], list[int]] = {}
    for place, row in enumerate(numbers):
        for column, number in enumerate(row):
            plain.setdefault((column, number), []).append(place)
    assert sorted(found.values()) == sorted(some for some in plain.values() if len(some) > 1)
