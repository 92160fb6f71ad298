"""Imports of web archives of any size: each response goes through the parser of the site whose address it has.

The archive is brought into the workspace first, so that every ad's evidence stands where its capture says.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select, update

from crawlers.archived import Damage, Response, Revisit
from crawlers.errors import PageError
from crawlers.imports import Imported, begin, file_digest, finish
from crawlers.knownimages import FEED, match
from crawlers.links import is_text
from crawlers.manifest import netloc
from crawlers.page import Page
from crawlers.page_signs import mistaken
from crawlers.parse import parse
from crawlers.recorder import capture_id
from crawlers.records import Ad
from crawlers.responses import records
from crawlers.sites import Site
from crawlers.stored import load_ads, record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import captures, runs, sightings
from crawlers.unpacking import IMPORTED, unpacked
from store.database import insert_missing
from store.workspace import Workspace

BATCH = 500
Hosts = Mapping[str, Sequence[tuple[str, Site]]]


@dataclass(slots=True)
class Batch:
    """What some records of a file hold for us: rows of `captures` with their ads, never the pages."""

    found: list[tuple[dict[str, Any], tuple[Ad, ...]]] = field(default_factory=list)
    revisits: list[Revisit] = field(default_factory=list)
    size: int = 0
    mark: int = 0

    def add(self, mark: int) -> None:
        """One more record was dealt with; what follows begins at `mark`."""
        self.size += 1
        self.mark = mark


def import_warc(
    workspace: Workspace,
    sites: Mapping[str, Site],
    path: Path,
    report: Callable[[str], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import `path` (WARC or ARC, plain, gzip or zstd; or WACZ); damage is reported as `file:offset: reason`, the rest goes on.

    Raises ImportFileError where the file cannot be read or kept.
    """
    total: Counter[str] = Counter()
    first = ""
    hosts = hosts_of(sites)
    for inside in unpacked(workspace, path, report):
        run_id, _, counts = begin(workspace, f"import-{path.name}", _digest(workspace, inside))
        batch = Batch()
        for one in records(inside, counts.pop("offset", 0)):
            if isinstance(one, Damage):
                counts["bad"] += 1
                report(f"{path}:{one.offset}: skipped: {one.reason}")
                batch.add(one.offset + 1)
            else:
                counts["records"] += 1
                _sort(one, hosts, run_id, counts, batch)
                batch.add(one.offset + one.length)
            if batch.size >= BATCH:
                _store(workspace, run_id, inside, batch, counts)
                progress(total["records"] + counts["records"])
                batch = Batch()
        _store(workspace, run_id, inside, batch, counts)
        progress(total["records"] + counts["records"])
        finish(workspace, run_id, +counts)
        total.update(counts)
        first = first or run_id
    return Imported(first, dict(+total))


def _digest(workspace: Workspace, inside: Path) -> str:
    """SHA-256 of a file of the workspace; what was imported is named by it."""
    known = inside.parent == workspace.captures / IMPORTED
    return inside.name.partition(".")[0] if known else file_digest(inside)


def _sort(one: Response | Revisit, hosts: Hosts, run_id: str, counts: Counter[str], batch: Batch) -> None:
    site = site_of(one.url, hosts)
    if site is None:
        counts["foreign"] += 1
    elif isinstance(one, Revisit):
        batch.revisits.append(one)
    elif not 200 <= one.status < 300 or not is_text(one.content_type):
        counts["passed_over"] += 1
    elif ads := _ads(site, one, run_id, counts):
        batch.found.append((_row(run_id, one), ads))


def hosts_of(sites: Mapping[str, Site]) -> Hosts:
    """For each host of the sites, the folders that starts lie in, with their site."""
    found: dict[str, list[tuple[str, Site]]] = {}
    for _, site in sorted(sites.items()):
        folders = [urlsplit(start).path.rpartition("/")[0] for start in site.manifest.start]
        for host in site.manifest.netlocs:
            found.setdefault(host, []).extend((folder, site) for folder in folders)
    return found


def site_of(url: str, hosts: Hosts) -> Site | None:
    """The site an address belongs to: of those on its host, the one whose start it lies deepest under."""
    try:
        fitting, path = hosts.get(netloc(url), ()), urlsplit(url).path
    except ValueError:
        return None
    near = max(fitting, key=lambda one: len(one[0]) if path.startswith(one[0]) else -1, default=None)
    return near[1] if near else None


def _ads(site: Site, one: Response, run_id: str, counts: Counter[str]) -> tuple[Ad, ...]:
    # Where the listing holds the ads, the rules of an ad fit a whole page of them too, and would make one of all.
    kinds = ("ad",) if site.manifest.select.listing.items is None else ("listing", "ad")
    for kind in kinds:
        page = Page(one.url, one.body, one.content_type, one.content_encoding, kind)
        try:
            parsed = mistaken(parse(site, page), page)
        except PageError:
            continue
        counts["problems"] += len(parsed.problems)
        if parsed.ads:
            key = _capture_id(run_id, one)
            return tuple(replace(ad, origin=replace(ad.origin, capture_id=key)) for ad in parsed.ads)
    counts["without_ad"] += 1
    return ()


def _capture_id(run_id: str, one: Response) -> str:
    return capture_id(run_id, str(one.offset))


def _store(workspace: Workspace, run_id: str, file: Path, batch: Batch, counts: Counter[str]) -> None:
    """Pages without an ad stay in the file alone; a page with a suppressed ad gets no capture."""
    if not batch.size:
        return
    held = suppressed(workspace, [ad for _, ads in batch.found for ad in ads])
    place = {"warc_file": file.relative_to(workspace.captures).as_posix()}
    rows, kept = [], []
    for row, ads in batch.found:
        counts["suppressed"] += sum(ad.ad_id in held for ad in ads)
        if not any(ad.ad_id in held for ad in ads):
            rows.append(row | place)
            kept += [(ad, row["fetched_at"]) for ad in ads]
    counts["ads"] += len(kept)
    with workspace.begin() as connection:
        insert_missing(connection, captures, rows)
        # An archive may hold years: an ad is seen once a day, not once.
        for day, shown in groupby(kept, key=lambda one: one[1].date()):
            ads, moments = zip(*shown, strict=True)
            for sighting in record_sightings(connection, ads, seen_at=moments, run_id=f"{run_id}+{day}"):
                counts[sighting.change.value] += 1
        carried = {ad.ad_id: ad.image_hashes for ad, _ in kept}
        counts["known_images"] += match(workspace, connection, carried, FEED)
        _see_again(connection, run_id, batch.revisits, counts)
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(counts={**counts, "offset": batch.mark}))


def _see_again(connection: Connection, run_id: str, revisits: Sequence[Revisit], counts: Counter[str]) -> None:
    """What an address showed before it showed again: the ads of that capture, where they have not changed since."""
    for one in revisits:
        same = (captures.c.url == one.original_url, captures.c.fetched_at == one.original_at)
        seen = select(sightings.c.ad_id).join(captures, captures.c.capture_id == sightings.c.capture_id).where(*same)
        shown = select(captures.c.capture_id).where(*same)
        keys = set(connection.execute(shown).scalars())
        ads = load_ads(connection, connection.execute(seen).scalars().all())
        again = [stored.ad for stored in ads.values() if stored.ad.origin.capture_id in keys]
        record_sightings(connection, again, seen_at=one.at, run_id=f"{run_id}+{one.at.date()}")
        counts["revisits"] += 1
        counts["same"] += len(again)
        counts["ads"] += len(again)


def _row(run_id: str, one: Response) -> dict[str, Any]:
    """A row of `captures`, but for the file."""
    return {
        "capture_id": _capture_id(run_id, one),
        "url": one.url,
        "fetched_at": one.at,
        "status": one.status,
        "sha256": sha256(one.body).hexdigest(),
        "warc_offset": one.offset,
        "warc_length": one.length,
        "run_id": run_id,
    }
