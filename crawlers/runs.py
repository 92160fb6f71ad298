"""Runs of a site: begun or taken up again, and ended with a verdict in the transaction that ends them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from crawlers import frontier
from crawlers.drift import NOTICES, drifts
from crawlers.frontier import Entry, Frontier, Kind, Outcome
from crawlers.manifest import Manifest
from crawlers.records import TEXT_FIELDS, Change, RunVerdict
from crawlers.sites import Site
from crawlers.tables import ads, runs, sightings
from crawlers.verdict import ORDER, TROUBLES, Finding, Past, judge, worst
from store import disk, health
from store.health import Health, State
from store.schema import now
from store.workspace import Workspace

HISTORY = 7
NOTES = 12  # addresses whose errors a verdict tells
FILLED = (*TEXT_FIELDS, "posted_at", "image_hashes")
SOURCE = "crawlers"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is going on, as far as it was committed."""

    run_id: str
    counts: Counter[str]
    frontier: Frontier
    waiting: list[Entry]
    known: Mapping[str, str]  # the site's standing ads and their addresses
    seen: frozenset[str]  # ads this run saw before it was interrupted


def take_up(workspace: Workspace, site: Site) -> Run:
    """The site's unfinished run, or a new one. A run begun under another manifest is ended: its frontier may be wrong."""
    with workspace.begin() as connection:
        found = connection.execute(
            select(runs).where(runs.c.site == site.name, runs.c.ended_at.is_(None)).order_by(runs.c.started_at.desc())
        ).first()
        if found is not None and found.manifest != site.digest:
            _abandon(connection, found)
            found = None
        if found is None:
            moment = now()
            run_id = f"{site.name}-{moment:%Y%m%dT%H%M%S%f}"
            row = {"run_id": run_id, "site": site.name, "started_at": moment, "counts": {}, "manifest": site.digest}
            connection.execute(insert(runs).values(row))
            counts: Counter[str] = Counter()
        else:
            run_id, counts = found.run_id, Counter(found.counts or {})
        queue, waiting = frontier.load(connection, run_id)
        standing = select(ads.c.ad_id, ads.c.url).where(ads.c.site == site.name, ads.c.gone_at.is_(None))
        known = {row.ad_id: row.url for row in connection.execute(standing)}
        seen = connection.execute(select(sightings.c.ad_id).where(sightings.c.run_id == run_id)).scalars()
        return Run(run_id, counts, queue, waiting, known, frozenset(seen))


def listing_complete(workspace: Workspace, run_id: str) -> bool:
    """Whether every listing page the run knows was fetched and read."""
    with workspace.read() as connection:
        tally = frontier.tally(connection, run_id)
    missing = (Outcome.WAITING, Outcome.FAILED, Outcome.REFUSED)
    return not any(tally.get((Kind.LISTING, outcome), 0) for outcome in missing)


def end(workspace: Workspace, manifest: Manifest, run_id: str, counts: Mapping[str, int]) -> RunVerdict:
    """Judge a run and end it; the verdict and its health rows are one transaction."""
    with workspace.begin() as connection:
        run = connection.execute(select(runs).where(runs.c.run_id == run_id)).one()
        total = _totals(connection, run_id, counts)
        parsed = max(counts.get("ads", 0), 1)
        fill = {name: counts.get(f"filled.{name}", 0) / parsed for name in FILLED}
        past = _past(connection, run.site, run_id)
        findings = [
            *judge(manifest, total, fill, past),
            *drifts(manifest, total, [one.counts for one in past]),
            *_room(workspace),
        ]
        notes = frontier.errors(connection, run_id, NOTES)
        return _close(connection, run, findings, total, fill, notes)


def refuse(workspace: Workspace, site: str, reason: str) -> RunVerdict:
    """The verdict on a site that could not even be begun (a malformed manifest)."""
    moment = now()
    with workspace.begin() as connection:
        row = {"run_id": f"{site}-{moment:%Y%m%dT%H%M%S%f}", "site": site, "started_at": moment, "manifest": ""}
        connection.execute(insert(runs).values(row))
        run = connection.execute(select(runs).where(runs.c.run_id == row["run_id"])).one()
        return _close(connection, run, [Finding("manifest", State.RED, reason)], {"ads": 0, "errors": 1}, {}, [])


def verdict(connection: Connection, run_id: str) -> RunVerdict | None:
    """The verdict of a run, None while it has not ended."""
    row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
    return _verdict(row) if row is not None and row.ended_at is not None else None


def latest(connection: Connection) -> dict[str, Row[tuple[object, ...]]]:
    """The newest run of each site that has any."""
    rows = connection.execute(select(runs).order_by(runs.c.started_at))
    return {row.site: row for row in rows}


def _close(
    connection: Connection,
    run: Row[tuple[object, ...]],
    findings: list[Finding],
    counts: Mapping[str, int],
    fill: Mapping[str, float],
    notes: list[str],
) -> RunVerdict:
    moment, state = now(), worst(findings)
    told = [
        one
        for one in sorted(findings, key=_badness)
        if one.state is not State.GREEN or one.measure in {*TROUBLES, *NOTICES}
    ]
    reasons = [one.reason for one in told] + notes or [findings[0].reason]
    values = {"ended_at": moment, "state": state.value, "reasons": reasons, "counts": dict(counts), "fill": dict(fill)}
    connection.execute(update(runs).where(runs.c.run_id == run.run_id).values(values))
    overall = Finding("run", state, "; ".join(reasons))
    told_of = {one.measure for one in findings}
    over = [
        Finding(one.measure, State.GREEN, "no longer so")
        for one in health.latest(connection, run.site)
        if one.source == SOURCE and one.state is not State.GREEN and one.measure not in {*told_of, "run"}
    ]
    health.record(connection, (_health(moment, run.site, run.run_id, one) for one in (overall, *findings, *over)))
    return RunVerdict(run.run_id, run.site, state, tuple(reasons), counts, fill, run.started_at, moment)


def _badness(finding: Finding) -> int:
    return -ORDER.index(finding.state)


def _health(at: datetime, site: str, run_id: str, one: Finding) -> Health:
    return Health(at, SOURCE, site, one.measure, one.state, one.reason, one.value, one.expected, run_id=run_id)


def _abandon(connection: Connection, run: Row[tuple[object, ...]]) -> None:
    reason = "the manifest changed while this run was interrupted; a new run was begun"
    _close(connection, run, [Finding("run", State.RED, reason)], run.counts or {}, {}, [])


def _totals(connection: Connection, run_id: str, counts: Mapping[str, int]) -> dict[str, int]:
    """The run's counts: what the pages gave, with ads counted once each and the frontier's outcomes."""
    rows = connection.execute(
        select(sightings.c.change, func.count().label("seen"))
        .where(sightings.c.run_id == run_id)
        .group_by(sightings.c.change)
    )
    changes = dict.fromkeys((change.value for change in Change), 0)
    changes.update((row.change, row.seen) for row in rows)
    tally = frontier.tally(connection, run_id)
    failed = sum(number for (_, outcome), number in tally.items() if outcome is Outcome.FAILED)
    left = sum(number for (_, outcome), number in tally.items() if outcome is Outcome.WAITING)
    total = dict(counts) | changes
    total["ads"] = sum(changes.values()) - changes[Change.GONE.value]
    total["left"] = left
    total["errors"] = counts.get("errors", 0)
    total["http_errors"] = failed - counts.get("errors", 0) - counts.get("unreadable", 0)
    return dict(sorted(total.items()))


def _room(workspace: Workspace) -> list[Finding]:
    """A warning, early enough to do something about it."""
    share, usual = disk.used(workspace.root), workspace.settings.disk_warning
    if share < usual:
        return []
    return [Finding("disk", State.AMBER, f"the disk of the workspace is {share:.0%} full", share, usual)]


def _past(connection: Connection, site: str, run_id: str) -> list[Past]:
    rows = connection.execute(
        select(runs.c.counts, runs.c.fill)
        .where(runs.c.site == site, runs.c.ended_at.is_not(None), runs.c.run_id != run_id, runs.c.fill.is_not(None))
        .order_by(runs.c.started_at.desc())
        .limit(HISTORY)
    )
    return [Past(row.counts.get("ads", 0), row.fill, row.counts) for row in rows if row.fill]


def _verdict(row: Row[tuple[object, ...]]) -> RunVerdict:
    return RunVerdict(
        row.run_id, row.site, State(row.state), tuple(row.reasons), row.counts, row.fill, row.started_at, row.ended_at
    )
