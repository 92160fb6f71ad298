"""A list of identifiers against the index: thousands at once, for each whether any ad holds it, and which."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import contacts
from indexer.backend import Request, SearchBackend
from indexer.engine import open_backend
from indexer.query import Node
from indexer.records import AdDocument
from store.errors import UsageError
from store.quarantine import held
from store.workspace import Workspace

MOST = 100_000
SHOWN = 5  # ads named for each identifier
TOGETHER = 500
LONGEST = 500  # characters of an identifier


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one identifier. `read` is false where it is no phone, e-mail, handle or address that can be searched."""

    identifier: str
    read: bool
    ads: int = 0
    groups: int = 0
    newest: tuple[str, ...] = ()  # ids of the newest ads that hold it

    @property
    def said(self) -> str:
        """Hit, miss or unread."""
        return ("hit" if self.ads else "miss") if self.read else "unread"

    def as_json(self) -> dict[str, Any]:
        """The object `search --list --json` writes."""
        return {
            "identifier": self.identifier,
            "answer": self.said,
            "ads": self.ads,
            "groups": self.groups,
            "newest": list(self.newest),
        }


def identifiers(path: Path, column: str | None = None) -> list[str]:
    """The identifiers of a CSV: a column by its name, else the first, whose first cell is left out where it names the column.

    Each is listed once, in order. Raises UsageError.
    """
    found: dict[str, None] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.reader(handle)
            place = 0
            if column is not None:
                head = next(rows, [])
                if column not in head:
                    raise UsageError(f"{path}: has no column {column!r}; it has {', '.join(head) or 'no line at all'}")
                place = head.index(column)
            for number, row in enumerate(rows):
                cell = row[place].strip() if len(row) > place else ""
                named = number == 0 and column is None and cell.isidentifier() and contacts.whole(cell) is None
                if cell and not named:
                    found[cell] = None
                if len(found) > MOST:
                    raise UsageError(f"{path}: more than {MOST:,} identifiers; split the list")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UsageError(f"{path}: cannot be read as CSV in UTF-8: {problem}") from None
    return list(found)


def look_up(workspace: Workspace, listed: Iterable[str], backend: SearchBackend | None = None) -> Iterator[Row]:
    """A row for each identifier, in order, as they are found."""
    own = backend or open_backend(workspace)
    try:
        waiting: list[str] = []
        for one in listed:
            waiting.append(one)
            if len(waiting) == TOGETHER:
                yield from _look_up(workspace, own, waiting)
                waiting = []
        yield from _look_up(workspace, own, waiting)
    finally:
        if backend is None:
            own.close()


def _look_up(workspace: Workspace, backend: SearchBackend, listed: list[str]) -> Iterator[Row]:
    nodes = {one: node for one in listed if (node := _node(one))}
    requests = [Request(node, limit=SHOWN, facets=("group",)) for node in nodes.values()]
    answers = dict(zip(nodes, backend.search_many(requests), strict=True))
    shown = {
        one: [found.document.ad_id for found in answer.found if isinstance(found.document, AdDocument)]
        for one, answer in answers.items()
    }
    with workspace.read() as connection:
        back = held(connection, {ad_id for ad_ids in shown.values() for ad_id in ad_ids})
    for one in listed:
        if (answer := answers.get(one)) is None:
            yield Row(one, read=False)
            continue
        newest = tuple(ad_id for ad_id in shown[one] if ad_id not in back)
        # An ad held back since the index was written is no hit either.
        ads = answer.total - (len(shown[one]) - len(newest))
        yield Row(one, True, ads, len(answer.facets[0].counts), newest)


def _node(text: str) -> Node | None:
    return contacts.whole(text) if len(text) <= LONGEST else None
