"""What changed between two days' queues: who entered, left, rose and fell, and the criterion behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from casework import decisions, queue
from casework.records import QueueEntry, QueueLane
from casework.tables import queue_days, queue_states
from linker.stored import members_of
from linker.tables import lineage
from models.records import Lane
from models.stored import load_priorities
from store.database import select_in
from store.workspace import Workspace

LED = (QueueLane.FIRST, QueueLane.RANKED)  # the others are samples: nobody enters them for a reason
TOLD = 3  # features named
SLIGHT = 0.005  # of a feature's part in the value


class Move(StrEnum):
    """What happened."""

    ENTERED = "entered"
    LEFT = "left"
    ROSE = "rose"
    FELL = "fell"


@dataclass(frozen=True, slots=True)
class Change:
    """One group's move, with its values (None where it was not, or is not, scored) and the criterion."""

    group_id: str
    move: Move
    before: float | None
    after: float | None
    why: str


@dataclass(frozen=True, slots=True)
class DayChanges:
    """All moves from the queue of `since` to that of `day`; `since` is None where there was none before."""

    day: str
    since: str | None
    changes: tuple[Change, ...]

    def of(self, move: Move) -> list[Change]:
        """Those of one kind, in the order of the queue."""
        return [one for one in self.changes if one.move is move]


def between(workspace: Workspace, connection: Connection, day: str) -> DayChanges:
    """What changed since the queue before."""
    since = queue.latest_day(connection, day)
    today = {one.group_id: one for one in queue.load(connection, day)}
    before = {one.group_id: one for one in queue.load(connection, since)} if since else {}
    if since is None or not today:
        return DayChanges(day, since, ())
    led = {one: entry for one, entry in today.items() if entry.lane in LED}
    was = {one: entry for one, entry in before.items() if entry.lane in LED}
    found = [_entered(entry) for one, entry in led.items() if one not in was]
    found += [_moved(was[one], entry) for one, entry in led.items() if one in was and _has_moved(was[one], entry)]
    found += _left(workspace, connection, day, [entry for one, entry in was.items() if one not in led])
    return DayChanges(day, since, tuple(found))


def compare(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Which features made the difference, the largest first."""
    moved = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in before.keys() | after.keys()}
    largest = sorted((one for one in moved if abs(moved[one]) >= SLIGHT), key=lambda one: (-abs(moved[one]), one))[
        :TOLD
    ]
    return "; ".join(f"{_named(one)} {_how(one, before, after)} ({moved[one]:+.2f})" for one in largest)


def _how(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    if name not in before:
        return "is new"
    return "is gone" if name not in after else "weighs more" if after[name] > before[name] else "weighs less"


def _has_moved(before: QueueEntry, after: QueueEntry) -> bool:
    return abs(after.value - before.value) >= queue.ROSE or before.lane is not after.lane


def _moved(before: QueueEntry, after: QueueEntry) -> Change:
    up = after.value >= before.value if before.lane is after.lane else after.lane is QueueLane.FIRST
    why = compare(before.reasons, after.reasons) or "the model weighs the same reasons otherwise"
    if before.lane is not after.lane:
        why = "an age below 18 is now stated" if up else "no age below 18 is stated any more"
    elif before.model != after.model:
        why = f"ranked by {after.model}, before by {before.model}; {why}"
    return Change(after.group_id, Move.ROSE if up else Move.FELL, before.value, after.value, why)


def _entered(entry: QueueEntry) -> Change:
    why = entry.why if entry.why.startswith("opened again") else ""
    if not why:
        largest = sorted(entry.reasons, key=lambda one: (-entry.reasons[one], one))[:TOLD]
        raised = [f"{_named(one)} (+{entry.reasons[one]:.2f})" for one in largest if entry.reasons[one] > 0]
        why = f"new above the cut: {', '.join(raised)}" if raised else "new above the cut"
    return Change(entry.group_id, Move.ENTERED, None, entry.value, why)


def _left(workspace: Workspace, connection: Connection, day: str, gone: list[QueueEntry]) -> list[Change]:
    ids = [one.group_id for one in gone]
    scores = load_priorities(connection, ids)
    cut = connection.execute(select(queue_days.c.cut).where(queue_days.c.day == day)).scalar_one_or_none()
    began = queue.midnight(workspace, day)
    asleep = {
        row.group_id: row.snoozed_until
        for row in select_in(connection, select(queue_states), queue_states.c.group_id, ids)
        if row.snoozed_until and row.snoozed_until > day
    }
    into = {
        row.other: row.group_id
        for row in select_in(connection, select(lineage).where(lineage.c.passage == "merged"), lineage.c.other, ids)
    }
    found = []
    for entry in gone:
        now_is = scores.get(entry.group_id)
        why = _decided(connection, entry, began)
        if not why and entry.group_id in asleep:
            why = f"asleep until {asleep[entry.group_id]}"
        if not why and now_is is None:
            other = into.get(entry.group_id)
            why = f"joined group {other}" if other else "its ads are gone, or in other groups"
        if not why and now_is is not None:
            after = {one.feature: one.contribution for one in now_is.evidence if one.contribution}
            if now_is.route.value != entry.route:
                why = f"looked at as {now_is.route.value} now, before as {entry.route}"
            elif now_is.lane is not Lane.FIRST and cut is not None and now_is.value >= entry.value - SLIGHT:
                why = f"others stand higher: the cut is {cut:.2f} now"
            else:
                why = f"fell below the cut: {compare(entry.reasons, after) or f'{now_is.value:.2f} now'}"
        found.append(Change(entry.group_id, Move.LEFT, entry.value, now_is.value if now_is else None, why))
    return found


def _decided(connection: Connection, entry: QueueEntry, before: datetime) -> str:
    members = members_of(connection, [entry.group_id]).get(entry.group_id, [])
    standing = [one for one in decisions.history(connection, entry.group_id, members) if one.undone_at is None]
    newest = next((one for one in standing if one.at < before), None)
    return f"decided {newest.verdict.value} by {newest.who}" if newest else ""


def _named(feature: str) -> str:
    return feature.replace("_", " ")
