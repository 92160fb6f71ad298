"""How much a shared value says: whether it belongs to one owner, or to everybody.

A value is judged by the ads that carry it and by nothing else, so the outcome is the same in whatever order they came. Four
things tell a hub (a switchboard, a platform's address, boilerplate, a tool that spams) from what people share who work
together: how many owners it has, how many of them at the same time, whether they go by different names, and in how many
places they are. `RULES` are the bounds. A hub is shown and joins nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from linker.posters import Part, owners, posters, worded
from linker.records import Reason
from linker.signals import Key, Signals

T = TypeVar("T")
# A value on more ads than this is judged by as many, taken evenly from all of them.
SAMPLE = 400
MONTH, WEEK = timedelta(days=30), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rules:
    """From how many owners within a month a value is a hub."""

    spread: int  # in PLACES or more: people who work together share numbers in twos and threes
    local: int  # in fewer places: a house and its people are one group, a town's switchboard is not
    alike: int  # who all use one wording: a group with many accounts is one, those on a platform's form are not


RULES = {
    # One author whose numbers change leaves several seeming owners of one wording.
    Reason.TEXT: Rules(spread=5, local=5, alike=5),
    Reason.IMAGE: Rules(spread=3, local=3, alike=5),  # pictures travel
}
RULES_ELSE = Rules(spread=4, local=10, alike=12)
PLACES = 3
NAMES = 2  # of one person
# So many times as many make a hub even if they come one after another.
EVER = 3
# Without contacts of their own: so many posters, each with other words, in so many places within a week. No person and no
# house is that; who tours takes weeks, and who spams has a few texts.
CROWD, CROWD_PLACES = 20, 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How many owners a value has; `hub` says in plain words what gave a hub away, else it is None."""

    owners: int
    hub: str | None


def sampled(ads: Sequence[T]) -> Sequence[T]:
    """The ads a value is judged by: all, or SAMPLE of them taken evenly."""
    return ads if len(ads) <= SAMPLE else [ads[len(ads) * n // SAMPLE] for n in range(SAMPLE)]


def standing(key: Key, sample: Sequence[Signals], count: int) -> Standing:
    """Judge a value that `count` ads carry by the `sampled` ones, in their order."""
    rules = RULES.get(key.reason, RULES_ELSE)
    parts, common = posters(key, sample)
    owning = owners(key, parts, common)
    if len(parts) < rules.spread:
        return Standing(max(len(owning), 1), None)
    differing = worded(key, parts)
    strangers = owners(key, differing, common)
    bound = rules.spread if len(_places(strangers)) >= PLACES else rules.local
    # The name that all copies of a wording hold is the wording's.
    one_name = key.reason is not Reason.TEXT and _one_name(owning)
    if not one_name and (_many(strangers, bound) or _many(owning, rules.alike)):
        return Standing(len(owning), _why(sample, count, len(owning), "other contacts"))
    if len(differing) >= CROWD and _places_within(WEEK, differing) >= CROWD_PLACES:
        return Standing(len(differing), _why(sample, count, len(differing), "words"))
    return Standing(max(len(owning), 1), None)


def _many(owning: Sequence[Part], bound: int) -> bool:
    """Whether so many are there within a month, or EVER times as many at any time."""
    if len(owning) < bound:
        return False
    times = [(ad.first, number) for number, part in enumerate(owning) for ad in part]
    return len(owning) >= EVER * bound or _most_within(MONTH, times) >= bound


def _one_name(owning: Sequence[Part]) -> bool:
    """Whether all owners that say a name share one, and there is one more at most: a person whose contacts change."""
    named = [{name for ad in part for name in ad.names} for part in owning]
    told = [names for names in named if names]
    return len(told) > 1 and bool(set.intersection(*told)) and len(set.union(*told)) <= NAMES


def _places(parts: Sequence[Part]) -> set[str]:
    return {place.place for part in parts for ad in part for place in ad.places}


def _places_within(span: timedelta, parts: Sequence[Part]) -> int:
    return _most_within(span, [(ad.first, place.place) for part in parts for ad in part for place in ad.places])


def _most_within(span: timedelta, times: Sequence[tuple[datetime, object]]) -> int:
    """The most different things within any `span` of time."""
    ordered = sorted(times, key=lambda item: item[0])
    inside: Counter[object] = Counter()
    most = begin = 0
    for at, thing in ordered:
        inside[thing] += 1
        while at - ordered[begin][0] > span:
            gone = ordered[begin][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            begin += 1
        most = max(most, len(inside))
    return most


def _why(sample: Sequence[Signals], count: int, owning: int, of_their_own: str) -> str:
    names = len({name for ad in sample for name in ad.names})
    places = len({place.place for ad in sample for place in ad.places})
    sites = len({ad.site for ad in sample})
    looked = "" if len(sample) == count else f" ({len(sample)} looked at)"
    return (
        f"on {_told(count, 'ad')}{looked} of {owning} posters with {of_their_own} of their own, "
        f"under {_told(names, 'name')} in {_told(places, 'place')} on {_told(sites, 'site')}"
    )


def _told(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
