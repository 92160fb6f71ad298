"""The links a shared value gives: as many as there are ads, never one for every pair.

The ads of one poster are joined in the order of time, each to the one before, at the value's full worth. A poster is joined
to the ads before by one link, worth less the more owners the value has. A picture or a web address that several with contacts
of their own have joins only ads that share a name in a place too. Where one contact stands in a job offer and in other
ads at the same time, each side of the change is joined once more under a reason of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from linker.episodes import episodes
from linker.posters import Part, acquainted, owners, posters
from linker.records import Hub, Link, Reason
from linker.signals import Key, Signals
from linker.specificity import sampled, why_hub

# What a link is worth where its value has one owner, by how seldom strangers come to share such a value.
WEIGHTS = {
    Reason.PHONE: 0.95,
    Reason.EMAIL: 0.95,
    Reason.PAYMENT: 0.9,
    Reason.HANDLE: 0.9,
    Reason.URL: 0.8,
    Reason.IMAGE: 0.6,  # stolen and stock pictures travel
    Reason.TEXT: 0.5,
    Reason.RECRUITMENT: 0.9,
}
# What must not join owners by itself: pictures are taken from others, and many have a page on one host.
FAMILIAR = frozenset({Reason.IMAGE, Reason.URL})
# What a person can be reached by; only these say that a job offer and another ad have one contact.
CONTACTS = frozenset({Reason.PHONE, Reason.EMAIL, Reason.HANDLE, Reason.PAYMENT})
# The key of recruitment links by a contact has its reason before it: one value may be a handle and a payment name too.
NAMED = ":"
# An ad is taken to run for so long after it was posted.
RUNS = timedelta(days=30)


def hub_of(key: Key, sample: Sequence[Signals], count: int) -> Hub | None:
    """The hub that a value on `count` ads is, judged by the `sampled` ones; None where it has few owners."""
    why = why_hub(key, sample, count, posters(key, sample))
    return None if why is None else Hub(key.reason, key.value, count, why)


def links_of(key: Key, ads: Sequence[Signals]) -> tuple[list[Link], Hub | None]:
    """What a value gives that these ads (all that carry it, in order) share: links, or a hub and no link."""
    if len(ads) < 2:
        return [], None
    sample = sampled(ads)
    told = posters(key, sample)
    why = why_hub(key, sample, len(ads), told)
    if why is not None:
        return [], Hub(key.reason, key.value, len(ads), why)
    links: list[Link] = []
    for episode in episodes(key, ads):
        links += _chained(key, episode, told if len(episode) == len(ads) == len(sample) else posters(key, episode))
        if key.reason in CONTACTS:
            links += _recruitment(key, episode)
    return links, None


def _chained(key: Key, episode: Sequence[Signals], told: tuple[list[Part], set[Key]]) -> list[Link]:
    """Each ad joined to the one before of its poster, and each poster (which are `told`) to the ads before its first."""
    full = WEIGHTS[key.reason]
    if key.reason in FAMILIAR:
        known = acquainted(episode)
        if len(owners(key, known, set())) > 1:
            return [link for part in known for link in _in_order(key, part, full)]
    parts, common = told
    if len(parts) == 1:
        return _in_order(key, episode, full)
    weight = round(full / max(len(owners(key, parts, common)), 1) ** 0.5, 4)
    firsts = {part[0].ad_id for part in parts}
    return [
        *(link for part in parts for link in _in_order(key, part, full)),
        *(
            _link(before, after, key.reason, key.value, weight)
            for before, after in pairwise(episode)
            if after.ad_id in firsts
        ),
    ]


def _in_order(key: Key, ads: Sequence[Signals], weight: float) -> list[Link]:
    reason, value = key
    return [_link(before, after, reason, value, weight) for before, after in pairwise(ads)]


def _recruitment(key: Key, episode: Sequence[Signals]) -> list[Link]:
    """A job offer and the other ad next to it in time, where both run at once."""
    weight = WEIGHTS[Reason.RECRUITMENT]
    named = f"{key.reason.value}{NAMED}{key.value}"
    return [
        _link(before, after, Reason.RECRUITMENT, named, weight, {"by": key.reason.value, "contact": key.value})
        for before, after in pairwise(episode)
        if before.recruits != after.recruits and after.first - before.first <= RUNS
    ]


def _link(
    before: Signals, after: Signals, reason: Reason, key: str, weight: float, detail: Mapping[str, str] = {}
) -> Link:
    one, other = before.ad_id, after.ad_id
    if one > other:
        one, other = other, one
    return Link(one, other, reason, key, weight, detail)
