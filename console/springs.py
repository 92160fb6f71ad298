"""Where the nodes of a picture stand: joined ones near each other, all others apart.

Method: springs and repulsion (Fruchterman and Reingold 1991), in matrices: what acts on a node is a sum over its distances to
all others, and takes two products of a matrix with a vector.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOVES = 100
# Distances that are worked out at most: a picture of a thousand nodes is less settled rather than late.
WORK = 12_000_000
LEAST = 20  # moves
START, NEAREST = 0.1, 0.01  # the first move's length and the least distance, where the whole is 1 wide
PULL = 1.6  # the distance that joined nodes keep, in shares of what each has room for


def springs(nodes: int, joined: Sequence[tuple[int, int, float]], seed: int) -> NDArray[np.float32]:
    """Positions, a row for each node; `joined` are pairs of nodes and how strongly one draws the other. No unit."""
    places = np.random.default_rng(seed).random((nodes, 2), dtype=np.float32)
    if nodes < 2:
        return places
    room = PULL / nodes**0.5
    pull = np.zeros((nodes, nodes), dtype=np.float32)
    for one, other, weight in joined:
        pull[one, other] = pull[other, one] = weight / room
    moves = max(LEAST, min(MOVES, WORK // nodes**2))
    for length in np.linspace(START, START / moves, moves, dtype=np.float32):
        squares = (places**2).sum(axis=1)
        apart = np.add.outer(squares, squares) - 2 * (places @ places.T)
        np.maximum(apart, NEAREST**2, out=apart)
        force = room**2 / apart
        force -= pull * np.sqrt(apart, out=apart)
        push = places * force.sum(axis=1)[:, None] - force @ places
        places += push * (length / np.maximum(np.hypot(push[:, 0], push[:, 1]), NEAREST))[:, None]
    return places
