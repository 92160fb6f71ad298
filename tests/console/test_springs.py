"""Joined nodes stand nearer each other than others, nothing coincides, and the same picture comes out twice."""

import numpy as np

from console.springs import springs


def test_joined_nodes_stand_near_each_other_and_all_apart() -> None:
    crews = [range(12), range(12, 24)]
    joined = [(crew[0], one, 1.0) for crew in crews for one in crew[1:]]
    places = springs(24, joined, seed=7)
    between = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    own = np.mean([between[one, other] for one, other, _ in joined])
    apart = between[:12, 12:].mean()
    assert own < apart / 2
    assert between[~np.eye(24, dtype=bool)].min() > 0.005
    assert np.array_equal(places, springs(24, joined, seed=7))


def test_what_draws_less_stands_farther_away() -> None:
    joined = [(0, one, 1.0 if one < 6 else 0.2) for one in range(1, 11)]
    places = springs(11, joined, seed=7)
    far = np.hypot(*(places[1:] - places[0]).T)
    assert far[:5].mean() < far[5:].mean()


def test_one_node_and_none_have_a_place() -> None:
    assert springs(1, [], seed=7).shape == (1, 2)
    assert springs(0, [], seed=7).shape == (0, 2)
