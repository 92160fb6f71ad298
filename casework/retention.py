"""Forgetting: what is past its time leaves the store, the groups, the index, the evidence and the words of the audit log.

Each step is a transaction of its own that leaves a tombstone with it, so a purge can be killed and run again. `finish` then
brings groups and index up to date and makes the freed bytes unreadable.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Text, cast, delete, exists, insert, select, update

from casework import keeping
from casework.caseitems import of_case, written
from casework.casetables import captures_due, case_items, case_members, cases, exports, tombstones
from casework.tables import alerts, decision_ads, decisions, queue_entries
from crawlers import excision
from crawlers.tables import ad_versions, ads, captures, frontier, runs, sightings
from models.labels import forget
from nlp.tables import readings
from store import outbox, pending
from store.database import chunks, insert_missing, select_in
from store.keys import blind
from store.locks import exclusive
from store.schema import now
from store.suppression import suppress
from store.tables import hash_matches
from store.workspace import Workspace

LOCK = "retention"
SEALS = "audit-????-??.key"
ERASED = "erasure"


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed; how many ads it kept because a decision, a case or an order holds them; and how many captures
    have to wait for the end of a crawl."""

    ads: int
    files: int
    held: int
    captures: int
    rewritten: int
    cases: int
    decisions: int
    months: int
    waiting: int


def purge(workspace: Workspace, moment: datetime | None = None) -> Purged:
    """Remove everything whose time is over at `moment` and that nothing holds. `keeping.rules` says what the times are."""
    at = moment or now()
    kept = keeping.rules(workspace)
    with exclusive(workspace, LOCK):
        with workspace.begin() as connection:
            gone_cases = _forget_cases(workspace, connection, kept, at)
        with workspace.read() as connection:
            due = keeping.due_ads(connection, kept, at)
        _forget_ads(workspace, due.ads)
        with workspace.begin() as connection:
            gone_decisions = _forget_decisions(connection, kept, at)
            _forget_rest(connection, kept, at)
        with workspace.begin() as connection:
            old = captures.c.fetched_at <= at - kept["pages"]
            insert_missing(connection, captures_due, _unneeded(connection, old, "pages"))
        done = _forget_captures(workspace)
        months = _forget_words(workspace, at - kept["audit words"])
    return Purged(
        len(due.ads), done.files, due.held, done.captures, done.rewritten, gone_cases, gone_decisions, months,
        len(done.waiting),
    )  # fmt: skip


def erase(workspace: Workspace, ad_ids: Iterable[str], reason: str) -> int:
    """Remove these ads whatever holds them, and never collect them again; returns how many were there."""
    wanted = list(dict.fromkeys(ad_ids))
    with exclusive(workspace, LOCK):
        with workspace.begin() as connection:
            suppress(workspace, connection, wanted, reason)
            rows = select_in(connection, select(ads.c.ad_id), ads.c.ad_id, wanted)
            found = dict.fromkeys((row.ad_id for row in rows), ERASED)
            _forget_pins(connection, set(wanted))
        _forget_ads(workspace, found)
        _forget_captures(workspace)
    return len(found)


def erase_contact(workspace: Workspace, contact: str, reason: str) -> int:
    """Remove every ad that carries a contact (a phone in E.164, an e-mail, as reading gives it), and collect none that
    does from now on; returns how many were there."""
    with workspace.begin() as connection:
        suppress(workspace, connection, [contact], reason)
        holding = cast(readings.c.mentions, Text).contains(contact, autoescape=True)
        rows = connection.execute(select(readings.c.ad_id, readings.c.mentions).where(holding))
        ad_ids = [row.ad_id for row in rows if any(one["value"] == contact for one in row.mentions)]
    return erase(workspace, ad_ids, reason)


def _forget_ads(workspace: Workspace, due: Mapping[str, str]) -> None:
    """Remove the ads, and put down the captures they stood on, with the pages of their runs that no ad stands on: a list
    that the ad was found through may name it."""
    for part in chunks(due):
        with workspace.begin() as connection:
            for table in (ads, ad_versions, sightings):
                query = select(table.c.ad_id, table.c.capture_id).where(table.c.capture_id.is_not(None))
                rows = select_in(connection, query, table.c.ad_id, part)
                stood = ({"capture_id": row.capture_id, "rule": due[row.ad_id]} for row in rows)
                insert_missing(connection, captures_due, stood)
            passed = {row.run_id for row in select_in(connection, select(sightings.c.run_id), sightings.c.ad_id, part)}
            moment = now()
            graves = [
                _grave(workspace, "ad", row.ad_id, row.digest, due[row.ad_id], moment)
                for row in select_in(connection, select(ads.c.ad_id, ads.c.digest), ads.c.ad_id, part)
            ]
            if graves:
                connection.execute(insert(tombstones), graves)
            _strike_from_exports(workspace, connection, set(part))
            _remove(connection, part)
            for some in chunks(sorted(passed)):
                lists = _unneeded(connection, captures.c.run_id.in_(some), due[part[0]])
                insert_missing(connection, captures_due, lists)


def _remove(connection: Connection, ad_ids: list[str]) -> None:
    for table in (alerts, readings, ad_versions, sightings, hash_matches, ads):
        connection.execute(delete(table).where(table.c.ad_id.in_(ad_ids)))
    # The linker finds the ads gone and takes them out of their groups; scores and documents follow from there.
    pending.announce(connection, "readings", ad_ids)
    outbox.put(connection, outbox.AD, ad_ids)


def _strike_from_exports(workspace: Workspace, connection: Connection, gone: set[str]) -> None:
    """The list of exports goes on saying that a copy of them is out there, without naming them."""
    for row in connection.execute(select(exports)).all():
        if named := [one for one in row.ad_ids if one in gone]:
            hashes = [blind(workspace, f"ad:{one}") for one in named]
            left = [one for one in row.ad_ids if one not in gone]
            connection.execute(
                update(exports)
                .where(exports.c.export_id == row.export_id)
                .values(ad_ids=left, forgotten=[*row.forgotten, *hashes])
            )


def _forget_cases(workspace: Workspace, connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> int:
    over = keeping.due_cases(connection, kept, moment)
    for row in over:
        content = orjson.dumps(written(of_case(connection, row.case_id, undone=True)))
        digest = hashlib.sha256(content).hexdigest()
        connection.execute(insert(tombstones), [_grave(workspace, "case", row.case_id, digest, "cases", now())])
        for table in (case_items, case_members, cases):
            connection.execute(delete(table).where(table.c.case_id == row.case_id))
    return len(over)


def _forget_pins(connection: Connection, ad_ids: set[str]) -> None:
    """Take what was pinned of erased ads out of the cases; that there was a pin, by whom and why, stays."""
    for row in connection.execute(select(case_items).where(case_items.c.kind.in_(("ad", "group", "judgement")))).all():
        state = row.state
        values: dict[str, Any] = {}
        if row.kind == "ad" and row.about in ad_ids:
            values = {"about": None, "state": {"erased": True}}
        elif row.kind == "group" and ad_ids & set(state.get("ad_ids", ())):
            left = [one for one in state["ad_ids"] if one not in ad_ids]
            values = {"state": {**state, "ad_ids": left, "evidence": [], "erased": True}}
        elif row.kind == "judgement" and ad_ids & {state.get("left"), state.get("right")}:
            values = {"state": {"erased": True}}
        if values:
            connection.execute(update(case_items).where(case_items.c.item_id == row.item_id).values(values))


def _forget_decisions(connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> int:
    """Decisions whose time is over and of whose ads none is left, with their labels."""
    left = exists().where(decision_ads.c.decision_id == decisions.c.decision_id, ads.c.ad_id == decision_ads.c.ad_id)
    over = [
        row
        for row in connection.execute(select(decisions).where(~left)).all()
        if row.at + kept["cleared" if row.verdict in keeping.CLEARED else "decided"] <= moment
    ]
    for part in chunks(over):
        numbers = [row.decision_id for row in part]
        for table in (decision_ads, decisions):
            connection.execute(delete(table).where(table.c.decision_id.in_(numbers)))
        forget(connection, [row.label_id for row in part])
    return len(over)


def _forget_rest(connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> None:
    connection.execute(delete(alerts).where(alerts.c.at <= moment - kept["alerts"]))
    connection.execute(delete(queue_entries).where(queue_entries.c.made_at <= moment - kept["queue"]))
    ended = select(runs.c.run_id).where(runs.c.ended_at <= moment - kept["addresses"])
    connection.execute(delete(frontier).where(frontier.c.run_id.in_(ended)))


def _unneeded(connection: Connection, condition: Any, rule: str) -> list[dict[str, str]]:
    """Captures that no ad, version or sighting stands on, among those of ended runs that meet the condition."""
    stands = [exists().where(table.c.capture_id == captures.c.capture_id) for table in (ads, ad_versions, sightings)]
    ended = select(runs.c.run_id).where(runs.c.ended_at.is_not(None))
    query = select(captures.c.capture_id).where(condition, *(~one for one in stands), captures.c.run_id.in_(ended))
    return [{"capture_id": one, "rule": rule} for one in connection.execute(query).scalars()]


def _forget_captures(workspace: Workspace) -> excision.Excised:
    """Take out of the evidence what was put down and no ad stands on.

    A page that lists a kept ad beside a purged one stays put down until that ad goes: it is its evidence.
    """
    with workspace.read() as connection:
        due = {row.capture_id: row.rule for row in connection.execute(select(captures_due))}
        needed = excision.pointed_at(connection, list(due))
    done = excision.excise(workspace, {one: rule for one, rule in due.items() if one not in needed})
    with workspace.begin() as connection:
        gone = ~exists().where(captures.c.capture_id == captures_due.c.capture_id)
        connection.execute(delete(captures_due).where(gone))
    return done


def _forget_words(workspace: Workspace, before: datetime) -> int:
    """Destroy the keys of months that ended before; what was sealed under them is noise from then on."""
    gone = 0
    for path in sorted(workspace.keys.glob(SEALS)):
        year, month = (int(part) for part in path.stem.removeprefix("audit-").split("-"))
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        if end <= before:
            with workspace.begin() as connection:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                grave = _grave(workspace, "audit words", path.stem, digest, "audit words", now())
                connection.execute(insert(tombstones), [grave])
            path.unlink()
            gone += 1
    return gone


def _grave(workspace: Workspace, kind: str, item: str, digest: str, rule: str, moment: datetime) -> dict[str, Any]:
    identifier = blind(workspace, f"{kind}:{item}")
    return {"kind": kind, "identifier": identifier, "digest": digest, "rule": rule, "at": moment}
