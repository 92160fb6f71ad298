"""Group commit: pages wait in memory, then go to the WARC file, which is synced, and then their captures, ads, sightings,
new addresses and marks go to the database in one transaction. A kill at any moment leaves the last such commit."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

from sqlalchemy import func, insert, select, update

from crawlers import frontier
from crawlers.frontier import Entry, Outcome
from crawlers.records import Ad
from crawlers.stored import record_gone, record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import captures, runs
from crawlers.validators import remember
from crawlers.warc import Fetched, WarcFile
from store.workspace import Workspace

BATCH_PAGES = 50
BATCH_SECONDS = 1.0
BATCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """One address dealt with: what came back, what it held, where it leads."""

    entry: Entry
    at: datetime
    outcome: Outcome
    error: str | None = None
    fetched: Fetched | None = None
    ads: tuple[Ad, ...] = ()
    leads: tuple[Entry, ...] = ()
    gone: str | None = None  # the ad id whose page was found gone
    counts: Counter[str] = field(default_factory=Counter)


class Recorder:
    """Keeps one run's visits. `counts` are the run's, as of the last commit and what waits."""

    def __init__(self, workspace: Workspace, site: str, run_id: str, counts: Counter[str], software: str) -> None:
        self.workspace = workspace
        self.site = site
        self.run_id = run_id
        self.counts = counts
        self.on_commit: Callable[[], None] = lambda: None
        self._waiting: list[Visit] = []
        self._bytes = 0
        self._since = monotonic()
        self._name = f"{site}/{run_id}.warc.gz"
        with workspace.read() as connection:
            keep = connection.execute(
                select(func.max(captures.c.warc_offset + captures.c.warc_length)).where(
                    captures.c.warc_file == self._name
                )
            ).scalar_one()
        self._file = WarcFile(workspace.captures / self._name, keep or 0, software)

    def keep(self, visit: Visit) -> None:
        """Take a visit; commits when enough wait."""
        if not self._waiting:
            self._since = monotonic()
        self._waiting.append(visit)
        self.counts.update(visit.counts)
        self._bytes += len(visit.fetched.body) if visit.fetched else 0
        if len(self._waiting) >= BATCH_PAGES or self._bytes >= BATCH_BYTES:
            self.commit()

    def tick(self) -> None:
        """Commit what has waited long enough."""
        if self._waiting and monotonic() - self._since >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make everything taken so far durable."""
        if not self._waiting:
            return
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        waiting = self._without_suppressed(waiting)
        rows = [self._write(visit) for visit in waiting if visit.fetched is not None]
        if rows:
            self._file.sync()
        with self.workspace.begin() as connection:
            if rows:
                connection.execute(insert(captures), rows)
                remember(
                    connection, self.site, {capture_id(self.run_id, one.entry.fingerprint): one for one in waiting}
                )
            seen = [(ad, visit.at) for visit in waiting for ad in visit.ads]
            moments = [at for _, at in seen]
            record_sightings(connection, [ad for ad, _ in seen], seen_at=moments, run_id=self.run_id)
            for visit in waiting:
                if visit.gone is not None:
                    capture = capture_id(self.run_id, visit.entry.fingerprint) if visit.fetched else None
                    record_gone(connection, visit.gone, seen_at=visit.at, run_id=self.run_id, capture_id=capture)
            frontier.add(connection, self.run_id, (entry for visit in waiting for entry in visit.leads))
            frontier.settle(connection, self.run_id, ((one.entry, one.outcome, one.error) for one in waiting))
            connection.execute(update(runs).where(runs.c.run_id == self.run_id).values(counts=dict(self.counts)))
        self.on_commit()

    def plan(self, entries: Sequence[Entry]) -> None:
        """Write entries that no page led to: the start, and checks of known ads."""
        with self.workspace.begin() as connection:
            frontier.add(connection, self.run_id, entries)

    def close(self) -> None:
        """Let go of the file; what was not committed is cut back when the run is taken up again."""
        self._file.close()

    def _write(self, visit: Visit) -> dict[str, object]:
        fetched = visit.fetched
        if fetched is None:
            raise ValueError("a visit without a response has no evidence")
        offset, length = self._file.write(fetched)
        return {
            "capture_id": capture_id(self.run_id, visit.entry.fingerprint),
            "url": fetched.url,
            "fetched_at": fetched.at,
            "status": fetched.status,
            "sha256": hashlib.sha256(fetched.body).hexdigest(),
            "warc_file": self._name,
            "warc_offset": offset,
            "warc_length": length,
            "run_id": self.run_id,
        }

    def _without_suppressed(self, waiting: list[Visit]) -> list[Visit]:
        """Neither ad nor page is kept where an ad carries an identifier that may not be collected."""
        held = suppressed(self.workspace, [ad for visit in waiting for ad in visit.ads])
        if not held:
            return waiting
        kept = []
        for visit in waiting:
            ads = tuple(ad for ad in visit.ads if ad.ad_id not in held)
            if len(ads) == len(visit.ads):
                kept.append(visit)
                continue
            self.counts["suppressed"] += len(visit.ads) - len(ads)
            bare = tuple(replace(ad, origin=replace(ad.origin, capture_id=None)) for ad in ads)
            kept.append(replace(visit, ads=bare, fetched=None, error="suppressed", outcome=Outcome.REFUSED))
        return kept


def capture_id(run_id: str, fingerprint: str) -> str:
    """The id of what a run fetched at an address: the same for whoever works it out."""
    return hashlib.sha256(f"{run_id} {fingerprint}".encode()).hexdigest()[:32]
