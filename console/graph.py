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

import networkx as nx

from casework.groupfiles import GroupFile
from linker.records import Reason

WIDTH, HEIGHT, PAD = 1100, 480, 50
MOST = 160  # nodes; what holds fewest ads is left out beyond
SEED = 7  # the same group always looks the same
LABEL = 24  # characters
# The layout pulls a little on what is joined to nothing else, or it would drift out of the frame.
ITERATIONS = 120

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """A circle: ads that share the same keys (`kind` "ad"), a key (its reason), or a hub. In pixels."""

    node_id: str
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
    """A line from ads to what they share; `joins` is False where it leads to a hub."""

    ads: str
    key: str
    joins: bool
    told: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything a template draws, and what the script makes the same picture of."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        """Elements with fixed places."""
        return {
            "nodes": [
                {
                    "id": one.node_id,
                    "kind": one.kind,
                    "label": one.label,
                    "told": one.told,
                    "ads": one.ads[:12],
                    "count": len(one.ads),
                    "hub": one.hub,
                    "x": one.x,
                    "y": one.y,
                    "radius": one.radius,
                }
                for one in self.nodes
            ],
            "edges": [
                {"source": one.ads, "target": one.key, "joins": one.joins, "told": one.told} for one in self.edges
            ],
        }


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
    ads = {f"a{number}": (keys, tuple(ids)) for number, (keys, ids) in enumerate(kept)}
    used = sorted({key for keys, _ in ads.values() for key in keys})
    names = {key: f"k{number}" for number, key in enumerate(used)}
    joined = tuple(
        (name, names[key], 0.35 if key in hubs else 1.0) for name, (keys, _) in ads.items() for key in sorted(keys)
    )
    places = _layout((*ads, *names.values()), joined)
    nodes = [
        Node(
            name,
            "ad",
            ids[0] if len(ids) == 1 else f"{len(ids)} ads",
            ids[0] if len(ids) == 1 else f"{len(ids)} ads that share the same: {', '.join(ids[:5])}",
            ids,
            False,
            *places[name],
            _radius(len(ids)),
        )
        for name, (_, ids) in ads.items()
    ]
    for key, name in names.items():
        hub = key in hubs
        members = tuple(sorted(hubs[key] if hub else carriers[key]))
        nodes.append(
            Node(name, key[0], _label(key), _told(key, len(members), hub=hub), members, hub, *places[name], 7.0)
        )
    edges = [
        Edge(
            name, names[key], key not in hubs, _told(key, len(ids), hub=key in hubs), *places[name], *places[names[key]]
        )
        for name, (keys, ids) in ads.items()
        for key in sorted(keys)
    ]
    return Graph(WIDTH, HEIGHT, tuple(nodes), tuple(edges), left_out)


@lru_cache(maxsize=512)
def _layout(nodes: tuple[str, ...], edges: tuple[tuple[str, str, float], ...]) -> dict[str, tuple[float, float]]:
    """Where each node stands. What the nodes are is not asked: groups of one shape look the same, and are laid out once."""
    net: nx.Graph[str] = nx.Graph()
    net.add_nodes_from(nodes)
    net.add_weighted_edges_from(edges)
    return _scaled(nx.spring_layout(net, seed=SEED, iterations=ITERATIONS, k=1.6 / max(len(net), 1) ** 0.5))


def _scaled(places: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The layout stretched over the frame."""
    across = [float(x) for x, _ in places.values()]
    down = [float(y) for _, y in places.values()]
    wide, high = max(across) - min(across), max(down) - min(down)

    def place(value: float, least: float, span: float, room: int) -> float:
        return round(PAD + (value - least) / span * (room - 2 * PAD) if span > 1e-9 else room / 2, 1)

    return {
        name: (place(float(x), min(across), wide, WIDTH), place(float(y), min(down), high, HEIGHT))
        for name, (x, y) in places.items()
    }


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
