"""From links to groups: every ad in exactly one, people's judgements always honoured.

Links are taken from the strongest to the weakest; one that would bring two ads together that a person said are not the same
is passed over. So a "not same" cuts where the evidence is weakest, and the outcome does not depend on any order of arrival.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from linker.components import Union
from linker.judgements import Judgement, Verdict
from linker.records import Link
from linker.signals import Signals


def partition(ads: Mapping[str, Signals], links: Iterable[Link], judged: Sequence[Judgement] = ()) -> list[list[str]]:
    """Sorted ad ids of each group. A later judgement goes before an earlier one where they cannot both hold."""
    union = _Guarded(ads)
    here = [one for one in judged if one.left in ads and one.right in ads]
    for one in sorted(here, key=lambda one: (one.order, one.left, one.right), reverse=True):
        if one.verdict is Verdict.SAME:
            union.join(one.left, one.right)
        elif one.verdict is Verdict.NOT_SAME:
            union.forbid(one.left, one.right)
    for link in sorted(links, key=_strongest_first):
        union.join(link.left, link.right)
    return list(union.sets().values())


def group_id_of(members: Iterable[Signals]) -> str:
    """A hash of the anchor, the member that stands first: a function of membership alone."""
    first = min(member.order for member in members)
    anchor = f"{first[0].isoformat(timespec='microseconds')} {first[1]}"
    return "g" + hashlib.blake2b(anchor.encode(), digest_size=8).hexdigest()


def _strongest_first(link: Link) -> tuple[float, str, str, str, str]:
    return -link.weight, link.left, link.right, link.reason, link.key


class _Guarded(Union):
    """Disjoint sets some of which must stay apart."""

    def __init__(self, items: Iterable[str]) -> None:
        super().__init__(items)
        self.apart: dict[str, set[str]] = {}  # root -> items its set must not meet

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
        super().join(one, other)
        enemies = self.apart.pop(one, set()) | self.apart.pop(other, set())
        if enemies:
            self.apart[min(one, other)] = enemies
