"""What people decide about groups. A decision, its label for training and its audit event are one transaction."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from casework import changes
from casework.records import Decision, QueueLane
from casework.tables import decision_ads, decisions, queue_entries
from linker.stored import load_groups
from models import labels
from models.labels import Label, Source, Tier, Value
from models.stored import load_priorities
from store import audit
from store.audit import Act, Via
from store.database import select_in
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

LONGEST_WHY = 5_000
OF_ADS = select(decision_ads.c.decision_id)
WHOLE = select(decisions)
STANDING = WHOLE.where(decisions.c.undone_at.is_(None))


def decide(
    workspace: Workspace,
    group_id: str,
    verdict: Value,
    *,
    who: str,
    why: str,
    tier: Tier = Tier.OPINION,
    via: Via = Via.CONSOLE,
) -> Decision:
    """Record what a person decided about a group as it is now; `why` is required. Raises UsageError."""
    reason = why.strip()
    if not 1 <= len(reason) <= LONGEST_WHY:
        raise UsageError(f"say why in 1 to {LONGEST_WHY:,} characters; a later reader has only that")
    with workspace.begin() as connection:
        group = load_groups(connection, [group_id]).get(group_id)
        if group is None:
            raise UsageError(
                f"there is no group {group_id!r} any more; its ads may have joined another: search for one"
            )
        priority = load_priorities(connection, [group_id]).get(group_id)
        # What put the group before this person: the newest queue it stood in.
        entry = connection.execute(
            select(queue_entries)
            .where(queue_entries.c.group_id == group_id)
            .order_by(queue_entries.c.day.desc())
            .limit(1)
        ).one_or_none()
        day, lane, rank = (entry.day, entry.lane, entry.rank) if entry else (None, None, None)
        moment = now()
        others = labels.others(connection, group_id, who)
        # A second reader is not shown the first verdict, but for one who decided before.
        own = select(decisions.c.decision_id).where(decisions.c.group_id == group_id, decisions.c.who == who)
        blind = lane == QueueLane.SECOND.value and connection.execute(own.limit(1)).first() is None
        label = Label(
            group_id, group.ad_ids, verdict, tier, who, moment, Source.SECOND_READER if others else Source.DECISION,
            model=priority.model if priority else None, queue_day=day,
            shown=labels.shown(priority, queue_lane=lane, rank=rank, others=0 if blind else others),
        )  # fmt: skip
        label_id = labels.record(connection, label)
        known = changes.basis(group, priority, changes.persons(connection, [group]).get(group_id))
        decision_id = connection.execute(
            insert(decisions)
            .values(
                group_id=group_id,
                ad_ids=list(group.ad_ids),
                verdict=verdict.value,
                tier=tier.value,
                who=who,
                at=moment,
                why=reason,
                day=day,
                basis=asdict(known),
                label_id=label_id,
            )
            .returning(decisions.c.decision_id)
        ).scalar_one()
        connection.execute(
            insert(decision_ads), [{"decision_id": decision_id, "ad_id": ad_id} for ad_id in group.ad_ids]
        )
        facts = {"verdict": verdict.value, "tier": tier.value, "ads": len(group.ad_ids)}
        audit.append(workspace, Act(who, via, "decide", "group", group_id, facts=facts), connection)
    return Decision(
        decision_id, label_id, group_id, group.ad_ids, verdict, tier, who, moment, reason, day, known, None, None
    )


def undo(workspace: Workspace, decision_id: int, *, who: str, via: Via = Via.CONSOLE) -> Decision:
    """Take a decision back, with its label; the row stays. Raises UsageError where there is none that stands."""
    with workspace.begin() as connection:
        decision = find(connection, decision_id)
        if decision is None or decision.undone_at is not None:
            raise UsageError(f"decision {decision_id} is not there or was undone before")
        moment = now()
        connection.execute(
            update(decisions).where(decisions.c.decision_id == decision_id).values(undone_at=moment, undone_by=who)
        )
        labels.withdraw(connection, decision.label_id, who)
        audit.append(workspace, Act(who, via, "undo decision", "group", decision.group_id), connection)
    return decision


def find(connection: Connection, decision_id: int) -> Decision | None:
    """The decision with this number."""
    row = connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).one_or_none()
    return _decision(row) if row else None


def history(connection: Connection, group_id: str, ad_ids: Iterable[str]) -> list[Decision]:
    """Every decision about the group or any of its present ads, undone ones too, newest first."""
    found = {row.decision_id for row in connection.execute(
        select(decisions.c.decision_id).where(decisions.c.group_id == group_id)
    )}  # fmt: skip
    found |= {row.decision_id for row in select_in(connection, OF_ADS, decision_ads.c.ad_id, ad_ids)}
    rows = select_in(connection, WHOLE, decisions.c.decision_id, sorted(found))
    return sorted((_decision(row) for row in rows), key=lambda one: -one.decision_id)


def standing_of(connection: Connection, group_ids: Iterable[str]) -> dict[str, list[Decision]]:
    """The decisions in force about each of these groups, newest first; a group without one is left out."""
    found: dict[str, list[Decision]] = {}
    rows = select_in(connection, STANDING, decisions.c.group_id, group_ids)
    for one in sorted(map(_decision, rows), key=lambda one: -one.decision_id):
        found.setdefault(one.group_id, []).append(one)
    return found


def standing(connection: Connection, before: datetime | None = None) -> dict[str, Decision]:
    """The newest decision in force about each ad that was ever decided on (before a moment)."""
    query = select(decisions).where(decisions.c.undone_at.is_(None)).order_by(decisions.c.decision_id)
    if before is not None:
        query = query.where(decisions.c.at < before)
    return {ad_id: one for one in map(_decision, connection.execute(query)) for ad_id in one.ad_ids}


def _decision(row: Row[Any]) -> Decision:
    known = row.basis
    return Decision(
        decision_id=row.decision_id,
        label_id=row.label_id,
        group_id=row.group_id,
        ad_ids=tuple(row.ad_ids),
        verdict=Value(row.verdict),
        tier=Tier(row.tier),
        who=row.who,
        at=row.at,
        why=row.why,
        day=row.day,
        basis=changes.stored(known),
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
