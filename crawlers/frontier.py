"""What a run has still to fetch, and what came of the rest. Rows are written with what their pages held; a killed run
goes on from the ones that wait."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, case, func, or_, select, update

from crawlers.links import clean, fingerprint
from crawlers.tables import frontier
from store.database import insert_missing


class Kind(StrEnum):
    """What an address is expected to show. A check is the page of a known ad that the listing no longer showed; a picture
    is only hashed, see crawlers/pictures.py."""

    LISTING = "listing"
    AD = "ad"
    CHECK = "check"
    PICTURE = "picture"


class Outcome(StrEnum):
    """What came of an address."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address to fetch. `hops` counts the redirects that led to it; `via` is the address that did."""

    fingerprint: str
    url: str
    kind: Kind
    depth: int
    seq: int
    hops: int = 0
    via: str | None = None


class Frontier:
    """The addresses a run knows; each is handed out once."""

    def __init__(self, known: Iterable[str] = (), seq: int = 0) -> None:
        self._known = set(known)
        self._seq = seq

    def offer(self, url: str, kind: Kind, depth: int, hops: int = 0, via: str | None = None) -> Entry | None:
        """A new entry, or None where the run knows the address already."""
        address = clean(url)
        return self._new(fingerprint(address), address, kind, depth, hops, via)

    def missing(self, ad_id: str, url: str) -> Entry | None:
        """An entry for an ad that has no page of its own and that a complete listing no longer shows."""
        return self._new(hashlib.sha256(f"missing {ad_id}".encode()).hexdigest()[:32], url, Kind.CHECK, 0)

    def once_more(self, entry: Entry) -> Entry:
        """An entry that asks for the same address a second time."""
        self._seq += 1
        key = hashlib.sha256(f"again {self._seq} {entry.fingerprint}".encode()).hexdigest()[:32]
        self._known.add(key)
        return Entry(key, entry.url, entry.kind, entry.depth, self._seq, entry.hops, entry.via)

    def _new(self, key: str, url: str, kind: Kind, depth: int, hops: int = 0, via: str | None = None) -> Entry | None:
        if key in self._known:
            return None
        self._known.add(key)
        self._seq += 1
        return Entry(key, url, kind, depth, self._seq, hops, via)


def load(connection: Connection, run_id: str) -> tuple[Frontier, list[Entry]]:
    """The frontier of a run as it was last committed, and the entries that wait, oldest first."""
    mine = frontier.c.run_id == run_id
    known = connection.execute(select(frontier.c.fingerprint).where(mine)).scalars().all()
    seq = connection.execute(select(func.max(frontier.c.seq)).where(mine)).scalar_one() or 0
    waiting = connection.execute(
        select(frontier).where(mine, frontier.c.state == Outcome.WAITING.value).order_by(frontier.c.seq)
    )
    entries = [
        Entry(row.fingerprint, row.url, Kind(row.kind), row.depth, row.seq, row.hops, row.via) for row in waiting
    ]
    return Frontier(known, seq), entries


def add(connection: Connection, run_id: str, entries: Iterable[Entry]) -> None:
    """Write new entries, waiting."""
    insert_missing(connection, frontier, (_row(run_id, entry) for entry in entries))


def settle(connection: Connection, run_id: str, outcomes: Iterable[tuple[Entry, Outcome, str | None]]) -> None:
    """Mark entries done, failed or refused."""
    rows = [
        {"key": entry.fingerprint, "state": outcome.value, "error": error[:2000] if error else None}
        for entry, outcome, error in outcomes
    ]
    if rows:
        mine = (frontier.c.run_id == run_id, frontier.c.fingerprint == bindparam("key"))
        connection.execute(update(frontier).where(*mine), rows)


def tally(connection: Connection, run_id: str) -> dict[tuple[Kind, Outcome], int]:
    """How many entries of a run there are, by kind and outcome."""
    rows = connection.execute(
        select(frontier.c.kind, frontier.c.state, func.count())
        .where(frontier.c.run_id == run_id)
        .group_by(frontier.c.kind, frontier.c.state)
    )
    return {(Kind(kind), Outcome(state)): count for kind, state, count in rows}


def errors(connection: Connection, run_id: str, limit: int) -> list[str]:
    """The first errors of a run and what was odd about pages that could be read; the errors first, oldest first."""
    order = case({Outcome.FAILED.value: 0, Outcome.DONE.value: 1}, value=frontier.c.state, else_=2)
    told = or_(frontier.c.state != Outcome.REFUSED.value, frontier.c.error.like("%redirect refused%"))
    rows = connection.execute(
        select(frontier.c.error)
        .where(frontier.c.run_id == run_id, frontier.c.error.is_not(None), told)
        .order_by(order, frontier.c.seq)
        .limit(limit)
    )
    return [row.error for row in rows]


def _row(run_id: str, entry: Entry) -> dict[str, object]:
    return {
        "fingerprint": entry.fingerprint,
        "url": entry.url,
        "kind": entry.kind.value,
        "depth": entry.depth,
        "seq": entry.seq,
        "hops": entry.hops,
        "via": entry.via,
        "run_id": run_id,
        "state": Outcome.WAITING.value,
        "error": None,
    }
