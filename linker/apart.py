"""Why two ads are not in one group: what they share nevertheless, and for each what keeps it from joining them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from linker.episodes import LONG, SHORT, episodes
from linker.evidence import FAMILIAR
from linker.partition import PART, STRONG
from linker.records import Reason
from linker.signal_rows import carriers, load_signals
from linker.signals import Key, Signals
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, hubs, judgements, links
from linker.why import WORDS
from store.database import select_in

# The links from one group to another.
_one, _other = group_members.alias(), group_members.alias()
BETWEEN = (
    select(links.c.left, links.c.right, links.c.reason, links.c.key)
    .join(_one, _one.c.ad_id == links.c.left)
    .join(_other, _other.c.ad_id == links.c.right)
    .where(_one.c.group_id == bindparam("one"), _other.c.group_id == bindparam("other"))
)


class Bar(StrEnum):
    """What keeps a shared value from joining."""

    HUB = "hub"
    RECYCLED = "recycled"
    JUDGEMENT = "judgement"
    WEAK = "weak"
    NO_KEY = "no key"
    UNREAD = "not linked yet"


@dataclass(frozen=True, slots=True)
class Shared:
    """Something both ads have and why it does not join them; `key` is empty where it is about the ads themselves."""

    bar: Bar
    what: str  # the reason's name, or "name", "place", "ad"
    key: str
    why: str

    def sentence(self) -> str:
        """In words."""
        return f"{self.what} {self.key}: {self.why}" if self.key else self.why


def apart(connection: Connection, left: str, right: str) -> list[Shared]:
    """Everything two ads of different groups share, keys first. Empty where they share nothing at all."""
    known = load_signals(connection, (left, right))
    groups = group_ids_of(connection, (left, right))
    missing = [ad_id for ad_id in (left, right) if ad_id not in known or ad_id not in groups]
    if missing:
        return [
            Shared(Bar.UNREAD, "ad", "", f"{ad_id} has not been linked yet: `sidelight process` does it")
            for ad_id in missing
        ]
    one, other = known[left], known[right]
    said = list(_judged(connection, groups[left], groups[right]))
    found = said + [_key(connection, key, one, other, groups, said) for key in sorted(set(one.keys) & set(other.keys))]
    found += [Shared(Bar.NO_KEY, "name", name, "a name is no key: strangers share it") for name in _both(one, other)]
    places = sorted({place.name for place in one.places} & {place.name for place in other.places})
    return found + [Shared(Bar.NO_KEY, "place", name, "a place is no key: many advertise there") for name in places]


def _both(one: Signals, other: Signals) -> list[str]:
    return sorted(set(one.names) & set(other.names))


def _judged(connection: Connection, left: str, right: str) -> Iterator[Shared]:
    """The words of people that keep the two groups apart: on any pair across them, the newest word on it being "not same"."""
    members = members_of(connection, (left, right))
    mine, others = set(members.get(left, ())), set(members.get(right, ()))
    standing = select(judgements).where(judgements.c.withdrawn_at.is_(None)).order_by(judgements.c.judgement_id)
    newest: dict[tuple[str, str], Row[Any]] = {}
    for column in (judgements.c.left, judgements.c.right):
        for row in select_in(connection, standing, column, sorted(mine)):
            ends = {row.left, row.right}
            before = newest.get((row.left, row.right))
            if ends & mine and ends & others and (before is None or before.judgement_id < row.judgement_id):
                newest[row.left, row.right] = row
    for pair, row in sorted(newest.items()):
        if row.verdict == "not same":
            said = f"{row.who} said on {row.at:%Y-%m-%d} that {pair[0]} and {pair[1]} are not the same: {row.why}"
            yield Shared(Bar.JUDGEMENT, "judgement", "", said.rstrip(": "))


def _key(
    connection: Connection, key: Key, one: Signals, other: Signals, groups: dict[str, str], said: list[Shared]
) -> Shared:
    hub = connection.execute(
        select(hubs.c.why).where(hubs.c.reason == key.reason.value, hubs.c.key == key.value)
    ).scalar_one_or_none()
    if hub is not None:
        return Shared(Bar.HUB, key.reason.value, key.value, f"too common to join by: it is {hub}")
    ids = carriers(connection, [key])[key]
    signals = load_signals(connection, ids)
    parts = episodes(key, [signals[ad_id] for ad_id in ids if ad_id in signals])
    place = {ad.ad_id: number for number, part in enumerate(parts) for ad in part}
    first, second = sorted((place[one.ad_id], place[other.ad_id]))
    if first != second:
        rested = [
            f"from {before[-1].first:%Y-%m-%d} to {after[0].first:%Y-%m-%d}"
            for before, after in pairwise(parts[first : second + 1])
        ]
        gaps = [after[0].first - before[-1].first for before, after in pairwise(parts[first : second + 1])]
        least = LONG if min(gaps) > LONG else SHORT
        why = f"it rested {', and '.join(rested)} (more than {least.days} days) and came back with everything else changed"
        return Shared(Bar.RECYCLED, key.reason.value, key.value, f"taken for another owner's: {why}")
    if said:
        return Shared(
            Bar.JUDGEMENT, key.reason.value, key.value, "would join them, but a person's word keeps them apart"
        )
    weight = _weakest(connection, key)
    if key.reason in FAMILIAR and (weight == 1.0 or not set(one.names) & set(other.names)):
        why = "several with contacts of their own have it, and these two do not share a name in a place"
        return Shared(Bar.WEAK, key.reason.value, key.value, why)
    why = (
        f"it is weak (weight {weight:.2f}, below {STRONG}), and would be the only thing between two groups of "
        f"{PART} ads or more ({groups[one.ad_id]}, {groups[other.ad_id]}): that takes two different ones"
        if weight < STRONG
        else "the links it gives do not hold any more; the next linking sorts this out"
    )
    return Shared(Bar.WEAK, key.reason.value, key.value, why)


def _weakest(connection: Connection, key: Key) -> float:
    query = select(links.c.weight).where(links.c.reason == key.reason.value, links.c.key == key.value)
    return min(connection.execute(query).scalars(), default=1.0)


def crossing(connection: Connection, left: str, right: str, most: int = 5) -> list[Shared]:
    """What other ads of the two ads' groups share, where the two themselves share no key: links that were passed over."""
    groups = group_ids_of(connection, (left, right))
    found = []
    for ends in ((left, right), (right, left)):
        asked = {name: groups.get(ad_id, "") for name, ad_id in zip(("one", "other"), ends, strict=True)}
        for one, other, reason, key in connection.execute(BETWEEN, asked):
            words = WORDS[Reason(reason)].format(key=key)
            found.append(Shared(Bar.WEAK, reason, "", f"{one} and {other} of their groups {words}"))
    return sorted(set(found), key=lambda one: one.why)[:most]
