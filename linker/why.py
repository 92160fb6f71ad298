"""Why two ads are in one group: the shortest chain of links between them, in words."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

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
}


@dataclass(frozen=True, slots=True)
class Step:
    """From one ad to the next, and every link that says so."""

    left: str
    right: str
    links: tuple[Link, ...]

    def sentence(self) -> str:
        """The step in words."""
        said = " and ".join(WORDS[one.reason].format(key=one.key) for one in self.links)
        return f"{self.left} and {self.right} {said or 'were said to be the same by a person'}"


def why(connection: Connection, left: str, right: str) -> list[Step]:
    """The fewest steps that lead from one ad to the other; empty where they are in different groups or not linked yet."""
    owner = group_ids_of(connection, (left, right))
    if left not in owner or owner[left] != owner.get(right):
        return []
    group = load_groups(connection, [owner[left]])[owner[left]]
    said = [(word.left, word.right) for word in in_force(connection, group.ad_ids) if word.verdict is Verdict.SAME]
    return chain(group.links, said, left, right)


def chain(links: Sequence[Link], said: Iterable[tuple[str, str]], left: str, right: str) -> list[Step]:
    """Breadth first over links and the pairs `said` to be the same."""
    edges: dict[tuple[str, str], list[Link]] = {pair: [] for pair in said}
    for link in links:
        edges.setdefault((link.left, link.right), []).append(link)
    beside: dict[str, list[str]] = {}
    for one, other in sorted(edges):
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    came: dict[str, str | None] = {left: None}
    queue = deque([left])
    while queue and right not in came:
        here = queue.popleft()
        for there in beside.get(here, ()):
            if there not in came:
                came[there] = here
                queue.append(there)
    steps = []
    at = right
    while (before := came.get(at)) is not None:
        first, second = sorted((before, at))
        steps.append(Step(before, at, tuple(edges[first, second])))
        at = before
    return steps[::-1]
