"""Why two ads are in one group: the shortest chains of evidence between them.

A shared value is one step however many ads carry it: two ads with the same phone are neighbours, though a hundred ads lie
between them in time. Chains are told shortest first, strongest first among equals, and each brings evidence that none
before it has.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from sqlalchemy import Connection

from linker.components import Union
from linker.judgements import Verdict, in_force
from linker.records import Link, Reason
from linker.stored import group_ids_of, load_groups

WORDS = {
    Reason.PHONE: "share the phone {key}",
    Reason.EMAIL: "share the e-mail {key}",
    Reason.HANDLE: "share the handle {key}",
    Reason.PAYMENT: "share the payment name {key}",
    Reason.URL: "share the address {key}",
    Reason.IMAGE: "show the picture with hash {key}",
    Reason.TEXT: "are worded alike (near-copies, cluster {key})",
    Reason.RECRUITMENT: "share a contact, {key}, one a job offer and one not, at the same time",
    None: "were said to be the same by a person",
}
CHAINS = 3
# Sets of evidence left out in the search for further chains; each costs one walk over the group.
TRIED = 60
Value = tuple[str, str]  # reason and key


@dataclass(frozen=True, slots=True)
class Evidence:
    """What joins ads: a value that all `ad_ids` carry without a break, or a person's word (`reason` None) on two."""

    reason: Reason | None
    key: str
    weight: float
    ad_ids: frozenset[str]

    @property
    def order(self) -> tuple[float, str, str]:
        """The strongest first."""
        return -self.weight, self.reason or "", self.key

    @property
    def value(self) -> Value:
        """What it rests on: recruitment rests on the contact, a person's word on itself."""
        if self.reason is Reason.RECRUITMENT:
            reason, _, key = self.key.partition(":")
            return reason, key
        return (self.reason, self.key) if self.reason else ("person", " ".join(sorted(self.ad_ids)))

    def sentence(self) -> str:
        """What it says of two ads, after their ids."""
        return WORDS[self.reason].format(key=self.key)


@dataclass(frozen=True, slots=True)
class Step:
    """From one ad to the next, and everything that joins the two."""

    left: str
    right: str
    evidence: tuple[Evidence, ...]

    def sentence(self) -> str:
        """The step in words."""
        return f"{self.left} and {self.right} {' and '.join(one.sentence() for one in self.evidence)}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps that lead from one ad to the other. It is independent where no chain told before it uses any of its evidence."""

    steps: tuple[Step, ...]
    independent: bool

    @property
    def values(self) -> frozenset[Value]:
        """Everything it rests on."""
        return _values(self.steps)


def why(connection: Connection, left: str, right: str, most: int = CHAINS) -> list[Chain]:
    """The chains between two ads of one group; empty where they are in different groups or not linked yet."""
    owner = group_ids_of(connection, (left, right))
    if left not in owner or owner[left] != owner.get(right):
        return []
    group = load_groups(connection, [owner[left]])[owner[left]]
    said = [(word.left, word.right) for word in in_force(connection, group.ad_ids) if word.verdict is Verdict.SAME]
    return chains(group.links, said, left, right, most)


def chains(
    links: Sequence[Link], said: Iterable[tuple[str, str]], left: str, right: str, most: int = CHAINS
) -> list[Chain]:
    """At most so many chains over links and the pairs `said` to be the same, shortest first.

    Method: Lawler's (1972) way to the next best, with each step's evidence left out in turn; a chain counts where it has
    evidence of its own and does not contain one told before.
    """
    web = _Web(evidence_of(links, said))
    found: list[Chain] = []
    told: set[Value] = set()
    first = web.shortest(left, right, frozenset())
    queue: list[tuple[tuple[int, float], int, tuple[Step, ...], frozenset[Value]]] = []
    tried = {frozenset[Value]()}
    if first:
        heappush(queue, (_cost(first), 0, first, frozenset()))
    while queue and len(found) < most:
        _, _, steps, without = heappop(queue)
        used = _values(steps)
        if not used <= told and not any(chain.values <= used for chain in found):
            found.append(Chain(steps, independent=used.isdisjoint(told)))
            told |= used
        for step in steps:
            fewer = without | _values([step])
            if fewer in tried or len(tried) > TRIED:
                continue
            tried.add(fewer)
            if following := web.shortest(left, right, fewer):
                heappush(queue, (_cost(following), len(tried), following, fewer))
    return found


def evidence_of(links: Iterable[Link], said: Iterable[tuple[str, str]]) -> Iterator[Evidence]:
    """Links put together by the value they share; ads that a rest of the value keeps apart stay apart."""
    by_key: dict[tuple[Reason, str], list[Link]] = defaultdict(list)
    for link in links:
        if link.reason is Reason.RECRUITMENT:  # says something of these two ads, not of all that carry the contact
            yield Evidence(link.reason, link.key, link.weight, frozenset((link.left, link.right)))
        else:
            by_key[link.reason, link.key].append(link)
    for (reason, key), some in by_key.items():
        union = Union()
        for link in some:
            union.join(link.left, link.right)
        for members in union.sets().values():
            yield Evidence(reason, key, some[0].weight, frozenset(members))
    for pair in said:
        yield Evidence(None, "", 1.0, frozenset(pair))


def _values(steps: Iterable[Step]) -> frozenset[Value]:
    return frozenset(one.value for step in steps for one in step.evidence)


def _cost(steps: Sequence[Step]) -> tuple[int, float]:
    return len(steps), round(sum(1 - step.evidence[0].weight for step in steps), 6)


class _Web:
    """Ads and the evidence that joins them."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self.beside: dict[str, list[Evidence]] = defaultdict(list)
        for one in sorted(evidence, key=lambda one: (one.order, sorted(one.ad_ids))):
            for ad_id in one.ad_ids:
                self.beside[ad_id].append(one)

    def shortest(self, left: str, right: str, without: frozenset[Value]) -> tuple[Step, ...]:
        """The fewest steps without some evidence; among as many, the strongest. Empty where there are none."""
        came: dict[str, str] = {left: left}
        queue: list[tuple[int, float, str, str]] = [(0, 0.0, left, left)]
        done: set[str] = set()
        walked: set[Evidence] = set()
        while queue:
            steps, weakness, here, before = heappop(queue)
            if here in done:
                continue
            done.add(here)
            came[here] = before
            if here == right:
                break
            for one in self.beside.get(here, ()):
                # Whoever reaches a value first reaches all its ads at the least cost.
                if one.value in without or one in walked:
                    continue
                walked.add(one)
                cost = round(weakness + 1 - one.weight, 6)
                for there in one.ad_ids - done:
                    heappush(queue, (steps + 1, cost, there, here))
        path = []
        at = right
        while at in came and at != left:
            path.append(Step(came[at], at, self.between(came[at], at, without)))
            at = came[at]
        return tuple(reversed(path)) if right in came else ()

    def between(self, left: str, right: str, without: frozenset[Value]) -> tuple[Evidence, ...]:
        """All evidence that joins two ads, the strongest first."""
        return tuple(one for one in self.beside[left] if right in one.ad_ids and one.value not in without)
