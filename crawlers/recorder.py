"""Group commit: pages wait in memory, then go to the WARC file, which is synced, and then their captures, ads, sightings,
new addresses and marks go to the database in one transaction. A kill at any moment leaves the last such commit.

Where the disk is full, what waits goes on waiting (`full`), nothing is fetched, and the commit is tried again."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

from sqlalchemy import Connection, insert, update

from crawlers import frontier
from crawlers.evidence import Evidence
from crawlers.frontier import Entry, Outcome
from crawlers.knownimages import BYTES, FEED, match
from crawlers.records import Ad
from crawlers.stored import record_gone, record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import captures, runs
from crawlers.validators import remember
from crawlers.warc import Fetched
from store.disk import is_full
from store.workspace import Workspace

BATCH_PAGES = 50
BATCH_SECONDS = 1.0
BATCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """The digests of a picture that an ad's page shows."""

    ad_id: str
    digests: tuple[str, ...]


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
    picture: Picture | None = None  # what was hashed on the way; nothing else of it is left
    counts: Counter[str] = field(default_factory=Counter)


class Recorder:
    """Keeps one run's visits. `counts` are the run's, as of the last commit and what waits."""

    def __init__(self, workspace: Workspace, run_id: str, counts: Counter[str], evidence: Evidence) -> None:
        self.workspace = workspace
        self.site = evidence.site
        self.run_id = run_id
        self.counts = counts
        self.full = False  # the disk: what was taken last could not be kept yet
        self.on_commit: Callable[[], None] = lambda: None
        self._waiting: list[Visit] = []
        self._bytes = 0
        self._since = monotonic()
        self._evidence = evidence

    def keep(self, visit: Visit) -> None:
        """Take a visit; commits when enough wait."""
        if not self._waiting:
            self._since = monotonic()
        self._waiting.append(visit)
        self.counts.update(visit.counts)
        self._bytes += len(visit.fetched.body) if visit.fetched else 0
        if not self.full and (len(self._waiting) >= BATCH_PAGES or self._bytes >= BATCH_BYTES):
            self.commit()

    def tick(self) -> None:
        """Commit what has waited long enough."""
        if self._waiting and monotonic() - self._since >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make everything taken so far durable, or note that the disk is full; any other failure is raised."""
        if not self._waiting:
            return
        self._since = monotonic()
        try:
            self._waiting = self._without_suppressed(self._waiting)
            rows = self._evidence.write(
                [(capture_id(self.run_id, one.entry.fingerprint), one.fetched) for one in self._waiting if one.fetched]
            )
            with self.workspace.begin() as connection:
                if rows:
                    connection.execute(insert(captures), rows)
                self._write(connection, self._waiting)
        except Exception as problem:
            self._evidence.cut_back()
            if not is_full(problem, self.workspace.root):
                raise
            self.full = True
            return
        self.full = False
        self._evidence.committed()
        self._waiting, self._bytes = [], 0
        self.on_commit()

    def plan(self, entries: Sequence[Entry]) -> None:
        """Write entries that no page led to: the start, and checks of known ads."""
        with self.workspace.begin() as connection:
            frontier.add(connection, self.run_id, entries)

    def close(self) -> None:
        """Let go of the file; what was not committed is cut back when the run is taken up again."""
        self._evidence.close()

    def _write(self, connection: Connection, visits: Sequence[Visit]) -> None:
        seen = [(ad, visit.at) for visit in visits for ad in visit.ads]
        moments = [at for _, at in seen]
        record_sightings(connection, [ad for ad, _ in seen], seen_at=moments, run_id=self.run_id)
        known = match(self.workspace, connection, {ad.ad_id: ad.image_hashes for ad, _ in seen}, FEED)
        pictures: dict[str, list[str]] = {}
        for visit in visits:
            if visit.picture:
                pictures.setdefault(visit.picture.ad_id, []).extend(visit.picture.digests)
        self.counts["known_images"] += known + match(self.workspace, connection, pictures, BYTES)
        for visit in visits:
            if visit.gone is not None:
                capture = capture_id(self.run_id, visit.entry.fingerprint) if visit.fetched else None
                record_gone(connection, visit.gone, seen_at=visit.at, run_id=self.run_id, capture_id=capture)
        frontier.add(connection, self.run_id, (entry for visit in visits for entry in visit.leads))
        captured = {capture_id(self.run_id, one.entry.fingerprint): one for one in visits if one.fetched}
        remember(connection, self.site, captured)
        frontier.settle(connection, self.run_id, ((one.entry, one.outcome, one.error) for one in visits))
        connection.execute(update(runs).where(runs.c.run_id == self.run_id).values(counts=dict(self.counts)))

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
