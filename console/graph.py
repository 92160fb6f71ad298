"""A group as a graph: its ads and what they share, laid out here so that a page needs no script to show it.

Ads that share the very same keys stand as one node, so that a hundred copies are one circle and not a hundred. A hub stands in
the picture, since a reader has to know of it, but what leads to it joins nothing and does not pull the layout.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casework.groupfiles import GroupFile
from console.springs import springs
from linker.records import Reason

WIDTH, HEIGHT, PAD = 1100, 480, 50
MOST = 160  # nodes; what holds fewest ads is left out beyond
SEED = 7  # the same group always looks the same
LABEL = 24  # characters
LISTED = 12  # ads of a node that the script can lead to
LOOSE = 0.35  # how strongly a hub draws ads, where what joins them draws as 1

FLAT = 1e-6  # a span below which all stand in one line

Key = tuple[str, str]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A circle: ads that share the same keys (`kind` "ad"), a key (its reason), or a hub. In pixels."""

    kind: str
    label: str
    told: str
    ads: tuple[str, ...]
    hub: bool
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from ads to what they share, as places in the graph's nodes; `joins` is False where it leads to a hub."""

    ads: int
    key: int
    joins: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything a template draws, and what the script needs beside the picture to make one of it to move about in."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int

    def lines(self, *, joins: bool) -> str:
        """The edges that join or those that do not, as one SVG path: an element for each would be a third of the page."""
        ends = ((self.nodes[one.ads], self.nodes[one.key]) for one in self.edges if one.joins is joins)
        return "".join(f"M{left.x:g} {left.y:g}L{right.x:g} {right.y:g}" for left, right in ends)

    def as_json(self) -> dict[str, Any]:
        """What the picture does not say: the ads of each node, as places in `ads`, and the ends of each edge, likewise."""
        numbers: dict[str, int] = {}
        held = [[numbers.setdefault(ad, len(numbers)) for ad in one.ads[:LISTED]] for one in self.nodes]
        return {"ads": list(numbers), "held": held, "edges": [[one.ads, one.key] for one in self.edges]}


def graph(file: GroupFile) -> Graph | None:
    """The picture of a group's links; None where nothing is linked."""
    carriers, hubs = _carriers(file)
    if not carriers:
        return None
    together: dict[frozenset[Key], list[str]] = defaultdict(list)
    held: dict[str, set[Key]] = defaultdict(set)
    for key, ad_ids in (carriers | hubs).items():
        for ad_id in ad_ids:
            held[ad_id].add(key)
    for ad_id, keys in sorted(held.items()):
        together[frozenset(keys)].append(ad_id)
    shown = sorted(together.items(), key=lambda item: (-len(item[1]), item[1]))
    kept, left_out = shown[:MOST], shown[MOST:]
    return _drawn(kept, carriers, hubs, sum(len(ids) for _, ids in left_out))


def _carriers(file: GroupFile) -> tuple[dict[Key, set[str]], dict[Key, set[str]]]:
    """For each key that joins ads here, and for each hub, the ads that have it."""
    joined: dict[Key, set[str]] = defaultdict(set)
    for link in file.group.links:
        joined[link.reason.value, link.key].update((link.left, link.right))
    hubs: dict[Key, set[str]] = {(hub.reason.value, hub.key): set() for hub in file.group.hubs}
    for ad_id, reading in file.readings.items() if hubs else ():
        for mention in reading.mentions:
            if (place := (mention["kind"], mention["value"])) in hubs:
                hubs[place].add(ad_id)
    return dict(joined), {key: ads for key, ads in hubs.items() if ads}


def _drawn(
    kept: list[tuple[frozenset[Key], list[str]]],
    carriers: Mapping[Key, set[str]],
    hubs: Mapping[Key, set[str]],
    left_out: int,
) -> Graph:
    used = sorted({key for keys, _ in kept for key in keys})
    place_of = {key: place for place, key in enumerate(used, len(kept))}
    edges = tuple(
        Edge(place, place_of[key], key not in hubs) for place, (keys, _) in enumerate(kept) for key in sorted(keys)
    )
    places = _layout(len(kept) + len(used), tuple((one.ads, one.key, 1.0 if one.joins else LOOSE) for one in edges))
    nodes = [_ads_node(ids, at) for (_, ids), at in zip(kept, places, strict=False)]
    nodes += [
        _key_node(key, hubs[key] if key in hubs else carriers[key], places[place], hub=key in hubs)
        for key, place in place_of.items()
    ]
    return Graph(WIDTH, HEIGHT, tuple(nodes), edges, left_out)


def _ads_node(ids: list[str], at: Place) -> Node:
    several = f"{len(ids)} ads"
    label, told = (
        (ids[0], ids[0]) if len(ids) == 1 else (several, f"{several} that share the same: {', '.join(ids[:5])}")
    )
    return Node("ad", label, told, tuple(ids), False, *at, _radius(len(ids)))


def _key_node(key: Key, ad_ids: set[str], at: Place, *, hub: bool) -> Node:
    return Node(key[0], _label(key), _told(key, len(ad_ids), hub=hub), tuple(sorted(ad_ids)), hub, *at, 7.0)


@lru_cache(maxsize=512)
def _layout(nodes: int, edges: tuple[tuple[int, int, float], ...]) -> list[Place]:
    """Where each node stands. What the nodes are is not asked: groups of one shape look the same, and are laid out once."""
    return _scaled(springs(nodes, edges, SEED))


def _scaled(places: NDArray[np.float32]) -> list[Place]:
    """The layout stretched over the frame."""
    span = np.ptp(places, axis=0)
    shares = np.where(span > FLAT, (places - places.min(axis=0)) / np.maximum(span, FLAT), 0.5)
    room = np.array([WIDTH, HEIGHT], dtype=np.float64) - 2 * PAD
    return [(x, y) for x, y in (PAD + shares * room).round(1).tolist()]


def _radius(ads: int) -> float:
    return round(min(5.0 + 2.2 * sqrt(ads - 1), 22.0), 1)


def _label(key: Key) -> str:
    reason, value = key
    if reason == Reason.TEXT.value:
        return "one text"
    return value if len(value) <= LABEL else f"{value[: LABEL - 1]}…"


def _told(key: Key, ads: int, *, hub: bool) -> str:
    reason, value = key
    shared = "near-copies of one text" if reason == Reason.TEXT.value else f"{reason} {value}"
    return f"{shared}: {ads} ad{'' if ads == 1 else 's'}" + (", a hub that joins nothing" if hub else "")
