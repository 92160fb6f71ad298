"""The daily queue: which groups the team looks at on a day, in which order, and why each is there.

First every group with a stated minor age, then the review and recruitment routes by value down to the team's capacity,
then a few of which a label teaches most, then a few drawn at
random from everything below the cut. A function of the store and of the decisions made before the
day began: built again on the same day it is the same, and after new data it differs only by them. Groups decided on the
day itself keep their place. A day that is over is never built again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from casework import changes, decisions, verification
from casework.records import Decision, QueueEntry, QueueLane
from casework.tables import queue_entries
from linker.stored import group_ids_of, load_groups, members_of
from models import labels
from models.labelling import Candidate, Slice, to_label
from models.lowering import strengths
from models.records import Band, Direction, Lane, Route
from models.scorecard import CUT
from models.stored import load_priorities
from models.tables import priorities
from store.database import chunks
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

RANKED_ROUTES = (Route.REVIEW.value, Route.RECRUITMENT.value)
RANKED_BANDS = (Band.FIRST.value, Band.REVIEW.value)
ROSE = 0.05  # a value that rose by this since the last queue is said to have risen


def today(workspace: Workspace) -> str:
    """The present day in the team's time zone, as an ISO date."""
    return now().astimezone(workspace.settings.zone).date().isoformat()


def build(workspace: Workspace, day: str | None = None) -> list[QueueEntry]:
    """Build the day's queue (today's by default), or return a past day's as it was. Raises UsageError for a future day."""
    day = _checked(day) if day else today(workspace)
    if day > today(workspace):
        raise UsageError(f"{day} has not come yet; a queue is built on its day")
    with workspace.read() as connection:
        if day < today(workspace):
            return load(connection, day)
        made = _compose(workspace, connection, day)
    with workspace.begin() as connection:
        _save(connection, day, made)
    verification.checkpoint(workspace)
    return made


def load(connection: Connection, day: str) -> list[QueueEntry]:
    """A day's queue as it was built, by rank; empty where none was."""
    rows = connection.execute(select(queue_entries).where(queue_entries.c.day == day).order_by(queue_entries.c.rank))
    return [_entry(row) for row in rows]


def latest_day(connection: Connection, before: str | None = None) -> str | None:
    """The newest day that has a queue (earlier than `before`)."""
    query = select(queue_entries.c.day).order_by(queue_entries.c.day.desc()).limit(1)
    if before is not None:
        query = query.where(queue_entries.c.day < before)
    return connection.execute(query).scalar_one_or_none()


def _compose(workspace: Workspace, connection: Connection, day: str) -> list[QueueEntry]:
    settings = workspace.settings
    rows = connection.execute(
        select(
            priorities.c.group_id,
            priorities.c.value,
            priorities.c.lane,
            priorities.c.band,
            priorities.c.route,
            priorities.c.model,
        ).order_by(priorities.c.value.desc(), priorities.c.group_id)
    ).all()
    closed, opened = _decided(connection, _midnight(workspace, day))
    rest = [row for row in rows if row.group_id not in closed]
    first = [row for row in rest if row.lane == Lane.FIRST.value]
    lane = [row for row in rest if row.lane != Lane.FIRST.value and row.route in RANKED_ROUTES]
    ranked = [row for row in lane if row.band in RANKED_BANDS][: settings.queue_capacity]
    shown = {row.group_id for row in (*first, *ranked)}
    by_id = {row.group_id: row for row in rest if row.group_id not in shown}
    wanted = to_label(
        (Candidate(one, row.value, row.band != Band.ABSTAINED.value) for one, row in by_id.items()),
        lambda group_ids: _strengths(connection, group_ids),
        cut=ranked[-1].value if len(ranked) == settings.queue_capacity else CUT,
        learn=settings.queue_learn,
        audit=settings.queue_audit,
        day=day,
    )
    said = {one.group_id: one.why for one in wanted}
    learn, drawn = ([by_id[one.group_id] for one in wanted if one.slice is part] for part in Slice)
    before = {one.group_id: one for one in load(connection, latest_day(connection, day) or "")}
    lanes = [(QueueLane.FIRST, first), (QueueLane.RANKED, ranked), (QueueLane.LEARN, learn), (QueueLane.AUDIT, drawn)]
    return [
        QueueEntry(
            day, row.group_id, rank, chosen, row.value, row.band, row.route,
            _why(row, opened.get(row.group_id), said.get(row.group_id), before.get(row.group_id)), row.model,
        )
        for rank, (chosen, row) in enumerate(((one, row) for one, part in lanes for row in part), start=1)
    ]  # fmt: skip


def _why(row: Any, opened: str | None, wanted: str | None, before: QueueEntry | None) -> str:
    if opened is not None:
        return f"opened again: {opened}"
    if wanted is not None:
        return wanted
    if before is None or before.lane in (QueueLane.LEARN, QueueLane.AUDIT):
        return "entered"
    if row.value >= before.value + ROSE:
        return f"rose from {before.value:.2f}"
    if row.value <= before.value - ROSE:
        return f"fell from {before.value:.2f}, not yet decided"
    return "carried over, not yet decided"


def _decided(connection: Connection, before: datetime) -> tuple[set[str], dict[str, str]]:
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
        for group_id, group in groups.items():
            now_known = changes.basis(group, scores.get(group_id))
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


def _save(connection: Connection, day: str, made: list[QueueEntry]) -> None:
    moment = now()
    connection.execute(delete(queue_entries).where(queue_entries.c.day == day))
    rows = [
        {
            "day": one.day,
            "group_id": one.group_id,
            "rank": one.rank,
            "lane": one.lane.value,
            "value": one.value,
            "band": one.band,
            "route": one.route,
            "why": one.why,
            "model": one.model,
            "made_at": moment,
        }
        for one in made
    ]
    for part in chunks(rows):
        connection.execute(insert(queue_entries), part)


def _strengths(connection: Connection, group_ids: Sequence[str]) -> dict[str, list[float]]:
    found = load_priorities(connection, group_ids)
    return {one: strengths(found[one].evidence)[0].tolist() for one in group_ids}


def _midnight(workspace: Workspace, day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), workspace.settings.zone).astimezone(UTC)


def _checked(day: str) -> str:
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise UsageError(f"{day!r} is no day; write it as 2026-05-01") from None


def _entry(row: Row[Any]) -> QueueEntry:
    return QueueEntry(
        row.day, row.group_id, row.rank, QueueLane(row.lane), row.value, row.band, row.route, row.why, row.model
    )
