"""Forgetting: what is past its time leaves the store, the groups, the search index and, file by file, the evidence.

A WARC file goes when no ad that is kept points into it; until then its bytes stay, and the report says how many.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, or_, select

from casework.tables import alerts, decisions
from crawlers.tables import ad_versions, ads, captures, runs, sightings
from nlp.tables import readings
from store import outbox, pending
from store.database import chunks
from store.schema import now
from store.suppression import suppress
from store.tables import hash_matches
from store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed, and how many ads it kept because a decision holds them."""

    ads: int
    files: int
    held: int


def purge(workspace: Workspace, moment: datetime | None = None) -> Purged:
    """Remove every ad last seen longer ago than the retention time, but those a standing decision or a report holds."""
    before = (moment or now()) - timedelta(days=workspace.settings.retention_days)
    with workspace.read() as connection:
        held = _held(connection)
        due = [row.ad_id for row in connection.execute(_due(ads.c.last_seen < before))]
    gone = [ad_id for ad_id in due if ad_id not in held]
    for part in chunks(gone):
        with workspace.begin() as connection:
            _remove(connection, part)
    return Purged(len(gone), _sweep_captures(workspace), len(due) - len(gone))


def erase(workspace: Workspace, ad_ids: Iterable[str], reason: str) -> int:
    """Remove these ads whatever holds them, and never collect them again; returns how many were there."""
    wanted = list(dict.fromkeys(ad_ids))
    with workspace.begin() as connection:
        suppress(workspace, connection, wanted, reason)
        found = [row.ad_id for row in connection.execute(_due(ads.c.ad_id.in_(wanted)))]
        _remove(connection, found)
    _sweep_captures(workspace)
    return len(found)


def _due(condition: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(ads.c.ad_id).where(condition).order_by(ads.c.ad_id)


def _held(connection: Connection) -> set[str]:
    rows = connection.execute(select(decisions.c.ad_ids).where(decisions.c.undone_at.is_(None)))
    known = select(hash_matches.c.ad_id).where(hash_matches.c.released_at.is_(None))
    return {ad_id for row in rows for ad_id in row.ad_ids} | set(connection.execute(known).scalars())


def _remove(connection: Connection, ad_ids: list[str]) -> None:
    for table in (alerts, readings, ad_versions, sightings, hash_matches, ads):
        connection.execute(delete(table).where(table.c.ad_id.in_(ad_ids)))
    # The linker finds the ads gone and takes them out of their groups; scores and documents follow from there.
    pending.announce(connection, "readings", ad_ids)
    outbox.put(connection, outbox.AD, ad_ids)


def _sweep_captures(workspace: Workspace) -> int:
    """Delete the WARC files of ended runs that no ad, version or sighting points into, then their rows.

    A file also stays for a body that a revisit elsewhere refers to.
    """
    referring = captures.alias("referring")
    pointed = or_(
        *(exists().where(table.c.capture_id == captures.c.capture_id) for table in (ads, ad_versions, sightings)),
        exists().where(referring.c.refers_to == captures.c.capture_id, referring.c.warc_file != captures.c.warc_file),
    )
    open_runs = select(runs.c.run_id).where(runs.c.ended_at.is_(None))
    with workspace.begin() as connection:
        kept = select(captures.c.warc_file).where(or_(pointed, captures.c.run_id.in_(open_runs)))
        rows = connection.execute(select(captures.c.warc_file).where(captures.c.warc_file.not_in(kept)).distinct())
        unused = [row.warc_file for row in rows]
        for name in unused:
            (workspace.captures / name).unlink(missing_ok=True)
            connection.execute(delete(captures).where(captures.c.warc_file == name))
    return len(unused)
