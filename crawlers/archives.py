"""Imports of WARC files of any size: each response goes through the parser of the site whose address it has.

The file is copied into the workspace first, so that every ad's evidence stands where its capture says.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from sqlalchemy import update
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.errors import ImportFileError, PageError
from crawlers.imports import Imported, begin, file_digest, finish
from crawlers.links import is_text
from crawlers.manifest import netloc
from crawlers.page import BODY_LIMIT, Page
from crawlers.parse import parse
from crawlers.recorder import capture_id
from crawlers.records import Ad
from crawlers.sites import Site
from crawlers.stored import record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import captures, runs
from store.database import chunks, insert_missing
from store.workspace import Workspace

BATCH = 200
MAGIC = (b"\x1f\x8b\x08", b"WARC/1.")
WINDOW = 1 << 20


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `offset` on that are no record."""

    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Response:
    """One response record: where it lies and what it holds."""

    offset: int
    length: int
    at: datetime
    url: str
    status: int
    content_type: str
    content_encoding: str
    body: bytes


def import_warc(
    workspace: Workspace,
    sites: Mapping[str, Site],
    path: Path,
    report: Callable[[str], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import `path`; damage is reported as `file:offset: reason` and the rest goes on. Raises ImportFileError."""
    digest = file_digest(path)
    run_id, _, counts = begin(workspace, f"import-{path.name}", digest)
    inside = _kept(workspace, path, digest)
    for part in chunks(records(inside, counts.pop("offset", 0)), BATCH):
        found = []
        for one in part:
            if isinstance(one, Damage):
                counts["bad"] += 1
                report(f"{path}:{one.offset}: skipped: {one.reason}")
                continue
            counts["records"] += 1
            site = site_of(one.url, sites)
            if site is None:
                counts["foreign"] += 1
            elif not 200 <= one.status < 300 or not is_text(one.content_type):
                counts["passed_over"] += 1
            else:
                found.append((one, _ads(site, one, run_id, counts)))
        last = part[-1]
        mark = {"offset": last.offset + (last.length if isinstance(last, Response) else 1)}
        _store(workspace, run_id, inside, found, counts, mark)
        progress(counts["records"])
    finish(workspace, run_id, +counts)
    return Imported(run_id, dict(+counts))


def site_of(url: str, sites: Mapping[str, Site]) -> Site | None:
    """The site an address belongs to: of those on its host, the one whose start it lies deepest under."""
    try:
        host, path = netloc(url), urlsplit(url).path
    except ValueError:
        return None
    fitting = [
        (len(folder) if path.startswith(folder := urlsplit(start).path.rpartition("/")[0]) else -1, name)
        for name, site in sites.items()
        if host in site.manifest.netlocs
        for start in site.manifest.start
    ]
    return sites[min(fitting, key=lambda one: (-one[0], one[1]))[1]] if fitting else None


def _ads(site: Site, one: Response, run_id: str, counts: Counter[str]) -> tuple[Ad, ...]:
    kinds = ("ad",) if site.manifest.select.listing.items is None else ("ad", "listing")
    for kind in kinds:
        page = Page(one.url, one.body, one.content_type, one.content_encoding, kind)
        try:
            parsed = parse(site, page)
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


def _store(
    workspace: Workspace,
    run_id: str,
    file: Path,
    found: list[tuple[Response, tuple[Ad, ...]]],
    counts: Counter[str],
    mark: Mapping[str, int],
) -> None:
    """Pages without an ad stay in the file alone; a page with a suppressed ad gets no capture."""
    held = suppressed(workspace, [ad for _, ads in found for ad in ads])
    rows, kept = [], []
    for one, ads in found:
        counts["suppressed"] += sum(ad.ad_id in held for ad in ads)
        if ads and not any(ad.ad_id in held for ad in ads):
            rows.append(_row(workspace, run_id, file, one))
            kept += [(ad, one.at) for ad in ads]
    counts["ads"] += len(kept)
    with workspace.begin() as connection:
        insert_missing(connection, captures, rows)
        moments = [at for _, at in kept]
        for sighting in record_sightings(connection, [ad for ad, _ in kept], seen_at=moments, run_id=run_id):
            counts[sighting.change.value] += 1
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(counts={**counts, **mark}))


def _row(workspace: Workspace, run_id: str, file: Path, one: Response) -> dict[str, object]:
    return {
        "capture_id": _capture_id(run_id, one),
        "url": one.url,
        "fetched_at": one.at,
        "status": one.status,
        "sha256": sha256(one.body).hexdigest(),
        "warc_file": file.relative_to(workspace.captures).as_posix(),
        "warc_offset": one.offset,
        "warc_length": one.length,
        "run_id": run_id,
    }


def _kept(workspace: Workspace, path: Path, digest: str) -> Path:
    """The file's place in the workspace: where it is, or a copy of it."""
    if path.resolve().is_relative_to(workspace.captures.resolve()):
        return workspace.captures / path.resolve().relative_to(workspace.captures.resolve())
    target = workspace.captures / "imported" / f"{digest}{'.warc.gz' if path.suffix == '.gz' else '.warc'}"
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        draft = target.with_name(f".{target.name}.partial")
        try:
            shutil.copyfile(path, draft)
            with draft.open("rb+") as handle:
                os.fsync(handle.fileno())
            draft.replace(target)
        except OSError as problem:
            draft.unlink(missing_ok=True)
            raise ImportFileError(f"{path}: cannot be copied into {target.parent}: {problem.strerror}") from None
    return target


def records(path: Path, start: int = 0) -> Iterator[Response | Damage]:
    """The responses of a WARC file from `start` (the begin of a record) on; after damage at the next record found."""
    offset: int | None = start
    size = path.stat().st_size
    while offset is not None and offset < size:
        with path.open("rb") as handle:
            handle.seek(offset)
            archive = ArchiveIterator(handle, check_digests="raise")
            at = offset
            try:
                for record in archive:
                    found = _response(record)
                    # Asking for the offset reads the record to its end, so the body comes first.
                    at, length = archive.get_record_offset(), archive.get_record_length()
                    if found is not None:
                        yield replace(found, offset=at, length=length)
                    at += length
            except (ArchiveLoadFailed, ValueError, OSError, EOFError) as problem:
                yield Damage(at, f"{type(problem).__name__}: {' '.join(str(problem).split())}"[:300])
            else:
                return
        offset = _next_record(path, at + 1)


def _response(record: Any) -> Response | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    head = record.http_headers
    code = head.get_statuscode()
    written = record.rec_headers.get_header("WARC-Date") or ""
    return Response(
        0,
        0,
        datetime.fromisoformat(written).astimezone(UTC),
        record.rec_headers.get_header("WARC-Target-URI") or "",
        int(code) if code and code.isdigit() else 0,
        head.get_header("Content-Type") or "",
        head.get_header("Content-Encoding") or "",
        _body(record, head),
    )


def _body(record: Any, head: Any) -> bytes:
    # warcio undoes chunking in content_stream(), and with it the content encoding, without a bound; the page has one.
    if (head.get_header("Transfer-Encoding") or "").lower() == "chunked":
        head.remove_header("Content-Encoding")
        stream: IO[bytes] = record.content_stream()
    else:
        stream = record.raw_stream
    parts, size = [], 0
    while size <= BODY_LIMIT and (part := stream.read(WINDOW)):
        parts.append(part)
        size += len(part)
    if size <= BODY_LIMIT and getattr(record.raw_stream, "limit", None):
        raise EOFError("the record is cut short")
    return b"".join(parts)


def _next_record(path: Path, start: int) -> int | None:
    """Where the next thing that looks like a record begins."""
    with path.open("rb") as handle:
        handle.seek(start)
        base, tail = start, b""
        while block := handle.read(WINDOW):
            text = tail + block
            places = [place for magic in MAGIC if (place := text.find(magic)) >= 0]
            if places:
                return base - len(tail) + min(places)
            base += len(block)
            tail = text[-8:]
    return None
