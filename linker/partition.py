"""From links to groups: every ad in exactly one, people's judgements always honoured.

Links are taken from the strongest to the weakest; one that would bring two ads together that a person said are not the same
is passed over. So a "not same" cuts where the evidence is weakest, and the outcome does not depend on any order of arrival.
A weak value (a wording, a picture, a contact of several owners) does not make one part of two large ones, nor add to a very
large one whose ad next to it has neither the name nor the words: that takes two different values. So no chain of chance grows
without bound, whatever hub escapes notice.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from linker.components import Places, Union, connected
from linker.judgements import Judgement, Verdict
from linker.signals import Signals

# Below this weight a link is weak; from so many ads a part is large, and very large.
STRONG, PART, BOUND = 0.7, 25, 200
Weights = npt.NDArray[np.float64]


class Edge(NamedTuple):
    """What is looked at of a link."""

    left: str
    right: str
    reason: str
    key: str
    weight: float


class Ends(NamedTuple):
    """Links by the places of their ends among some ads, and their weights."""

    left: Places
    right: Places
    weight: Weights


def partition(
    ads: Mapping[str, Signals], links: Iterable[tuple[Any, ...]], judged: Sequence[Judgement] = ()
) -> list[list[str]]:
    """Sorted ad ids of each group; the first columns of `links` are those of Edge.

    A later judgement goes before an earlier one where they cannot both hold.
    """
    given = [Edge(*link[:5]) for link in links]
    number = {ad_id: place for place, ad_id in enumerate(sorted(ads))}
    ends = Ends(
        np.array([number[one.left] for one in given], dtype=np.int64),
        np.array([number[one.right] for one in given], dtype=np.int64),
        np.array([one.weight for one in given], dtype=np.float64),
    )
    return parted(ads, ends, lambda places: [given[place] for place in places], judged)


def parted(
    ads: Mapping[str, Signals],
    links: Ends,
    told: Callable[[Sequence[int]], Iterable[Edge]],
    judged: Sequence[Judgement] = (),
) -> list[list[str]]:
    """The same by where the links' ends are in the order of the ads; `told` gives the few that have to be looked at, by their
    places."""
    names = sorted(ads)
    here = [one for one in judged if one.left in ads and one.right in ads]
    number = {ad_id: place for place, ad_id in enumerate(names)} if here else {}
    same = [(number[one.left], number[one.right]) for one in here if one.verdict is Verdict.SAME]
    left = np.concatenate((links.left, np.array([one for one, _ in same], dtype=np.int64)))
    right = np.concatenate((links.right, np.array([other for _, other in same], dtype=np.int64)))
    least = connected(len(names), left, right)
    size = np.bincount(least, minlength=len(names))
    # What hangs together is one group where it is too small for doubt and nobody cut it: so are nearly all.
    open_ones = size >= 2 * PART
    open_ones[[least[number[end]] for one in here for end in (one.left, one.right)]] = True
    closed = ~open_ones[least]
    order = np.flatnonzero(closed)[np.argsort(least[closed], kind="stable")]
    bounds = [0, *(np.flatnonzero(np.diff(least[order])) + 1).tolist(), len(order)]
    members = [names[one] for one in order.tolist()]
    parts = [members[start:end] for start, end in pairwise(bounds) if start < end]
    if len(order) < len(names):
        # Where nobody cut, strong links join whatever comes before them: only the weak ones between are looked at in order.
        weight = np.concatenate((links.weight, np.ones(len(same))))
        firm = (weight >= STRONG) & all(one.verdict is not Verdict.NOT_SAME for one in here)
        joined = connected(len(names), left[firm], right[firm])
        between = ~closed[links.left] & (joined[links.left] != joined[links.right])
        rest = {names[one]: names[joined[one]] for one in np.flatnonzero(~closed).tolist()}
        parts += _doubted(ads, rest, told(np.flatnonzero(between).tolist()), here)
        parts.sort()
    return parts


def _doubted(
    ads: Mapping[str, Signals], joined: Mapping[str, str], links: Iterable[Edge], judged: Sequence[Judgement]
) -> list[list[str]]:
    """The same, link by link, of ads each `joined` to the least of those it is known to be with."""
    union = _Guarded(joined)
    for ad_id, least in joined.items():
        union.join(least, ad_id)
    for one in sorted(judged, key=lambda one: (one.order, one.left, one.right), reverse=True):
        if one.verdict is Verdict.SAME:
            union.join(one.left, one.right)
        elif one.verdict is Verdict.NOT_SAME:
            union.forbid(one.left, one.right)
    bridges = []
    for link in sorted(links, key=_strongest_first):
        if _doubtful(link, ads, union):
            bridges.append(link)
        else:
            union.join(link.left, link.right)
    while bridges:
        bridges, before = _cross(union, bridges), len(bridges)
        if len(bridges) == before:
            break
    return list(union.sets().values())


def _doubtful(link: Edge, ads: Mapping[str, Signals], union: "_Guarded") -> bool:
    """Whether the link alone must not join what its ads are in."""
    if link.weight >= STRONG:
        return False
    small, large = sorted((union.size(link.left), union.size(link.right)))
    return small >= PART or (large >= BOUND and not _same_person(ads[link.left], ads[link.right]))


def _same_person(one: Signals, other: Signals) -> bool:
    return not set(one.names).isdisjoint(other.names) or bool(one.wording.digest == other.wording.digest != "")


def _cross(union: "_Guarded", bridges: Sequence[Edge]) -> list[Edge]:
    """Join parts that at least two different weak keys bridge; returns the bridges between parts still apart."""
    between: dict[tuple[str, str], set[tuple[str, str]]] = {}
    apart = []
    for link in bridges:
        one, other = sorted((union.root(link.left), union.root(link.right)))
        if one != other:
            between.setdefault((one, other), set()).add((link.reason, link.key))
            apart.append(link)
    for (one, other), keys in sorted(between.items()):
        if len(keys) > 1:
            union.join(one, other)
    return [link for link in apart if union.root(link.left) != union.root(link.right)]


def group_id_of(members: Iterable[Signals]) -> str:
    """A hash of the anchor, the member that stands first: a function of membership alone."""
    first = min(member.order for member in members)
    anchor = f"{first[0].isoformat(timespec='microseconds')} {first[1]}"
    return "g" + hashlib.blake2b(anchor.encode(), digest_size=8).hexdigest()


def _strongest_first(link: Edge) -> tuple[float, str, str, str, str]:
    return -link.weight, link.left, link.right, link.reason, link.key


class _Guarded(Union):
    """Disjoint sets some of which must stay apart."""

    def __init__(self, items: Iterable[str]) -> None:
        super().__init__(items)
        self.sizes: dict[str, int] = {}  # root -> ads, where more than one
        self.apart: dict[str, set[str]] = {}  # root -> items its set must not meet

    def size(self, item: str) -> int:
        """How many items the item's set has."""
        return self.sizes.get(self.root(item), 1)

    def forbid(self, left: str, right: str) -> None:
        """Keep the two items' sets apart from now on; nothing where they are one already."""
        one, other = self.root(left), self.root(right)
        if one != other:
            self.apart.setdefault(one, set()).add(right)
            self.apart.setdefault(other, set()).add(left)

    def join(self, left: str, right: str) -> None:
        """Join, unless that would bring together what must stay apart."""
        one, other = self.root(left), self.root(right)
        if one == other or any(self.root(item) == other for item in self.apart.get(one, ())):
            return
        size = self.sizes.pop(one, 1) + self.sizes.pop(other, 1)
        super().join(one, other)
        self.sizes[min(one, other)] = size
        enemies = self.apart.pop(one, set()) | self.apart.pop(other, set())
        if enemies:
            self.apart[min(one, other)] = enemies
