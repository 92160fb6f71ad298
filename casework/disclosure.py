"""Disclosure: what the system said of an ad or a group on a date, who saw it, and what they did and wrote.

It tells only what is recorded. Where a score or a reading of that date is not kept, it says so instead of showing today's.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from casework import decisions, packs
from casework.casetables import case_items
from casework.printing import Section, as_html, as_pdf
from casework.tables import queue_entries
from crawlers.records import TEXT_FIELDS
from crawlers.stored import load_ads
from crawlers.tables import ad_versions, sightings
from linker.stored import group_ids_of, load_groups
from linker.tables import judgements, lineage
from models.labels import Label
from models.labels import history as label_history
from models.stored import load_priorities
from models.tables import priorities, promotions
from nlp.tables import readings
from store import audit
from store.audit import Act, Via
from store.database import select_in
from store.errors import UsageError
from store.keys import blind
from store.quarantine import held
from store.tables import audit_events
from store.workspace import Workspace

KINDS = ("ad", "group")
NOT_KEPT = "not kept: it was made anew on"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The answer, in lists of plain objects, in order of time."""

    kind: str
    item: str
    at: datetime
    said: dict[str, Any]  # the text, reading, score and place in the queue of that date, each with what made it
    looks: list[dict[str, Any]]  # who saw it or did something, from the audit log
    acts: list[dict[str, Any]]  # decisions, judgements, labels and what was written in cases


def disclose(workspace: Workspace, connection: Connection, kind: str, item: str, at: datetime) -> Disclosure:
    """What was said and done of an ad or a group up to `at`. Raises UsageError where nothing is known of it."""
    if kind not in KINDS:
        raise UsageError("a disclosure is about an ad or a group")
    ad_ids = [item] if kind == "ad" else _members(connection, item)
    group_id = item if kind == "group" else group_ids_of(connection, [item]).get(item)
    stored = load_ads(connection, ad_ids)
    if not stored and not label_history(connection, item):
        raise UsageError(f"nothing is known of {kind} {item!r}; it may have been purged (sidelight retention proof)")
    held_back = held(connection, ad_ids)
    shown = [one for one in ad_ids if one not in held_back]
    said = {
        "ads": [_ad_then(connection, one, at) for one in shown if one in stored],
        "group": _group_then(connection, group_id, at) if group_id else None,
    }
    return Disclosure(kind, item, at, said, _looks(workspace, connection, shown, group_id, at),
                      _acts(connection, shown, group_id, at))  # fmt: skip


def export(
    workspace: Workspace, found: Disclosure, target: Path, who: str, reason: str, *, via: Via = Via.COMMAND
) -> None:
    """Write it into the new folder `target`: one page, the same as PDF, and one file. Recorded before. Raises UsageError."""
    if not reason.strip():
        raise UsageError("say to whom it is disclosed and why")
    with packs.new_folder(target) as draft:
        audit.append(workspace, Act(who, via, "disclose", found.kind, found.item, reason=reason))
        title, told = heading(found), sections(found)
        (draft / "disclosure.html").write_bytes(as_html(title, told))
        (draft / "disclosure.pdf").write_bytes(as_pdf(title, told, found.at))
        (draft / "disclosure.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def heading(found: Disclosure) -> str:
    """Its title."""
    return f"What was said and done of {found.kind} {found.item} until {found.at:%Y-%m-%d %H:%M} UTC"


def sections(found: Disclosure) -> list[Section]:
    """The one page."""
    told = [
        Section("What this is", (
            "What the records show, and no more. A review priority orders people's work; it is never a finding about anyone. "
            "What was made anew since is marked so. Times are UTC.",
        ))
    ]  # fmt: skip
    told += [_facts(f"Ad {one['ad_id']} as it stood then", one) for one in found.said["ads"]]
    if found.said["group"]:
        told.append(_facts("Its group", found.said["group"]))
    told.append(_table("Who saw it, and what they did", found.looks))
    told.append(_table("What they decided, judged and wrote", found.acts))
    return told


def _members(connection: Connection, group_id: str) -> list[str]:
    group = load_groups(connection, [group_id]).get(group_id)
    if group is not None:
        return list(group.ad_ids)
    labels = label_history(connection, group_id)
    return list(labels[-1].ad_ids) if labels else []


def _ad_then(connection: Connection, ad_id: str, at: datetime) -> dict[str, Any]:
    """The newest state that had been seen by then, with the reading if it is as old."""
    stored = load_ads(connection, [ad_id])[ad_id]
    # A version is kept with the time it was last seen so; the one in force began at the first sighting behind all of these.
    earlier = connection.execute(
        select(ad_versions).where(ad_versions.c.ad_id == ad_id).order_by(ad_versions.c.version)
    ).all()
    changes = connection.execute(
        select(sightings.c.seen_at)
        .where(sightings.c.ad_id == ad_id, sightings.c.change.in_(("new", "changed")))
        .order_by(sightings.c.seen_at)
    ).scalars()
    seen_by_then = sum(moment <= at for moment in changes)
    past = next((row for row in earlier if row.version == seen_by_then), None)
    fields = past.fields if past else {name: getattr(stored.ad, name) for name in TEXT_FIELDS}
    reading = connection.execute(select(readings).where(readings.c.ad_id == ad_id)).one_or_none()
    told: dict[str, Any] = {
        "ad_id": ad_id,
        "known then": seen_by_then > 0,
        "version": past.version if past else stored.version,
        "capture": past.capture_id if past else stored.ad.origin.capture_id,
        "parser": stored.ad.origin.parser,
        "text": {name: fields[name] for name in TEXT_FIELDS if fields.get(name)} if seen_by_then else {},
    }
    if reading is None:
        return {**told, "reading": "none"}
    if reading.made_at > at or past:
        return {**told, "reading": f"{NOT_KEPT} {reading.made_at:%Y-%m-%d %H:%M}", "lexicon": reading.version}
    mentions = [{"kind": one["kind"], "value": one["value"], "words": one["surface"]} for one in reading.mentions]
    return {**told, "reading": mentions, "lexicon": reading.version, "read at": reading.made_at}


def _group_then(connection: Connection, group_id: str, at: datetime) -> dict[str, Any]:
    row = connection.execute(select(priorities).where(priorities.c.group_id == group_id)).one_or_none()
    told: dict[str, Any] = {"group_id": group_id}
    if row is not None and row.scored_at <= at:
        held_back = held(connection, _members(connection, group_id))
        priority = load_priorities(connection, [group_id])[group_id].unquoted(held_back)
        sentences = [f"{one.direction}: {one.sentence}" for one in priority.evidence]
        told |= {
            "value": row.value,
            "band": row.band,
            "route": row.route,
            "model": row.model,
            "scored at": row.scored_at,
        }
        told |= {"reasons": sentences}
    elif row is not None:
        told["priority"] = f"{NOT_KEPT} {row.scored_at:%Y-%m-%d %H:%M}; what the queue and labels kept of it is below"
    queued = select(queue_entries).where(queue_entries.c.group_id == group_id, queue_entries.c.made_at <= at)
    told["in the queue"] = [
        {"day": one.day, "rank": one.rank, "value": one.value, "band": one.band, "why": one.why, "model": one.model}
        for one in connection.execute(queued.order_by(queue_entries.c.day))
    ]
    told["joined and parted"] = [
        {"at": one.at, "what": one.passage, "other": one.other}
        for one in connection.execute(
            select(lineage).where(lineage.c.group_id == group_id, lineage.c.at <= at).order_by(lineage.c.at)
        )
    ]
    force = connection.execute(
        select(promotions).where(promotions.c.at <= at).order_by(promotions.c.at.desc()).limit(1)
    ).one_or_none()
    told["model in force"] = force.model if force else "the scorecard"
    return told


def _looks(
    workspace: Workspace, connection: Connection, ad_ids: list[str], group_id: str | None, at: datetime
) -> list[dict[str, Any]]:
    names = {blind(workspace, f"ad:{one}"): f"ad {one}" for one in ad_ids}
    if group_id:
        names[blind(workspace, f"group:{group_id}")] = f"group {group_id}"
    rows = select_in(connection, select(audit_events), audit_events.c.object_hash, sorted(names))
    return [
        {"event": row.seq, "at": row.at, "who": row.actor, "via": row.via, "did": row.action,
         "to": names[row.object_hash], "case": row.case_id, "reason": row.reason}
        for row in sorted(rows, key=lambda one: one.seq) if row.at <= at
    ]  # fmt: skip


def _acts(connection: Connection, ad_ids: list[str], group_id: str | None, at: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in decisions.history(connection, group_id or "", ad_ids):
        back = f"{one.undone_at:%Y-%m-%d %H:%M} {one.undone_by}" if one.undone_at and one.undone_at <= at else ""
        found.append(_act(one.at, one.who, "decision", f"{one.verdict.value} ({one.tier.value})", one.why, back))
    found += [
        _act(label.at, label.who, "label", label.value.value, _shown(label), "")
        for label in (label_history(connection, group_id) if group_id else ())
    ]
    seen = set()
    for column in (judgements.c.left, judgements.c.right):
        for row in select_in(connection, select(judgements), column, ad_ids):
            if row.judgement_id not in seen:
                seen.add(row.judgement_id)
                back = f"{row.withdrawn_at:%Y-%m-%d %H:%M}" if row.withdrawn_at and row.withdrawn_at <= at else ""
                found.append(
                    _act(row.at, row.who, "judgement", f"{row.left} and {row.right}: {row.verdict}", row.why, back)
                )
    about = {*ad_ids, *([group_id] if group_id else [])}
    for row in select_in(connection, select(case_items), case_items.c.about, sorted(about)):
        if row.kind in ("ad", "group"):
            back = f"{row.undone_at:%Y-%m-%d %H:%M} {row.undone_by}" if row.undone_at and row.undone_at <= at else ""
            found.append(_act(row.at, row.who, f"pinned in case {row.case_id}", row.about, row.words, back))
    return sorted((one for one in found if one["at"] <= at), key=lambda one: (one["at"], one["what"]))


def _act(at: datetime, who: str, what: str, verdict: str, why: str, back: str) -> dict[str, Any]:
    return {"at": at, "who": who, "what": what, "said": verdict, "why": why, "taken back": back}


def _shown(label: Label) -> str:
    """What stood on the screen when the label was given."""
    seen = label.shown
    if seen is None:
        return label.note
    sides = f"for: {', '.join(seen.reasons)}; against: {', '.join(seen.against)}"
    return f"on screen: {seen.value:.3f} {seen.band}, model {label.model}; {sides}"


def _facts(title: str, value: dict[str, Any]) -> Section:
    return Section(title, tuple(f"{name}: {_flat(one)}" for name, one in value.items()))


def _table(title: str, rows: list[dict[str, Any]]) -> Section:
    if not rows:
        return Section(title, ("Nothing is recorded.",))
    head = tuple(rows[0])
    return Section(title, (), head, [tuple(_flat(row[name]) for name in head) for row in rows])


def _flat(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_flat(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_flat(one) for one in value) or "none"
    return "" if value is None else str(value)
