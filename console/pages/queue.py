"""The day's queue, with the expected precision above it: the first page of an analyst."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response
from sqlalchemy import Connection

from casework import accounts, day_changes, decisions, queue, queue_states, second_reads
from casework.expectation import expectation
from casework.foremost import foremost
from casework.missed import missed
from casework.policy import Action
from casework.queue_states import EntryState
from casework.records import Decision, QueueEntry, QueueLane
from console.desk import Desk, at, sent_to
from linker.records import Glance
from linker.stored import glances_of
from models.labels import Tier, Value
from models.records import Evidence, Priority
from models.stored import load_priorities
from store.workspace import Workspace

router = APIRouter()
NEXT = "next"
LANES = (
    (QueueLane.FIRST, "First lane", "A stated age below 18. Every such group, before all others, whatever its value."),
    (QueueLane.RANKED, "Ranked", "By review priority, as many as the team can look at in a day."),
    (
        QueueLane.LEARN,
        "To learn from",
        "Near the cut and unlike each other: a label of these teaches most.",
    ),
    (
        QueueLane.SECOND,
        "For a second reader",
        "Decided by one person; another decides without being shown what the first said. How far they agree stands above.",
    ),
    (
        QueueLane.AUDIT,
        "Drawn at random",
        "From everything below the cut: what these turn out to be says what is missed.",
    ),
)


ORDER = {lane: place for place, (lane, _, _) in enumerate(LANES)}
PAGE = 50  # entries on one page


@dataclass(frozen=True, slots=True)
class Item:
    """An entry with what a reader wants to know before opening it."""

    entry: QueueEntry
    group: Glance | None
    decision: Decision | None
    reasons: tuple[Evidence, ...]
    more: int
    against: tuple[Evidence, ...]
    abstained: str | None
    state: EntryState | None = None
    first_reader: bool = False  # of an entry for a second reader: it is this person's own decision that is read again


@router.get("/queue")
def show(desk: Annotated[Desk, Depends(at(Action.QUEUE))], day: str = "", one: str = "", start: int = 0) -> Response:
    """The queue of a day; the newest there is unless one is named. With `one`, that group's entry alone, or the next to do."""
    today = queue.today(desk.workspace)
    chosen = queue.checked(day) if day else _newest(desk.workspace) or today
    desk.look("queue", "queue", chosen)
    viewer = desk.session.account
    with desk.workspace.read() as connection:
        entries = sorted(queue.load(connection, chosen), key=lambda found: (ORDER[found.lane], found.rank))
        said = decisions.standing_of(connection, [found.group_id for found in entries])
        open_, decided = _waiting(desk.workspace, entries, said, chosen, viewer)
        place = _place(entries, open_, one) if one else None
        first = place if place is not None else max(0, min(start, len(entries) - 1)) // PAGE * PAGE
        part = entries[first : first + (1 if place is not None else PAGE)]
        items = load(desk.workspace, connection, part, said, chosen, viewer)
        expected = expectation(connection, desk.workspace.settings.prevalence)
        before = queue.latest_day(connection, chosen)
        below = missed(connection)
        readers = second_reads.agreed(connection)
        moves = day_changes.between(desk.workspace, connection, chosen)
        everyone = accounts.every(connection)
    return desk.page(
        "queue.html",
        place=place,
        earlier=entries[place - 1].group_id if place else None,
        later=entries[place + 1].group_id if place is not None and place + 1 < len(entries) else None,
        start=first,
        page_of=PAGE,
        day=chosen,
        today=today,
        lanes=[
            (lane, title, note, [found for found in items if found.entry.lane is lane]) for lane, title, note in LANES
        ],
        sizes=Counter(found.lane for found in entries),
        total=len(entries),
        decided=decided,
        expected=expected,
        ranked_by=sorted({found.model for found in entries}),
        before=before,
        missed=below,
        readers=readers,
        moves=[(move, found) for move in day_changes.Move if (found := moves.of(move))],
        people=[person.name for person in everyone if not person.disabled],
        verdicts=list(Value),
        tiers=list(Tier),
    )


@router.post("/queue/claim")
def claim(
    desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))],
    group: Annotated[str, Form()],
    free: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Take a group to look at and go to it, or let go of it. Of two who ask at once one is told who has it."""
    if free:
        queue_states.release(desk.workspace, group, desk.session.account)
        return desk.go("/queue")
    queue_states.claim(desk.workspace, group, desk.session.account)
    return desk.go(f"/group?id={quote(group, safe='')}")


@router.post("/queue/assign")
def assign(
    desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))],
    group: Annotated[str, Form()],
    to: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Give a group to somebody, or to nobody."""
    queue_states.assign(desk.workspace, group, to or None, desk.session.account)
    return desk.go(f"/queue#g-{quote(group, safe='')}")


@router.post("/queue/snooze")
def snooze(
    desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))],
    group: Annotated[str, Form()],
    until: Annotated[str, Form(max_length=10)] = "",
    why: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Leave a group out until a day, or until it changes in a way that matters."""
    queue_states.snooze(desk.workspace, group, until, desk.session.account, why)
    return desk.go(f"/queue#g-{quote(group, safe='')}")


def load(
    workspace: Workspace,
    connection: Connection,
    entries: Sequence[QueueEntry],
    said: Mapping[str, list[Decision]],
    day: str,
    viewer: str,
) -> list[Item]:
    """The entries with their groups, reasons and the decisions made on the day or after.

    Of an entry for a second reader nobody is shown what others decided before they have decided themselves.
    """
    ids = [entry.group_id for entry in entries]
    groups, priorities = glances_of(connection, ids), load_priorities(connection, ids, quoted=False)
    states = queue_states.states(workspace, connection, ids)
    made = []
    for entry in entries:
        recent, own = _recent(workspace, entry, said, day, viewer)
        item = _item(entry, groups.get(entry.group_id), priorities.get(entry.group_id), recent[:1])
        first = entry.lane is QueueLane.SECOND and own and not recent
        made.append(replace(item, state=states.get(entry.group_id), first_reader=first))
    return made


def _recent(
    workspace: Workspace, entry: QueueEntry, said: Mapping[str, list[Decision]], day: str, viewer: str
) -> tuple[list[Decision], bool]:
    """The decisions of the day or after that the viewer may see, and whether one that stands is their own."""
    zone = workspace.settings.zone
    standing = said.get(entry.group_id, [])
    own = any(found.who == viewer for found in standing)
    if entry.lane is QueueLane.SECOND and not own:
        return [], own
    return [found for found in standing if found.at.astimezone(zone).date().isoformat() >= day], own


def _waiting(
    workspace: Workspace, entries: Sequence[QueueEntry], said: Mapping[str, list[Decision]], day: str, viewer: str
) -> tuple[set[str], int]:
    """The groups that wait for a decision of the viewer's, and how many entries are decided."""
    waiting, decided = set(), 0
    for entry in entries:
        recent, own = _recent(workspace, entry, said, day, viewer)
        decided += bool(recent)
        if not recent and not (entry.lane is QueueLane.SECOND and own):
            waiting.add(entry.group_id)
    return waiting, decided


def _place(entries: Sequence[QueueEntry], waiting: set[str], wanted: str) -> int | None:
    """Where the wanted group's entry stands; for "next" the first that waits, or None where none does."""
    for place, entry in enumerate(entries):
        if entry.group_id == wanted or (wanted == NEXT and entry.group_id in waiting):
            return place
    return None


def _newest(workspace: Workspace) -> str | None:
    with workspace.read() as connection:
        return queue.latest_day(connection)


def _item(entry: QueueEntry, group: Glance | None, priority: Priority | None, decision: list[Decision]) -> Item:
    first = foremost(priority)
    return Item(
        entry,
        group,
        decision[0] if decision else None,
        first.reasons,
        first.more,
        first.against,
        priority.abstained if priority else None,
    )
