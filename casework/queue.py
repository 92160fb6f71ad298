"""The daily queue: which groups the team looks at on a day, in which order, and why each is there.

First every group with a stated minor age, then the review and recruitment routes by value down to the team's capacity, then
a few of which a label teaches most, a few that one person decided for a second to read, and a few drawn at random from
everything below the cut. A function of the store and of the decisions made before the day began: built again on the same day
it is the same, and after new data it differs only by them. Groups decided on the day itself keep their place. A day that is
over is never built again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from casework import closed, second_reads, verification
from casework.records import QueueEntry, QueueLane
from casework.tables import queue_days, queue_entries
from casework.watching.canaries import SITE
from linker.tables import group_members
from models.labelling import Candidate, Slice, to_label
from models.lowering import strengths
from models.records import Band, Lane, Route
from models.scorecard import CUT
from models.stored import load_priorities
from models.tables import priorities
from store.database import chunks, upsert
from store.errors import UsageError
from store.schema import now
from store.sifting import sound
from store.workspace import Workspace

RANKED_ROUTES = (Route.REVIEW.value, Route.RECRUITMENT.value)
RANKED_BANDS = (Band.FIRST.value, Band.REVIEW.value)
ROSE = 0.05  # a value that rose by this since the last queue is said to have risen


@dataclass(frozen=True, slots=True)
class _Made:
    entries: list[QueueEntry]
    capacity: int
    cut: float  # the least value that is ranked
    below: int  # groups nobody is shown but by lot


def today(workspace: Workspace) -> str:
    """The present day in the team's time zone, as an ISO date."""
    return now().astimezone(workspace.settings.zone).date().isoformat()


def build(workspace: Workspace, day: str | None = None) -> list[QueueEntry]:
    """Build the day's queue (today's by default), or return a past day's as it was. Raises UsageError for a future day."""
    day = checked(day) if day else today(workspace)
    if day > today(workspace):
        raise UsageError(f"{day} has not come yet; a queue is built on its day")
    with workspace.read() as connection:
        if day < today(workspace):
            return load(connection, day)
        made = _compose(workspace, connection, day)
    with workspace.begin() as connection:
        _save(connection, day, made)
    verification.checkpoint(workspace)
    return made.entries


def load(connection: Connection, day: str) -> list[QueueEntry]:
    """A day's queue as it was built, by rank; empty where none was."""
    rows = connection.execute(select(queue_entries).where(queue_entries.c.day == day).order_by(queue_entries.c.rank))
    return [_entry(row) for row in rows]


def entry_of(connection: Connection, day: str, group_id: str) -> QueueEntry | None:
    """The group's entry in a day's queue, where it has one."""
    mine = (queue_entries.c.day == day) & (queue_entries.c.group_id == group_id)
    row = connection.execute(select(queue_entries).where(mine)).one_or_none()
    return _entry(row) if row else None


def latest_day(connection: Connection, before: str | None = None) -> str | None:
    """The newest day that has a queue (earlier than `before`)."""
    query = select(queue_entries.c.day).order_by(queue_entries.c.day.desc()).limit(1)
    if before is not None:
        query = query.where(queue_entries.c.day < before)
    return connection.execute(query).scalar_one_or_none()


def _compose(workspace: Workspace, connection: Connection, day: str) -> _Made:
    settings = workspace.settings
    columns = (
        priorities.c.group_id, priorities.c.value, priorities.c.lane, priorities.c.band, priorities.c.route,
        priorities.c.model,
    )  # fmt: skip
    rows = connection.execute(select(*columns).order_by(priorities.c.value.desc(), priorities.c.group_id)).all()
    began = midnight(workspace, day)
    shut, opened = closed.decided(connection, began)
    sleeping, woken = closed.asleep(connection, day, began)
    opened |= woken
    aside = shut | sleeping | _planted(connection)
    rest = [row for row in rows if row.group_id not in aside]
    first = [row for row in rest if row.lane == Lane.FIRST.value]
    lane = [row for row in rest if row.lane != Lane.FIRST.value and row.route in RANKED_ROUTES]
    ranked = [row for row in lane if row.band in RANKED_BANDS][: settings.queue_capacity]
    shown = {row.group_id for row in (*first, *ranked)}
    by_id = {row.group_id: row for row in rest if row.group_id not in shown}
    cut = ranked[-1].value if len(ranked) == settings.queue_capacity else CUT
    wanted = to_label(
        (Candidate(one, row.value, row.band != Band.ABSTAINED.value) for one, row in by_id.items()),
        lambda group_ids: _strengths(workspace, connection, group_ids),
        cut=cut,
        learn=settings.queue_learn,
        audit=settings.queue_audit,
        day=day,
    )
    said = {one.group_id: one.why for one in wanted}
    learn, drawn = ([by_id[one.group_id] for one in wanted if one.slice is part] for part in Slice)
    again = second_reads.wanted(connection, day, began, shut, settings.queue_second)
    second = [row for row in rows if row.group_id in again]
    said |= dict.fromkeys(again, "decided by one person; for a second reader")
    before = {one.group_id: one for one in load(connection, latest_day(connection, day) or "")}
    lanes = [
        (QueueLane.FIRST, first), (QueueLane.RANKED, ranked), (QueueLane.LEARN, learn), (QueueLane.SECOND, second),
        (QueueLane.AUDIT, drawn),
    ]  # fmt: skip
    placed = [(chosen, row) for chosen, part in lanes for row in part]
    weighed = _reasons(workspace, connection, [row.group_id for _, row in placed])
    entries = [
        QueueEntry(
            day, row.group_id, rank, chosen, row.value, row.band, row.route,
            _why(row, opened.get(row.group_id), said.get(row.group_id), before.get(row.group_id)), row.model,
            weighed.get(row.group_id, {}),
        )
        for rank, (chosen, row) in enumerate(placed, start=1)
    ]  # fmt: skip
    return _Made(entries, settings.queue_capacity, cut, len(by_id) - len(learn))


def _planted(connection: Connection) -> set[str]:
    """Groups of canaries: they prove that ads arrive, and are nobody's leads."""
    query = select(group_members.c.group_id).where(group_members.c.ad_id.startswith(f"{SITE}:"))
    return set(connection.execute(query).scalars())


def _reasons(workspace: Workspace, connection: Connection, group_ids: list[str]) -> dict[str, dict[str, float]]:
    """What each feature added to the value (or took away), so that tomorrow can say why it rose or fell."""
    found = dict(sound(group_ids, lambda some: load_priorities(connection, some).items(), workspace.root))
    return {
        group_id: {one.feature: round(one.contribution, 4) for one in priority.evidence if one.contribution}
        for group_id, priority in found.items()
    }


def _why(row: Any, opened: str | None, wanted: str | None, before: QueueEntry | None) -> str:
    if opened is not None:
        return f"opened again: {opened}"
    if wanted is not None:
        return wanted
    if before is None or before.lane not in (QueueLane.FIRST, QueueLane.RANKED):
        return "entered"
    if row.value >= before.value + ROSE:
        return f"rose from {before.value:.2f}"
    if row.value <= before.value - ROSE:
        return f"fell from {before.value:.2f}, not yet decided"
    return "carried over, not yet decided"


def _save(connection: Connection, day: str, made: _Made) -> None:
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
            "reasons": dict(one.reasons),
        }
        for one in made.entries
    ]
    for part in chunks(rows):
        connection.execute(insert(queue_entries), part)
    row = {"day": day, "made_at": moment, "capacity": made.capacity, "cut": made.cut, "below": made.below}
    upsert(connection, queue_days, [row])


def _strengths(workspace: Workspace, connection: Connection, group_ids: Sequence[str]) -> dict[str, list[float]]:
    found = dict(sound(group_ids, lambda some: load_priorities(connection, some).items(), workspace.root))
    return {one: strengths(found[one].evidence if one in found else ())[0].tolist() for one in group_ids}


def midnight(workspace: Workspace, day: str) -> datetime:
    """When a day of the team's begins."""
    return datetime.combine(date.fromisoformat(day), time(), workspace.settings.zone).astimezone(UTC)


def checked(day: str) -> str:
    """The day as an ISO date. Raises UsageError where it is none."""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise UsageError(f"{day!r} is no day; write it as 2026-05-01") from None


def _entry(row: Row[Any]) -> QueueEntry:
    return QueueEntry(
        row.day,
        row.group_id,
        row.rank,
        QueueLane(row.lane),
        row.value,
        row.band,
        row.route,
        row.why,
        row.model,
        row.reasons or {},
    )
