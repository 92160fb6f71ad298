"""The day's queue, with the expected precision above it: the first page of an analyst."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy import Connection

from casework import decisions, queue
from casework.expectation import expectation
from casework.policy import Action
from casework.records import Decision, QueueEntry, QueueLane
from console.desk import Desk, at
from linker.records import Group
from linker.stored import load_groups
from models.indicators import Grade
from models.labels import Tier, Value
from models.records import Evidence, Priority
from models.stored import load_priorities
from store.workspace import Workspace

router = APIRouter()
REASONS = 3
LANES = (
    (QueueLane.FIRST, "First lane", "A stated age below 18. Every such group, before all others, whatever its value."),
    (QueueLane.RANKED, "Ranked", "By review priority, as many as the team can look at in a day."),
    (
        QueueLane.LEARN,
        "To learn from",
        "Near the cut and unlike each other: a label of these teaches most.",
    ),
    (
        QueueLane.AUDIT,
        "Drawn at random",
        "From everything below the cut: what these turn out to be says what is missed.",
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry with what a reader wants to know before opening it."""

    entry: QueueEntry
    group: Group | None
    decision: Decision | None
    reasons: tuple[Evidence, ...]
    more: int
    against: tuple[Evidence, ...]
    abstained: str | None


@router.get("/queue")
def show(desk: Annotated[Desk, Depends(at(Action.QUEUE))], day: str = "") -> Response:
    """The queue of a day; the newest there is unless one is named."""
    today = queue.today(desk.workspace)
    chosen = day or _newest(desk.workspace) or today
    desk.look("queue", "queue", chosen)
    with desk.workspace.read() as connection:
        items = load(connection, chosen, desk.workspace.settings.zone)
        expected = expectation(connection, desk.workspace.settings.prevalence)
        before = queue.latest_day(connection, chosen)
    return desk.page(
        "queue.html",
        day=chosen,
        today=today,
        lanes=[(lane, title, note, [one for one in items if one.entry.lane is lane]) for lane, title, note in LANES],
        total=len(items),
        decided=sum(one.decision is not None for one in items),
        expected=expected,
        ranked_by=sorted({one.entry.model for one in items}),
        before=before,
        verdicts=list(Value),
        tiers=list(Tier),
    )


def load(connection: Connection, day: str, zone: ZoneInfo) -> list[Item]:
    """The day's entries with their groups, reasons and the decisions made on the day or after."""
    entries = queue.load(connection, day)
    ids = [entry.group_id for entry in entries]
    groups, priorities = load_groups(connection, ids), load_priorities(connection, ids)
    made = []
    for entry in entries:
        standing = [one for one in decisions.history(connection, entry.group_id, ()) if one.undone_at is None]
        recent = [one for one in standing if one.at.astimezone(zone).date().isoformat() >= day]
        made.append(_item(entry, groups.get(entry.group_id), priorities.get(entry.group_id), recent[:1]))
    return made


def _newest(workspace: Workspace) -> str | None:
    with workspace.read() as connection:
        return queue.latest_day(connection)


def _item(entry: QueueEntry, group: Group | None, priority: Priority | None, decision: list[Decision]) -> Item:
    evidence = priority.evidence if priority else ()
    speaks_for = sorted((one for one in evidence if one.direction == "for"), key=lambda one: one.grade != Grade.MINOR)
    against = tuple(one for one in evidence if one.direction == "against")
    return Item(
        entry,
        group,
        decision[0] if decision else None,
        tuple(speaks_for[:REASONS]),
        max(0, len(speaks_for) - REASONS),
        against[:1],
        priority.abstained if priority else None,
    )
