"""Features of who an ad says it is about, against what other ads with the same contact say."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from linker.records import Reason
from models.features.ages import youngest
from models.views import NOTHING, Found, GroupView, refs
from nlp.records import Kind, Mention

SAME_TIME = timedelta(days=14)
SLIP = 2  # years that a misprint or an old ad may differ


def inconsistent_identity(view: GroupView) -> Found:
    """One contact goes by {names} names and by ages {youngest} to {oldest} within two weeks{falling}."""
    names, ages = view.mentions(Kind.NAME), view.mentions(Kind.AGE)
    best = NOTHING
    for ad_ids in view.contacts().values():
        dated = sorted((moment, ad_id) for ad_id in ad_ids if (moment := view.moment(ad_id)) is not None)
        by_name = _several_names(dated, names)
        low, high = _spread_of_ages(dated, ages)
        falls = _falling(dated, ages)
        # Two names are an alias; from three on it is counted. Ages say more than names.
        strength = max(
            min(1.0, max(0, by_name - 2) / 3),
            min(1.0, max(0, high - low - SLIP) / 6),
            min(1.0, falls / 3),
        )
        if strength > best.strength:
            shown: dict[str, list[Mention]] = {}
            for _, ad_id in dated:
                if some := [*ages.get(ad_id, ())[:1], *names.get(ad_id, ())[:1]]:
                    shown[ad_id] = some
            fall = f", {falls} times with the later age lower" if falls else ""
            slots: dict[str, str | int] = {"names": max(by_name, 1), "youngest": low, "oldest": high, "falling": fall}
            best = Found(strength, refs(shown), slots)
    return best


def recruit_sell_contact(view: GroupView) -> Found:
    """One contact stands in a job offer and in an unrelated ad at the same time ({links} such pairs)."""
    pairs = [link for link in view.group.links if link.reason is Reason.RECRUITMENT]
    if not pairs:
        return NOTHING
    linked = {ad_id for link in pairs for ad_id in (link.left, link.right)}
    keys = {link.key.removeprefix("phone:").removeprefix("email:").removeprefix("handle:") for link in pairs}
    shown: dict[str, list[Mention]] = {}
    for kind in (Kind.PHONE, Kind.EMAIL, Kind.HANDLE):
        for ad_id, some in view.mentions(kind, lambda one: one.value in keys).items():
            if ad_id in linked:
                shown.setdefault(ad_id, []).extend(some)
    return Found(1.0, refs(shown), {"links": len(pairs)})


def _several_names(dated: list[tuple[datetime, str]], names: dict[str, list[Mention]]) -> int:
    """The most different names within any SAME_TIME. An ad's first name counts: a duo names two people."""
    named = [(moment, names[ad_id][0].value) for moment, ad_id in dated if ad_id in names]
    most = first = 0
    inside: Counter[str] = Counter()
    for moment, name in named:
        inside[name] += 1
        while moment - named[first][0] > SAME_TIME:
            inside[named[first][1]] -= 1
            first += 1
        most = max(most, sum(count > 0 for count in inside.values()))
    return most


def _spread_of_ages(dated: list[tuple[datetime, str]], ages: dict[str, list[Mention]]) -> tuple[int, int]:
    """Youngest and oldest of the widest spread within any SAME_TIME; (0, 0) where none is stated."""
    aged = _aged(dated, ages)
    best = (aged[0][1], aged[0][1]) if aged else (0, 0)
    first = 0
    inside: Counter[int] = Counter()
    for moment, age in aged:
        inside[age] += 1
        while moment - aged[first][0] > SAME_TIME:
            inside[aged[first][1]] -= 1
            first += 1
        present = [stated for stated, count in inside.items() if count > 0]
        if max(present) - min(present) > best[1] - best[0]:
            best = (min(present), max(present))
    return best


def _falling(dated: list[tuple[datetime, str]], ages: dict[str, list[Mention]]) -> int:
    """How often a later ad states an age that is lower by more than a slip."""
    aged = _aged(dated, ages)
    return sum(right < left - SLIP for (_, left), (_, right) in pairwise(aged))


def _aged(dated: list[tuple[datetime, str]], ages: dict[str, list[Mention]]) -> list[tuple[datetime, int]]:
    """Ads that state exactly one age; a range or a duo says nothing about one person."""
    found = []
    for moment, ad_id in dated:
        stated = {one.value for one in ages.get(ad_id, ())}
        if len(stated) == 1 and "-" not in next(iter(stated)) and (age := youngest(ages[ad_id][0])) is not None:
            found.append((moment, age))
    return found
