"""Reports that a person has to make: one for each ad that carries a known image, with a package of text alone.

Sidelight reports to nobody by itself. The package says what matched, where and when the ad stood and what it says; it holds no
picture, and none was ever kept. The ad stays held back until a supervisor says that the match was none.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Row, exists, insert, select, update

from casework import adfiles
from casework.tables import reports
from crawlers.records import TEXT_FIELDS
from store import audit, outbox
from store.audit import Act, Via
from store.errors import UsageError
from store.filehashes import file_hashes
from store.schema import now
from store.tables import hash_matches
from store.workspace import Workspace

STATEMENT = """This folder is for the report of one ad that carries a known image. It is text alone; no picture is or was kept.

report.json   what matched, in which hash set; where and when the ad stood; what it says; what was read from it
manifest.json SHA-256 of report.json

A match says that a file with the same digest is in the set. Make the report that your law asks for, then close it:
sidelight reports close ID --outcome reported --why "..."
"""


class Outcome(StrEnum):
    """How a report ended: made, so that the ad stays held back; or the match was none, so that the ad is let go."""

    REPORTED = "reported"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Report:
    """One report to be made; `closed_at` is None until a person has dealt with it."""

    report_id: int
    ad_id: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    why: str | None


def open_due(workspace: Workspace) -> int:
    """Open a report for each ad that is held back for something no report of it was opened for; returns how many."""
    opened = select(reports.c.report_id).where(
        reports.c.ad_id == hash_matches.c.ad_id, reports.c.opened_at >= hash_matches.c.at
    )
    with workspace.begin() as connection:
        due = connection.execute(
            select(hash_matches.c.ad_id)
            .where(hash_matches.c.released_at.is_(None), ~exists(opened))
            .distinct()
            .order_by(hash_matches.c.ad_id)
        ).scalars()
        moment, count = now(), 0
        for ad_id in due.all():
            connection.execute(insert(reports).values(ad_id=ad_id, opened_at=moment))
            audit.append(workspace, Act(audit.operator(), Via.COMMAND, "open report", "ad", ad_id), connection)
            count += 1
    return count


def every(connection: Connection) -> list[Report]:
    """All reports, those that wait first, then the newest."""
    rows = connection.execute(select(reports).order_by(reports.c.closed_at.is_not(None), reports.c.opened_at.desc()))
    return [_report(row) for row in rows]


def export(workspace: Workspace, report_id: int, target: Path, reason: str) -> None:
    """Write a report's package into the new folder `target`; recorded before anything is written. Raises UsageError."""
    if target.exists():
        raise UsageError(f"{target} is there already; name another folder")
    with workspace.read() as connection:
        report = _find(connection, report_id)
        package = _package(connection, report)
    audit.append(workspace, Act(audit.operator(), Via.COMMAND, "export report", "ad", report.ad_id, reason=reason))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        (draft / "report.json").write_bytes(orjson.dumps(package, option=orjson.OPT_INDENT_2))
        manifest = {"report": report_id, "made_at": now(), "files": file_hashes(draft)}
        (draft / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        (draft / "READ-ME.txt").write_text(STATEMENT, encoding="utf-8")
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def close(workspace: Workspace, report_id: int, outcome: Outcome, why: str, who: str) -> None:
    """Close a report. RELEASED lets the ad go: it is indexed and shown again. Raises UsageError."""
    if not why.strip():
        raise UsageError("say why: the report's number with the authority, or what showed that the match was none")
    moment = now()
    with workspace.begin() as connection:
        report = _find(connection, report_id)
        if report.closed_at is not None:
            raise UsageError(f"report {report_id} was closed by {report.closed_by}")
        values = {"closed_at": moment, "closed_by": who, "outcome": outcome.value, "why": why}
        connection.execute(update(reports).where(reports.c.report_id == report_id).values(values))
        if outcome is Outcome.RELEASED:
            mine = hash_matches.c.ad_id == report.ad_id
            connection.execute(update(hash_matches).where(mine).values(released_at=moment))
            outbox.put(connection, outbox.AD, [report.ad_id])
        facts = {"outcome": outcome.value}
        act = Act(who, Via.COMMAND, "close report", "ad", report.ad_id, reason=why, facts=facts)
        audit.append(workspace, act, connection)


def _find(connection: Connection, report_id: int) -> Report:
    row = connection.execute(select(reports).where(reports.c.report_id == report_id)).one_or_none()
    if row is None:
        raise UsageError(f"there is no report {report_id}; see sidelight reports list")
    return _report(row)


def _package(connection: Connection, report: Report) -> dict[str, Any]:
    matches = connection.execute(
        select(hash_matches).where(hash_matches.c.ad_id == report.ad_id).order_by(hash_matches.c.at)
    )
    told = [
        {"algorithm": row.algorithm, "hash_set": row.set_name, "found_by": row.how, "at": row.at} for row in matches
    ]
    file = adfiles.load(connection, report.ad_id)
    if file is None:
        return {"report": report.report_id, "ad_id": report.ad_id, "matches": told, "ad": None}
    ad = file.stored.ad
    return {
        "report": report.report_id,
        "ad_id": ad.ad_id,
        "matches": told,
        "ad": {
            "site": ad.site,
            "url": ad.url,
            "posted_at": ad.posted_at,
            "image_hashes": list(ad.image_hashes),
            **{name: text for name in TEXT_FIELDS if (text := getattr(ad, name))},
        },
        "first_seen": file.stored.first_seen,
        "last_seen": file.stored.last_seen,
        "gone_at": file.stored.gone_at,
        "capture": file.capture,
        "mentions": [one.as_json() for one in file.reading.mentions] if file.reading else [],
    }


def _report(row: Row[Any]) -> Report:
    return Report(**row._asdict())
