"""What two runs over the same pages must agree on: everything but clocks and the names of runs."""

import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, Select, Table, func, select
from warcio.archiveiterator import ArchiveIterator

from casework.tables import queue_entries
from crawlers.tables import ads, captures, sightings
from indexer.engine import open_backend
from linker.tables import group_members, groups, hubs, links
from models.tables import priorities
from nlp.tables import readings
from store import outbox
from store.tables import failures
from store.workspace import Workspace

CLOCKS = {"first_seen", "last_seen", "gone_at", "made_at", "scored_at", "at", "capture_id", "run_id", "day"}
# Table, and the columns that name a row.
TABLES: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (ads, ("ad_id",)),
    (readings, ("ad_id",)),
    (links, ("left", "right", "reason", "key")),
    (hubs, ("reason", "key")),
    (groups, ("group_id",)),
    (group_members, ("ad_id",)),
    (priorities, ("group_id",)),
    (queue_entries, ("group_id",)),
)
Print = dict[str, dict[str, str]]


def fingerprint(workspace: Workspace) -> Print:
    """A digest of every row and document, by kind and name."""
    with workspace.read() as connection:
        found = {table.name: rows_by_name(connection, table, names) for table, names in TABLES}
        found["sightings per ad"] = _counts(
            connection, select(sightings.c.ad_id, func.count()).group_by(sightings.c.ad_id)
        )
        found["captures per page"] = _counts(connection, select(captures.c.url, func.count()).group_by(captures.c.url))
        found["captured bytes"] = {
            row.url: row.sha256 for row in connection.execute(select(captures.c.url, captures.c.sha256))
        }
        found["left to do"] = {
            "outbox": str(outbox.count(connection)),
            "failures": str(connection.execute(select(func.count()).select_from(failures)).scalar_one()),
        }
    found["evidence"] = evidence(workspace)
    found["documents"] = _documents(workspace, found)
    return found


def differences(one: Print, other: Print) -> list[str]:
    """Where two fingerprints differ, in a few words each; empty when they agree."""
    lines = []
    for kind in one:
        left, right = one[kind], other[kind]
        if left != right:
            missing, extra = len(left.keys() - right.keys()), len(right.keys() - left.keys())
            changed = sorted(name for name in left.keys() & right.keys() if left[name] != right[name])
            lines.append(f"{kind}: {missing} missing, {extra} extra, {len(changed)} changed {changed[:2]}")
    return lines


def rows_by_name(connection: Connection, table: Table, names: tuple[str, ...]) -> dict[str, str]:
    rows = (row._asdict() for row in connection.execute(select(table)))
    return {"|".join(str(row[name]) for name in names): _digest(row) for row in rows}


def _counts(connection: Connection, query: Select[Any]) -> dict[str, str]:
    return {row[0]: str(row[1]) for row in connection.execute(query)}


def _documents(workspace: Workspace, found: Print) -> dict[str, str]:
    backend = open_backend(workspace)
    keys: Iterable[str] = [*(f"ad:{name}" for name in found["ads"]), *(f"group:{name}" for name in found["groups"])]
    documents = {key: backend.get(key) for key in keys}
    total = backend.health().documents
    backend.close()
    prints = {key: _digest(dataclasses.asdict(one)) if one else "missing" for key, one in documents.items()}
    return {**prints, "in all": str(total)}


def _digest(row: dict[Any, Any]) -> str:
    kept = {f"{name}": value for name, value in row.items() if name not in CLOCKS}
    return hashlib.sha256(orjson.dumps(kept, default=list, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def evidence(workspace: Workspace) -> dict[str, str]:
    """Every WARC file read from end to end: nothing torn, and as many records as rows point to."""
    torn = records = 0
    for path in sorted(workspace.captures.rglob("*.warc.gz")):
        try:
            with path.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    record.content_stream().read()
                    records += record.rec_type in ("response", "revisit")
        except Exception:
            torn += 1
    with workspace.read() as connection:
        rows = connection.execute(select(func.count()).select_from(captures)).scalar_one()
    return {"torn files": str(torn), "response records without a row": str(records - rows)}
