"""Which groups nobody has to look at again: decided and unchanged since, cleared by an import, or asleep."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from casework import changes, decisions
from casework.records import Decision
from casework.tables import queue_states
from linker.stored import group_ids_of, load_groups, members_of
from models import labels
from models.records import Direction, Lane
from models.stored import load_priorities
from store.database import chunks


def decided(connection: Connection, before: datetime) -> tuple[set[str], dict[str, str]]:
    """Groups whose decision stands, and those that a change has opened again, with the change."""
    newest: dict[str, Decision] = {}
    by_ad = decisions.standing(connection, before)
    for group_id, ad_ids in _groups_of(connection, by_ad).items():
        newest[group_id] = max((by_ad[ad_id] for ad_id in ad_ids if ad_id in by_ad), key=lambda one: one.decision_id)
    closed: set[str] = set()
    opened: dict[str, str] = {}
    for part in chunks(sorted(newest)):
        groups, scores, merged = (
            load_groups(connection, part),
            load_priorities(connection, part),
            changes.merges(connection, part),
        )
        named = changes.persons(connection, groups.values())
        for group_id, group in groups.items():
            now_known = changes.basis(group, scores.get(group_id), named.get(group_id))
            if changed := changes.since(newest[group_id], now_known, merged.get(group_id)):
                opened[group_id] = "; ".join(changed)
            else:
                closed.add(group_id)
    closed |= _cleared_elsewhere(connection) - newest.keys()
    return closed, opened


def _cleared_elsewhere(connection: Connection) -> set[str]:
    """Groups that an imported label clears: most of their ads, and nothing but wording is new since the import."""
    named: dict[str, dict[str, labels.Label]] = defaultdict(dict)
    given = labels.imported(connection)
    owner = group_ids_of(connection, sorted({ad_id for one in given for ad_id in one.ad_ids}))
    for one in given:
        for ad_id in one.ad_ids:
            if ad_id in owner:
                named[owner[ad_id]][ad_id] = one
        if not one.ad_ids:
            named[one.group_id][""] = one
    members = members_of(connection, sorted(named))
    scores = load_priorities(connection, sorted(named))
    return {
        group_id
        for group_id, by_ad in named.items()
        if ("" in by_ad or 2 * len(by_ad) >= len(members.get(group_id, ())))
        and labels.verdict(list(by_ad.values())) is False
        and group_id in scores
        and scores[group_id].lane is not Lane.FIRST
        and not changes.new_reasons(
            {reason for one in by_ad.values() if one.shown for reason in one.shown.reasons},
            {one.feature for one in scores[group_id].evidence if one.direction is Direction.FOR},
            spared=True,
        )
    }


def _groups_of(connection: Connection, ad_ids: Iterable[str]) -> dict[str, list[str]]:
    return members_of(connection, sorted(set(group_ids_of(connection, sorted(ad_ids)).values())))


def asleep(connection: Connection, day: str, before: datetime) -> tuple[set[str], dict[str, str]]:
    """Groups that were put to sleep before a moment and until after the day, and those that a change has woken."""
    query = select(queue_states).where(queue_states.c.snoozed_until > day, queue_states.c.snoozed_at < before)
    rows = {row.group_id: row for row in connection.execute(query)}
    groups, scores = load_groups(connection, rows), load_priorities(connection, rows)
    merged, named = changes.merges(connection, sorted(rows)), changes.persons(connection, groups.values())
    sleeping: set[str] = set()
    woken: dict[str, str] = {}
    for group_id, group in groups.items():
        row = rows[group_id]
        present = changes.basis(group, scores.get(group_id), named.get(group_id))
        known = changes.stored(row.snoozed_basis)
        changed = changes.between(known, row.snoozed_at, present, merged.get(group_id), spared=False)
        if changed:
            woken[group_id] = "; ".join(changed)
        elif present.lane != Lane.FIRST.value:
            sleeping.add(group_id)
    return sleeping, woken
