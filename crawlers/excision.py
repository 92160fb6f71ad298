"""Taking captures out of the evidence: their file is written anew without them, with a tombstone in place of each.

The new file stands beside the old one until one transaction turns every row to it; then the old one is deleted. A journal
(`rewrites`) says what a killed process left, and `recover` tidies it up. A body that a kept
revisit refers to moves into it first.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from crawlers.captures import body_of, record_of
from crawlers.rewriting import Piece, laid_out, rehomed, write_pieces
from crawlers.tables import ad_versions, ads, capture_tombstones, captures, rewrites, runs, sightings, validators
from store.database import chunks, select_in
from store.disk import need
from store.keys import blind
from store.locks import is_held
from store.schema import now
from store.workspace import Workspace

LOCKS = "crawl-*.lock"


@dataclass(slots=True)
class Excised:
    """What came of it: captures removed, files that went as a whole, files written anew, revisits that hold the body now,
    and captures that had to wait because something still points at them or their run goes on."""

    captures: int = 0
    files: int = 0
    rewritten: int = 0
    rehomed: int = 0
    waiting: set[str] = field(default_factory=set)


def excise(workspace: Workspace, doomed: Mapping[str, str]) -> Excised:
    """Remove these captures (id -> the rule by which it goes). Safe to be killed at any moment and called again."""
    recover(workspace)
    done = Excised()
    if crawling(workspace):
        # A crawl may be about to refer to a body that goes: it waits for a quiet hour.
        done.waiting |= doomed.keys()
        return done
    with workspace.read() as connection:
        open_runs = set(connection.execute(select(runs.c.run_id).where(runs.c.ended_at.is_(None))).scalars())
        rows = {
            row.capture_id: row
            for row in select_in(connection, select(captures), captures.c.capture_id, sorted(doomed))
        }
        referring = [
            row
            for row in select_in(connection, select(captures), captures.c.refers_to, sorted(rows))
            if row.capture_id not in doomed
        ]
    growing = {row.refers_to for row in referring if row.run_id in open_runs}
    done.waiting |= {one for one, row in rows.items() if row.run_id in open_runs or one in growing}
    going = {one: row for one, row in rows.items() if one not in done.waiting}
    done.rehomed = _rehome(workspace, [row for row in referring if row.refers_to in going])
    by_file: dict[str, set[str]] = defaultdict(set)
    for capture_id, row in going.items():
        by_file[row.warc_file].add(capture_id)
    with workspace.begin() as connection:
        # So that neither of two that go, each in its file, holds up the other. No crawl takes one that refers for an original.
        for capture_id, row in going.items():
            if row.refers_to in going:
                connection.execute(
                    update(captures).where(captures.c.capture_id == capture_id).values(refers_to=capture_id)
                )
    for name in sorted(by_file):
        _remove(workspace, name, {one: doomed[one] for one in by_file[name]}, done)
    return done


def recover(workspace: Workspace) -> int:
    """Delete what a killed rewrite left: new files that no row points to, old ones that none points to any more."""
    with workspace.read() as connection:
        left = connection.execute(select(rewrites)).all()
    for row in left:
        (workspace.captures / (row.old_file if row.swapped else row.new_file)).unlink(missing_ok=True)
        with workspace.begin() as connection:
            connection.execute(delete(rewrites).where(rewrites.c.new_file == row.new_file))
    return len(left)


def crawling(workspace: Workspace) -> bool:
    """Whether a crawl goes on just now."""
    return any(is_held(workspace, path.stem) for path in workspace.root.glob(LOCKS))


def pointed_at(connection: Connection, capture_ids: Collection[str]) -> set[str]:
    """Those of these captures that an ad, a version or a sighting stands on."""
    return {
        row.capture_id
        for table in (ads, ad_versions, sightings)
        for row in select_in(connection, select(table.c.capture_id), table.c.capture_id, capture_ids)
    }


def _rehome(workspace: Workspace, referring: list[Row[Any]]) -> int:
    """Move each body into the earliest capture that refers to it; the others refer to that one. Returns how many moved."""
    homes: dict[str, Row[Any]] = {}
    for row in sorted(referring, key=lambda one: (one.fetched_at, one.capture_id)):
        homes.setdefault(row.refers_to, row)
    by_file: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in homes.values():
        by_file[row.warc_file].append(row)
    for name in sorted(by_file):
        with workspace.read() as connection:
            bodies = {row.capture_id: body_of(workspace, connection, row.capture_id) for row in by_file[name]}
            originals = {
                row.capture_id: record_of(workspace, original)
                for row in by_file[name]
                for original in connection.execute(select(captures).where(captures.c.capture_id == row.refers_to))
            }
            pieces = _pieces(workspace, connection, name, ())
        for piece in pieces:
            if (body := bodies.get(piece.capture_id or "")) is not None:
                kept = piece.capture_id or ""
                piece.record = rehomed(piece.read_record(workspace.captures / name), body, originals[kept])
        with _rewritten(workspace, name, pieces) as swap:
            for row in by_file[name]:
                mine = captures.c.refers_to == row.refers_to
                swap.execute(update(captures).where(mine).values(refers_to=row.capture_id))
                own = captures.c.capture_id == row.capture_id
                swap.execute(update(captures).where(own).values(refers_to=None))
        _forget_old(workspace, name)
    return len(homes)


def _remove(workspace: Workspace, name: str, doomed: Mapping[str, str], done: Excised) -> None:
    with workspace.read() as connection:
        pieces = _pieces(workspace, connection, name, doomed)
    moment = now()
    stays = any(piece.capture_id is not None and piece.capture_id not in doomed for piece in pieces)
    removed = {piece.capture_id: piece for piece in pieces if piece.capture_id in doomed}
    told: dict[str | None, dict[str, Any]] = {}
    for capture_id, piece in removed.items():
        row: dict[str, Any] = {
            "body_sha256": piece.body_sha256,
            "removed_sha256": piece.digest(workspace.captures / name),
        }
        told[capture_id] = {**row, "capture": blind(workspace, f"capture:{capture_id}"), "at": moment}
        piece.bury({**row, "capture": told[capture_id]["capture"], "rule": doomed[str(capture_id)], "at": moment})
    try:
        with _rewritten(workspace, name, pieces) if stays else _dropped(workspace, name) as swap:
            _check_free(swap, doomed)
            for part in chunks(doomed):
                swap.execute(delete(captures).where(captures.c.capture_id.in_(part)))
                swap.execute(delete(validators).where(validators.c.capture_id.in_(part)))
            for capture_id, row in told.items():
                place = removed[capture_id].place if stays else {}
                stands = {"warc_file": _new_name(swap, name), **place} if place else {}
                swap.execute(insert(capture_tombstones).values({**row, "rule": doomed[str(capture_id)], **stands}))
    except _NotFreeError:
        recover(workspace)
        done.waiting |= doomed.keys()
        return
    _forget_old(workspace, name)
    done.captures += len(doomed)
    done.rewritten += stays
    done.files += not stays


class _NotFreeError(Exception):
    """Something came to point at a capture while its file was written anew."""


def _check_free(connection: Connection, doomed: Mapping[str, str]) -> None:
    query = select(captures.c.capture_id)
    referring = {row.capture_id for row in select_in(connection, query, captures.c.refers_to, list(doomed))}
    if pointed_at(connection, list(doomed)) or referring - doomed.keys():
        raise _NotFreeError


def _pieces(workspace: Workspace, connection: Connection, name: str, doomed: Collection[str]) -> list[Piece]:
    rows = connection.execute(
        select(captures).where(captures.c.warc_file == name).order_by(captures.c.warc_offset)
    ).all()
    graves = connection.execute(select(capture_tombstones).where(capture_tombstones.c.warc_file == name)).all()
    need(workspace.root, (workspace.captures / name).stat().st_size)
    return laid_out(workspace.captures / name, name, rows, graves, doomed)


class _rewritten:  # noqa: N801  a context manager, called like a function
    """Write `pieces` to a new file; inside the block is the transaction in which every row is turned to it."""

    def __init__(self, workspace: Workspace, name: str, pieces: list[Piece]) -> None:
        self._workspace, self._name, self._pieces = workspace, name, pieces

    def __enter__(self) -> Connection:
        folder = self._workspace.captures
        draft = f"{self._name}.partial"
        _journal(self._workspace, draft, self._name)
        digest = write_pieces(folder / self._name, folder / draft, self._pieces)
        final = _named(self._name, digest)
        _journal(self._workspace, final, self._name)
        (folder / draft).replace(folder / final)
        _sync(folder / final)
        self._begun = self._workspace.begin()
        connection = self._begun.__enter__()
        connection.execute(update(rewrites).where(rewrites.c.new_file == final).values(swapped=True))
        connection.execute(delete(rewrites).where(rewrites.c.new_file == draft))
        for piece in self._pieces:
            piece.turn(connection, final)
        return connection

    def __exit__(self, *problem: Any) -> None:
        self._begun.__exit__(*problem)


class _dropped:  # noqa: N801
    """The same where nothing of the file is kept: inside the block is the transaction in which its rows go."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self._workspace, self._name = workspace, name

    def __enter__(self) -> Connection:
        self._begun = self._workspace.begin()
        connection = self._begun.__enter__()
        gone = f"{self._name}.gone"
        connection.execute(insert(rewrites).values(new_file=gone, old_file=self._name, swapped=True))
        connection.execute(
            update(capture_tombstones)
            .where(capture_tombstones.c.warc_file == self._name)
            .values(warc_file=None, warc_offset=None, warc_length=None, stored_sha256=None)
        )
        return connection

    def __exit__(self, *problem: Any) -> None:
        self._begun.__exit__(*problem)


def _journal(workspace: Workspace, new: str, old: str) -> None:
    with workspace.begin() as connection:
        connection.execute(insert(rewrites).values(new_file=new, old_file=old, swapped=False))


def _new_name(connection: Connection, old: str) -> str:
    query = select(rewrites.c.new_file).where(rewrites.c.old_file == old, rewrites.c.swapped)
    return str(connection.execute(query).scalar_one())


def _forget_old(workspace: Workspace, name: str) -> None:
    (workspace.captures / name).unlink(missing_ok=True)
    with workspace.begin() as connection:
        connection.execute(delete(rewrites).where(rewrites.c.old_file == name))


def _named(name: str, digest: str) -> str:
    """An imported file is named by the digest of all of it; another keeps its stem, and ends as it did."""
    folder, _, file = name.rpartition("/")
    stem, dot, ending = file.partition(".")
    fresh = digest if name.startswith("imported/") else f"{stem.partition('~')[0]}~{digest[:12]}"
    return f"{folder}/{fresh}{dot}{ending}" if folder else f"{fresh}{dot}{ending}"


def _sync(path: Path) -> None:
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
