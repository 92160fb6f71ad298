"""Grouping said plainly: every pair is looked at, every set is compared with every other, and nothing is clever.

It follows docs/linking.md sentence by sentence, and knows of the linker only its bounds and what a near-copy is.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import combinations

from linker import episodes, specificity
from linker.evidence import CONTACTS, FAMILIAR, RUNS
from linker.judgements import Judgement, Verdict
from linker.linking import with_clusters
from linker.records import Link, Reason
from linker.signals import Key, Signals

Set = frozenset[str]


def merged(sets: Iterable[Set], alike: Callable[[str, str], bool]) -> list[Set]:
    """Make one of any two sets with a member each that are alike, until there are no such sets."""
    found = list(sets)
    for one, other in combinations(found, 2):
        if any(alike(left, right) for left in one for right in other):
            return merged([some for some in found if some not in (one, other)] + [one | other], alike)
    return found


class Block:
    """The ads that carry one key."""

    def __init__(self, key: Key, ads: Sequence[Signals]) -> None:
        self.key = key
        self.ads = {ad.ad_id: ad for ad in sorted(ads, key=lambda ad: ad.order)}
        self.shared: set[object] | None = None

    def on_most(self, told: Callable[[Signals], Iterable[object]]) -> set[object]:
        everything = {one for ad in self.ads.values() for one in told(ad)}
        return {one for one in everything if sum(one in told(ad) for ad in self.ads.values()) * 2 > len(self.ads)}

    def others(self, ad_id: str) -> set[Key]:
        return {key for key in self.ads[ad_id].keys if key != self.key}

    def posters(self) -> list[Set]:
        common = self.common()
        named = self.on_most(lambda ad: ad.names) if self.key.reason is Reason.TEXT else set()

        def alike(left: str, right: str) -> bool:
            one, other = self.ads[left], self.ads[right]
            same_name = (set(one.names) & set(other.names)) - named
            return bool((self.others(left) & self.others(right)) - common) or bool(
                same_name and set(one.places) & set(other.places)
            )

        return merged([frozenset({ad_id}) for ad_id in self.ads], alike)

    def common(self) -> set[object]:
        """What stands on most ads and on two owners' who are apart without it; the least frequent are looked at first."""
        if self.shared is None:
            self.shared = self.on_most(lambda ad: ad.keys)

            def carriers(other: object) -> int:
                return sum(other in ad.keys for ad in self.ads.values())

            for other in sorted(self.shared - {self.key}, key=lambda one: (carriers(one), one)):
                carrying = [
                    one for one in self.owners(self.posters()) if any(other in self.others(ad_id) for ad_id in one)
                ]
                if len(carrying) < 2:
                    self.shared = self.shared - {other}
        return self.shared

    def owners(self, posters: Iterable[Set]) -> list[Set]:
        common = self.common()
        own = {
            ad_id
            for ad_id in self.ads
            if any(key.reason is not Reason.TEXT and key not in common for key in self.others(ad_id))
        }
        return [one for one in posters if one & own]

    def is_hub(self) -> bool:
        rules = specificity.RULES.get(self.key.reason, specificity.RULES_ELSE)
        posters = self.posters()
        if len(posters) < rules.spread:
            return False
        owners = self.owners(posters)
        worded = merged(posters, lambda left, right: bool(self.wordings(left) & self.wordings(right)))
        strangers = self.owners(worded)
        places = {place.place for one in strangers for ad_id in one for place in self.ads[ad_id].places}
        bound = rules.spread if len(places) >= specificity.PLACES else rules.local
        one_name = self.key.reason is not Reason.TEXT and self.one_name(owners)
        if not one_name and (self.many(strangers, bound) or self.many(owners, rules.alike)):
            return True
        in_a_week = max(
            len({place.place for other in self.within(ad, specificity.WEEK) for place in other.places})
            for ad in self.ads.values()
        )
        return len(worded) >= specificity.CROWD and in_a_week >= specificity.CROWD_PLACES

    def wordings(self, ad_id: str) -> set[Key]:
        return {key for key in self.others(ad_id) if key.reason is Reason.TEXT}

    def within(self, begin: Signals, span: timedelta) -> list[Signals]:
        return [ad for ad in self.ads.values() if timedelta(0) <= ad.first - begin.first <= span]

    def many(self, owners: Sequence[Set], bound: int) -> bool:
        month = max(
            sum(any(ad.ad_id in one for ad in self.within(begin, specificity.MONTH)) for one in owners)
            for begin in self.ads.values()
        )
        return month >= bound or len(owners) >= specificity.EVER * bound

    def one_name(self, owners: Iterable[Set]) -> bool:
        named = [{name for ad_id in one for name in self.ads[ad_id].names} for one in owners]
        told = [names for names in named if names]
        return len(told) > 1 and bool(set.intersection(*told)) and len({name for names in told for name in names}) <= 2

    def episodes(self) -> list["Block"]:
        """Cut at every place where the ads before and after have nothing in common and enough differs."""
        ads = list(self.ads.values())
        for cut in range(1, len(ads)):
            before, after = Block(self.key, ads[:cut]), Block(self.key, ads[cut:])
            if before.handed_to(after):
                return [before, *after.episodes()]
        return [self]

    def told(self) -> list[set[object]]:
        keys = {key for ad_id in self.ads for key in self.others(ad_id)}
        ads = self.ads.values()
        return [
            {key for key in keys if key.reason is Reason.TEXT},
            {key for key in keys if key.reason is not Reason.TEXT},
            {name for ad in ads for name in ad.names},
            {place.place for ad in ads for place in ad.places},
        ]

    def handed_to(self, after: "Block") -> bool:
        some, others = self.told(), after.told()
        if any(one & other for one, other in zip(some[:3], others[:3], strict=True)):
            return False
        rest = min(ad.first for ad in after.ads.values()) - max(ad.first for ad in self.ads.values())
        changes = sum(bool(one and other and not one & other) for one, other in zip(some, others, strict=True))
        if rest > episodes.LONG:
            return changes >= episodes.LONG_CHANGES
        kinds, later = ({ad.recruits for ad in block.ads.values()} for block in (self, after))
        return rest > episodes.SHORT and changes >= episodes.SHORT_CHANGES and bool(kinds & later)

    def joined(self) -> list[Set]:
        """What the key makes one."""
        if len(self.ads) < 2 or self.is_hub():
            return []
        found = []
        for block in self.episodes():
            known = merged([frozenset({ad_id}) for ad_id in block.ads], block.acquainted)
            with_contact = [one for one in known if any(block.has_contact(ad_id) for ad_id in one)]
            found += known if self.key.reason in FAMILIAR and len(with_contact) > 1 else [frozenset(block.ads)]
        return found

    def has_contact(self, ad_id: str) -> bool:
        return any(key.reason is not Reason.TEXT for key in self.others(ad_id))

    def acquainted(self, left: str, right: str) -> bool:
        one, other = self.ads[left], self.ads[right]
        return bool(set(one.names) & set(other.names) and set(one.places) & set(other.places))

    def recruits(self) -> list[Set]:
        if self.key.reason not in CONTACTS or self.is_hub():
            return []
        return [
            frozenset({one.ad_id, other.ad_id})
            for block in self.episodes()
            for one, other in zip(list(block.ads.values()), list(block.ads.values())[1:], strict=False)
            if one.recruits != other.recruits and other.first - one.first <= RUNS
        ]


def groups(ads: Iterable[Signals]) -> list[list[str]]:
    """The groups of these ads (fewer than would make a large part) without judgements, as sorted ids."""
    by = with_clusters({ad.ad_id: ad for ad in ads})
    keys = {key for ad in by.values() for key in ad.keys}
    joined = [one for key in keys for one in Block(key, [ad for ad in by.values() if key in ad.keys]).joined()]
    apart = [frozenset({ad_id}) for ad_id in by]
    return sorted(sorted(one) for one in merged(apart, lambda left, right: any({left, right} <= one for one in joined)))


def judged(ads: Iterable[str], links: Iterable[Link], said: Iterable[Judgement]) -> list[list[str]]:
    """The groups that these links make where each is taken unless a word forbids it; newest word, strongest link first."""
    sets = [{ad_id} for ad_id in ads]
    forbidden: list[tuple[str, str]] = []

    def join(left: str, right: str) -> None:
        (one,), (other,) = ([some for some in sets if ad_id in some] for ad_id in (left, right))
        if one is not other and not any({a, b} <= one | other for a, b in forbidden):
            sets.remove(other)
            one |= other

    for word in sorted(said, key=lambda word: (word.order, word.left, word.right), reverse=True):
        if word.verdict is Verdict.SAME:
            join(word.left, word.right)
        elif word.verdict is Verdict.NOT_SAME and not any({word.left, word.right} <= one for one in sets):
            forbidden.append((word.left, word.right))
    for link in sorted(links, key=lambda one: (-one.weight, one.left, one.right, one.reason, one.key)):
        join(link.left, link.right)
    return sorted(sorted(one) for one in sets)
