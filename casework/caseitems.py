"""What people put into a case: notes, tags, tasks, pinned ads and groups, judgements and decisions.

Each has who, when and why, and each can be undone; an undone one stays, with who undid it and why.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from casework import decisions
from casework.cases import Case
from casework.casetables import case_items
from crawlers.records import TEXT_FIELDS
from crawlers.stored import load_ads
from linker import judgements
from linker.stored import group_ids_of, load_groups
from models.labels import Tier, Value
from models.stored import load_priorities
from nlp.stored import load_readings
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.quarantine import held, require_shown
from store.schema import now
from store.workspace import Workspace

LONGEST = 20_000


class ItemKind(StrEnum):
    """What an item is."""

    NOTE = "note"
    TAG = "tag"
    TASK = "task"
    AD = "ad"
    GROUP = "group"
    JUDGEMENT = "judgement"
    DECISION = "decision"
    HANDOVER = "handover"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a case. `about` is the ad, group, judgement or decision, or whom a task or the case was given to."""

    item_id: int
    case_id: str
    kind: ItemKind
    about: str | None
    words: str
    state: dict[str, Any]
    who: str
    at: datetime
    due: str | None
    done_at: datetime | None
    done_by: str | None
    undone_at: datetime | None
    undone_by: str | None
    undone_why: str | None


def of_case(connection: Connection, case_id: str, *, undone: bool = False) -> list[Item]:
    """What is in the case, oldest first; what was undone only where asked for."""
    query = select(case_items).where(case_items.c.case_id == case_id).order_by(case_items.c.item_id)
    rows = connection.execute(query if undone else query.where(case_items.c.undone_at.is_(None)))
    return [_item(row) for row in rows]


def note(workspace: Workspace, case: Case, words: str, who: str, *, via: Via = Via.CONSOLE) -> int:
    """Write a note; returns the item's number, as all of these do. Raises UsageError."""
    return _add(workspace, case, ItemKind.NOTE, words, who, via)


def tag(workspace: Workspace, case: Case, name: str, who: str, *, via: Via = Via.CONSOLE) -> int:
    """Give the case a tag: one word or a few, compared without case."""
    wanted = " ".join(name.casefold().split())
    if len(wanted) > 40:
        raise UsageError("a tag has at most 40 characters; write a note instead")
    return _add(workspace, case, ItemKind.TAG, wanted, who, via)


def task(
    workspace: Workspace,
    case: Case,
    words: str,
    who: str,
    *,
    to: str | None = None,
    due: str = "",
    via: Via = Via.CONSOLE,
) -> int:
    """Give somebody, or nobody yet, something to do, by an ISO date or none."""
    if due:
        try:
            date.fromisoformat(due)
        except ValueError:
            raise UsageError(f"{due!r} is no date; write it as 2026-05-01") from None
    return _add(workspace, case, ItemKind.TASK, words, who, via, about=to or None, due=due or None)


def done(workspace: Workspace, case: Case, item_id: int, who: str, *, via: Via = Via.CONSOLE) -> None:
    """A task is done."""
    with workspace.begin() as connection:
        found = _standing(connection, case, item_id)
        if found.kind is not ItemKind.TASK or found.done_at is not None:
            raise UsageError(f"item {item_id} is no task that waits")
        _change(connection, item_id, done_at=now(), done_by=who)
        _record(workspace, connection, who, via, "task done", case)


def pin(
    workspace: Workspace, case: Case, kind: ItemKind, about: str, why: str, who: str, *, via: Via = Via.CONSOLE
) -> int:
    """Pin an ad or a group with the state it has now, whatever becomes of it. Raises UsageError, QuarantinedError."""
    with workspace.read() as connection:
        state = _ad_state(connection, about) if kind is ItemKind.AD else _group_state(connection, about)
    return _add(workspace, case, kind, why, who, via, about=about, state=state)


def judge(
    workspace: Workspace, case: Case, left: str, right: str, verdict: judgements.Verdict, why: str, who: str,
    *, via: Via = Via.CONSOLE,
) -> int:  # fmt: skip
    """Say of two ads that they are the same poster's, or not, or that one cannot tell; the linker heeds it from then on."""
    _check(why)
    with workspace.begin() as connection:
        for ad_id in (left, right):
            require_shown(connection, ad_id)
        if missing := {left, right} - load_ads(connection, [left, right]).keys():
            raise UsageError(f"there is no ad {min(missing)!r}")
        number = judgements.judge(connection, left, right, verdict, who, why)
        state = {"left": left, "right": right, "verdict": verdict.value}
        return _insert(workspace, connection, case, ItemKind.JUDGEMENT, why, who, via, about=str(number), state=state)


def decide(
    workspace: Workspace,
    case: Case,
    group_id: str,
    verdict: Value,
    tier: Tier,
    why: str,
    who: str,
    *,
    via: Via = Via.CONSOLE,
) -> int:
    """Decide on a group as everywhere else, and put the decision into the case."""
    made = decisions.decide(workspace, group_id, verdict, who=who, why=why, tier=tier, via=via)
    return attach(workspace, case, made.decision_id, who, via=via)


def attach(workspace: Workspace, case: Case, decision_id: int, who: str, *, via: Via = Via.CONSOLE) -> int:
    """Put a decision that was made elsewhere into the case."""
    with workspace.begin() as connection:
        found = decisions.find(connection, decision_id)
        if found is None:
            raise UsageError(f"there is no decision {decision_id}")
        state = {"group_id": found.group_id, "verdict": found.verdict.value, "tier": found.tier.value, "who": found.who}
        return _insert(
            workspace, connection, case, ItemKind.DECISION, found.why, who, via, about=str(decision_id), state=state
        )


def undo(workspace: Workspace, case: Case, item_id: int, why: str, who: str, *, via: Via = Via.CONSOLE) -> None:
    """Take an item back; it stays in the record. A judgement or decision made here is withdrawn everywhere."""
    if not why.strip():
        raise UsageError("say why it is taken back")
    with workspace.read() as connection:
        found = _standing(connection, case, item_id)
        decision = decisions.find(connection, int(found.about or 0)) if found.kind is ItemKind.DECISION else None
    if found.kind is ItemKind.HANDOVER:
        raise UsageError("a hand-over is taken back by handing the case over again")
    if decision is not None and decision.undone_at is None and decision.who == found.who:
        decisions.undo(workspace, decision.decision_id, who=who, via=via)
    with workspace.begin() as connection:
        _standing(connection, case, item_id)
        if found.kind is ItemKind.JUDGEMENT:
            judgements.withdraw(connection, int(found.about or 0))
        _change(connection, item_id, undone_at=now(), undone_by=who, undone_why=why)
        _record(workspace, connection, who, via, f"undo {found.kind.value}", case, why)


def pinned(items: list[Item], kind: ItemKind) -> list[str]:
    """The ads or groups that are pinned, each once, in order."""
    return list(dict.fromkeys(one.about for one in items if one.kind is kind and one.about))


def written(items: list[Item]) -> list[dict[str, Any]]:
    """Everything people wrote, as plain objects for a file."""
    return [asdict(one) for one in items]


def _ad_state(connection: Connection, ad_id: str) -> dict[str, Any]:
    require_shown(connection, ad_id)
    stored = load_ads(connection, [ad_id]).get(ad_id)
    if stored is None:
        raise UsageError(f"there is no ad {ad_id!r}; find its id with sidelight search")
    reading = load_readings(connection, [ad_id]).get(ad_id)
    return _plain({
        "version": stored.version,
        "fields": {name: text for name in TEXT_FIELDS if (text := getattr(stored.ad, name))},
        "posted_at": stored.ad.posted_at,
        "url": stored.ad.url,
        "first_seen": stored.first_seen,
        "last_seen": stored.last_seen,
        "capture_id": stored.ad.origin.capture_id,
        "parser": stored.ad.origin.parser,
        "group_id": group_ids_of(connection, [ad_id]).get(ad_id),
        "lexicon": reading.version if reading else None,
        "mentions": [one.as_json() for one in reading.mentions] if reading else [],
    })  # fmt: skip


def _group_state(connection: Connection, group_id: str) -> dict[str, Any]:
    group = load_groups(connection, [group_id]).get(group_id)
    if group is None:
        raise UsageError(f"there is no group {group_id!r}; find its id with sidelight search or sidelight queue")
    priority = load_priorities(connection, [group_id]).get(group_id)
    if priority is not None:
        priority = priority.unquoted(held(connection, group.ad_ids))
    return _plain({
        "ad_ids": list(group.ad_ids),
        "first_seen": group.first_seen,
        "last_seen": group.last_seen,
        "places": [stop.name for stop in group.itinerary],
        "links": len(group.links),
        "model": priority.model if priority else None,
        "value": priority.value if priority else None,
        "band": priority.band.value if priority else None,
        "route": priority.route.value if priority else None,
        "evidence": [one.as_json() for one in priority.evidence] if priority else [],
    })  # fmt: skip


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(value))
    return plain


def _check(words: str) -> None:
    if not 1 <= len(words.strip()) <= LONGEST:
        raise UsageError(f"write 1 to {LONGEST:,} characters; a later reader has only that")


def _add(workspace: Workspace, case: Case, kind: ItemKind, words: str, who: str, via: Via, **more: Any) -> int:
    _check(words)
    with workspace.begin() as connection:
        return _insert(workspace, connection, case, kind, words.strip(), who, via, **more)


def _insert(
    workspace: Workspace,
    connection: Connection,
    case: Case,
    kind: ItemKind,
    words: str,
    who: str,
    via: Via,
    **more: Any,
) -> int:
    if case.closed_at is not None:
        raise UsageError(f"case {case.case_id} is closed; open it again to go on")
    values = {"state": {}, **more, "case_id": case.case_id, "kind": kind.value, "words": words, "who": who, "at": now()}
    number = connection.execute(insert(case_items).values(values).returning(case_items.c.item_id)).scalar_one()
    _record(workspace, connection, who, via, f"add {kind.value}", case)
    return int(number)


def _standing(connection: Connection, case: Case, item_id: int) -> Item:
    query = select(case_items).where(case_items.c.item_id == item_id, case_items.c.case_id == case.case_id)
    row = connection.execute(query.where(case_items.c.undone_at.is_(None))).one_or_none()
    if row is None:
        raise UsageError(f"case {case.case_id} has no item {item_id}, or it was taken back before")
    return _item(row)


def _change(connection: Connection, item_id: int, **values: Any) -> None:
    connection.execute(update(case_items).where(case_items.c.item_id == item_id).values(values))


def _record(
    workspace: Workspace, connection: Connection, who: str, via: Via, action: str, case: Case, why: str | None = None
) -> None:
    act = Act(who, via, action, "case", case.case_id, case_id=case.case_id, reason=why)
    audit.append(workspace, act, connection)


def _item(row: Row[Any]) -> Item:
    return Item(**{**row._asdict(), "kind": ItemKind(row.kind)})
