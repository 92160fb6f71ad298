"""Everything that answers a query, to a file, as it is read: no more than one page is in memory at a time."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawlers.records import TEXT_FIELDS
from indexer.backend import Request, SearchBackend
from indexer.inquiry import inquire
from indexer.records import AdDocument, Sort
from store.database import chunks
from store.errors import UsageError
from store.jsonlines import write_lines
from store.quarantine import held
from store.workspace import Workspace

PAGE = 2_000
FORMATS = (".csv", ".jsonl")
LISTS = ("phones", "emails", "handles", "urls", "payments", "names", "ages", "hourly", "indicators", "reasons")
COLUMNS = (
    *("ad_id", "site", "url", "posted_at", "first_seen", "last_seen", "gone"),
    *TEXT_FIELDS,
    *LISTS,
    *("places", "group_id", "group_size", "priority", "band", "route", "lane"),
)
# A cell that begins so is run as a formula by a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
BETWEEN = "; "


def suffix(target: Path) -> str:
    """What the file's name ends in. Raises UsageError where that is no format."""
    if (form := target.suffix.lower()) not in FORMATS:
        raise UsageError(f"{target}: export to a file that ends in {' or '.join(FORMATS)}")
    return form


def export(workspace: Workspace, text: str, target: Path, backend: SearchBackend | None = None) -> int:
    """Write the ads that answer to a .csv or .jsonl file, newest first; it stands under its name once it is whole.

    Returns how many. The caller has recorded the export before. Raises UsageError, QueryError, SearchError.
    """
    form = suffix(target)
    with inquire(workspace, text, backend) as (own, _, node):
        rows = map(_row, _documents(workspace, own, Request(node, sort=Sort.TIME, limit=PAGE)))
        return _write_csv(target, rows) if form == ".csv" else write_lines(str(target), rows)


def _documents(workspace: Workspace, backend: SearchBackend, request: Request) -> Iterator[AdDocument]:
    while True:
        found = backend.search(request).found
        documents = [one.document for one in found if isinstance(one.document, AdDocument)]
        with workspace.read() as connection:
            back = {ad_id for part in chunks([one.ad_id for one in documents]) for ad_id in held(connection, part)}
        yield from (one for one in documents if one.ad_id not in back)
        if len(found) < request.limit:
            return
        request = replace(request, after=found[-1].after)


def _row(document: AdDocument) -> dict[str, Any]:
    row = {name: getattr(document, name) for name in COLUMNS if name != "places"}
    row["places"] = [place.label for place in document.places]
    return {name: row[name] for name in COLUMNS}


def _write_csv(target: Path, rows: Iterator[dict[str, Any]]) -> int:
    draft = target.with_name(f".{target.name}.partial")
    count = 0
    try:
        with draft.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(COLUMNS)
            for count, row in enumerate(rows, start=1):  # noqa: B007  the last number is the count
                writer.writerow([_cell(value) for value in row.values()])
        draft.replace(target)
    except OSError as problem:
        raise UsageError(f"{target}: cannot be written: {problem.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
    return count


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet runs: what would be a formula begins with an apostrophe."""
    if isinstance(value, list | tuple):
        value = BETWEEN.join(map(str, value))
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
