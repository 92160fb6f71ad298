"""Asking only for what changed: what a server said to tell versions of a page apart (ETag, Last-Modified), and where its last
copy lies. A page that did not change is read again from that copy, by the rules of today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from crawlers.captures import body_of
from crawlers.frontier import Entry, Outcome
from crawlers.tables import captures, validators
from crawlers.warc import Fetched
from store.database import select_in, upsert
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

OK = 200
LENGTH_LIMIT = 1000  # characters of an ETag or date that are kept and sent back


class Kept(Protocol):
    """A visit, as far as it matters here."""

    @property
    def entry(self) -> Entry: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def fetched(self) -> Fetched | None: ...


@dataclass(frozen=True, slots=True)
class Validator:
    """What to send so that the server answers 304 where nothing changed, and the capture that it stands for."""

    capture_id: str
    etag: str
    last_modified: str
    content_type: str
    content_encoding: str


class Validators:
    """Those of one site, looked up for the addresses that are about to be asked."""

    def __init__(self, workspace: Workspace, site: str) -> None:
        self._workspace = workspace
        self._site = site
        self._ready: dict[str, Validator] = {}
        with workspace.read() as connection:
            mine = select(validators.c.site).where(validators.c.site == site).limit(1)
            self._any = connection.execute(mine).first() is not None

    def prepare(self, entries: Iterable[Entry]) -> None:
        """Look up the validators of these entries."""
        if not self._any:
            return
        query = select(validators).join(captures, captures.c.capture_id == validators.c.capture_id)
        query = query.where(validators.c.site == self._site)
        with self._workspace.read() as connection:
            for row in select_in(connection, query, validators.c.fingerprint, [one.fingerprint for one in entries]):
                self._ready[row.fingerprint] = Validator(
                    row.capture_id, row.etag, row.last_modified, row.content_type, row.content_encoding
                )

    def headers(self, entry: Entry) -> dict[str, str]:
        """The conditions of a request."""
        known = self._ready.get(entry.fingerprint)
        if known is None:
            return {}
        named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in named.items() if value}

    def earlier(self, entry: Entry) -> tuple[str, Fetched] | None:
        """The capture that a 304 stands for, with its id; None where there is none or its file cannot be read."""
        known = self._ready.get(entry.fingerprint)
        if known is None:
            return None
        try:
            with self._workspace.read() as connection:
                body = body_of(self._workspace, connection, known.capture_id)
        except (SidelightError, OSError):
            return None
        lines = [("Content-Type", known.content_type), ("Content-Encoding", known.content_encoding)]
        return known.capture_id, Fetched(entry.url, now(), OK, (), lines, body)

    def forget(self, entry: Entry) -> None:
        """Ask for this address without conditions."""
        self._ready.pop(entry.fingerprint, None)


def remember(connection: Connection, site: str, kept: Mapping[str, Kept]) -> None:
    """Keep what these pages, by capture id, came with. A page that could not be read is asked for whole next time."""
    rows = []
    for capture, one in kept.items():
        if one.outcome is not Outcome.DONE or one.fetched is None or one.fetched.status != OK:
            continue
        etag, modified = one.fetched.header("etag"), one.fetched.header("last-modified")
        if 0 < len(etag) + len(modified) <= LENGTH_LIMIT:
            facts = {
                "etag": etag,
                "last_modified": modified,
                "content_type": one.fetched.header("content-type"),
                "content_encoding": one.fetched.header("content-encoding"),
                "capture_id": capture,
            }
            rows.append({"site": site, "fingerprint": one.entry.fingerprint, **facts})
    if rows:
        upsert(connection, validators, rows)
