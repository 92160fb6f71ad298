"""Features of who an ad says it is about, against what other ads with the same contact say."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from linker.records import Reason
from models.features.ages import youngest
from models.features.windows import leave
from models.views import CONTACTS, NOTHING, Found, GroupView, Said, firsts, refs
from nlp.records import Kind, Mention

SAME_TIME = timedelta(days=14)
RECRUITMENT = Reason.RECRUITMENT
AGE = Kind.AGE
ALIAS = 2  # names that one person may well use
SLIP = 2  # years that a misprint or an old ad may differ


def inconsistent_identity(view: GroupView) -> Found:
    """One contact says different things about who it is: {what}."""
    best = NOTHING
    aged = view.mentions(AGE)
    if view.names <= ALIAS and len({one.value for _, one in aged}) < 2:
        return best
    at, ages = view.dated, _stated(aged)
    called = {ad_id: one.value for ad_id, one in view.named.items()}
    for ad_ids in view.together:  # one ad contradicts nothing
        names = _most_names([(at[ad_id], called[ad_id]) for ad_id in ad_ids if called.get(ad_id)])
        low, high, falls = _ages([(called.get(ad_id, ""), at[ad_id], ages[ad_id]) for ad_id in ad_ids if ad_id in ages])
        strength = max(
            min(1.0, max(0, names - ALIAS) / 3),
            min(1.0, max(0, high - low - SLIP) / 6),
            min(1.0, falls / 2),
        )
        if strength > best.strength:
            parts = (
                f"{names} names within two weeks" if names > ALIAS else "",
                f"ages {low} to {high} of one name within two weeks" if high - low > SLIP else "",
                f"{falls} later {'ad' if falls == 1 else 'ads'} with a lower age" if falls else "",
            )
            told = view.named | firsts(aged)
            shown = {ad_id: told[ad_id] for ad_id in ad_ids if ad_id in told}
            best = Found(strength, refs(shown), {"what": "; ".join(part for part in parts if part)})
    return best


def recruit_sell_contact(view: GroupView) -> Found:
    """One contact stands in a job offer and in an unrelated ad at the same time (pairs of ads: {links})."""
    # A house that hires for itself recruits in the open: its job offers are not unrelated.
    houses = firsts(view.indicator("venue_business_cue"))
    pairs = [
        link
        for link in view.group.links
        if link.reason is RECRUITMENT and link.left not in houses and link.right not in houses
    ]
    if not pairs:
        return NOTHING
    linked = {ad_id for link in pairs for ad_id in (link.left, link.right)}
    contacts = {link.detail.get("contact") for link in pairs}
    shown: dict[str, Mention] = {}
    for kind in reversed(CONTACTS):
        said = [(ad_id, one) for ad_id, one in view.mentions(kind) if ad_id in linked]
        shown |= firsts(said) | firsts([(ad_id, one) for ad_id, one in said if one.value in contacts])
    return Found(1.0, refs(shown), {"links": len(pairs)})


def _stated(aged: Said) -> dict[str, int]:
    """The age of each ad that states one, and neither a range nor several."""
    ages: dict[str, set[str]] = defaultdict(set)
    for ad_id, one in aged:
        ages[ad_id].add(one.value)
    alone = {ad_id: value for ad_id, (value, *more) in ages.items() if not more and "-" not in value}
    return {ad_id: age for ad_id, value in alone.items() if (age := youngest(value)) is not None}


def _most_names(named: Sequence[tuple[datetime, str]]) -> int:
    """The most different names within any SAME_TIME, given in order of time."""
    different = len({name for _, name in named})
    if different <= ALIAS:
        return different
    most = first = 0
    inside: dict[str, int] = defaultdict(int)
    for at, name in named:
        inside[name] += 1
        while at - named[first][0] > SAME_TIME:
            leave(inside, named[first][1])
            first += 1
        most = max(most, len(inside))
    return most


def _ages(stated: Sequence[tuple[str, datetime, int]]) -> tuple[int, int, int]:
    """Ages of one name, given in order of time: the widest spread within any SAME_TIME (youngest, oldest), and how often one
    falls later."""
    if len({age for _, _, age in stated}) < 2:
        return 0, 0, 0
    by_name: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for name, at, age in stated:
        by_name[name].append((at, age))
    low = high = falls = 0
    for _, aged in sorted(by_name.items()):
        falls += sum(later < age for (_, age), (_, later) in pairwise(aged))
        first = 0
        inside: dict[int, int] = defaultdict(int)
        for moment, age in aged:
            inside[age] += 1
            while moment - aged[first][0] > SAME_TIME:
                leave(inside, aged[first][1])
                first += 1
            least, most = min(inside), max(inside)
            if most - least > high - low:
                low, high = least, most
    return low, high, falls
