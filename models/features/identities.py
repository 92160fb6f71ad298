"""Features of who an ad says it is about, against what other ads with the same contact say."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from linker.records import Reason
from models.features.ages import youngest
from models.features.windows import leave
from models.views import CONTACTS, NOTHING, Found, GroupView, refs
from nlp.records import Kind, Mention

SAME_TIME = timedelta(days=14)
RECRUITMENT = Reason.RECRUITMENT
ALIAS = 2  # names that one person may well use
SLIP = 2  # years that a misprint or an old ad may differ


class Said(NamedTuple):
    """What one ad says of whom it is about; `age` is None where it states none, a range, or several."""

    at: datetime
    ad_id: str
    name: str
    age: int | None
    mentions: tuple[Mention, ...]


def inconsistent_identity(view: GroupView) -> Found:
    """One contact says different things about who it is: {what}."""
    best = NOTHING
    if view.names <= ALIAS and len({one.value for some in view.mentions(Kind.AGE).values() for one in some}) < 2:
        return best
    every = _said(view)
    for ad_ids in view.together:  # one ad contradicts nothing
        said = [every[ad_id] for ad_id in ad_ids]
        names = _most_names(said)
        low, high, falls = _ages(said)
        strength = max(
            min(1.0, max(0, names - ALIAS) / 3),
            min(1.0, max(0, high - low - SLIP) / 6),
            min(1.0, falls / 2),
        )
        if strength > best.strength:
            parts = (
                f"{names} names within two weeks" if names > ALIAS else "",
                f"ages {low} to {high} of one name within two weeks" if high - low > SLIP else "",
                f"{falls} times a later ad with a lower age" if falls else "",
            )
            mentions = refs({one.ad_id: one.mentions for one in said if one.mentions})
            best = Found(strength, mentions, {"what": "; ".join(part for part in parts if part)})
    return best


def recruit_sell_contact(view: GroupView) -> Found:
    """One contact stands in a job offer and in an unrelated ad at the same time (pairs of ads: {links})."""
    # A house that hires for itself recruits in the open: its job offers are not unrelated.
    houses = view.indicator("venue_business_cue")
    pairs = [
        link
        for link in view.group.links
        if link.reason is RECRUITMENT and link.left not in houses and link.right not in houses
    ]
    if not pairs:
        return NOTHING
    linked = {ad_id for link in pairs for ad_id in (link.left, link.right)}
    contacts = {link.detail.get("contact") for link in pairs}
    shown: dict[str, list[Mention]] = defaultdict(list)
    for kind in CONTACTS:
        for ad_id, some in view.mentions(kind).items():
            if ad_id in linked:
                shown[ad_id] += [one for one in some if one.value in contacts] or some
    return Found(1.0, refs(shown), {"links": len(pairs)})


def _said(view: GroupView) -> dict[str, Said]:
    """What each ad that has a date says, by ad id."""
    found = {}
    all_names, all_ages = view.mentions(Kind.NAME), view.mentions(Kind.AGE)
    for ad_id in view.ad_ids:
        moment = view.moment(ad_id)
        if moment is None:
            continue
        names, ages = all_names.get(ad_id, []), all_ages.get(ad_id, [])
        stated = {one.value for one in ages}
        age = youngest(ages[0]) if len(stated) == 1 and "-" not in ages[0].value else None
        # A duo's ad names two people: its first name alone counts, so that two in one ad are no conflict.
        found[ad_id] = Said(moment, ad_id, names[0].value if names else "", age, (*ages[:1], *names[:1]))
    return found


def _most_names(said: Sequence[Said]) -> int:
    """The most different names within any SAME_TIME."""
    named = [one for one in said if one.name]
    different = len({one.name for one in named})
    if different <= ALIAS:
        return different
    most = first = 0
    inside: Counter[str] = Counter()
    for one in named:
        inside[one.name] += 1
        while one.at - named[first].at > SAME_TIME:
            leave(inside, named[first].name)
            first += 1
        most = max(most, len(inside))
    return most


def _ages(said: Sequence[Said]) -> tuple[int, int, int]:
    """Ages of one name: the widest spread within any SAME_TIME (youngest, oldest), and how often one falls later."""
    by_name: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    stated: set[int] = set()
    for one in said:
        if one.age is not None:
            by_name[one.name].append((one.at, one.age))
            stated.add(one.age)
    if len(stated) < 2:
        return 0, 0, 0
    low = high = falls = 0
    for _, aged in sorted(by_name.items()):
        falls += sum(later < age for (_, age), (_, later) in pairwise(aged))
        first = 0
        inside: Counter[int] = Counter()
        for moment, age in aged:
            inside[age] += 1
            while moment - aged[first][0] > SAME_TIME:
                leave(inside, aged[first][1])
                first += 1
            least, most = min(inside), max(inside)
            if most - least > high - low:
                low, high = least, most
    return low, high, falls
