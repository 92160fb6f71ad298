"""Proof that the audit log is whole: its chain and tree are computed again and held against signed checkpoints.

A chain alone cannot show that its end was cut off or that all of it was written anew; a checkpoint can, as long as its
file is kept. Copies of `audit-checkpoints.jsonl` on another machine guard against someone who can write here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from casework import checkpoints as signed
from casework.checkpoints import Checkpoint
from casework.merkle import Tree
from store.audit import GENESIS
from store.errors import UsageError
from store.workspace import Workspace

# The columns in the order in which a digest covers them, then the digest. Stored characters are read as they are: decoded
# and encoded again, some edits of a byte would vanish.
AT = {"sqlite": "at", "postgresql": "to_char(audit_events.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}
FACTS = {"sqlite": "facts", "postgresql": "facts::text"}
ROWS = """SELECT action, actor, {at}, case_id, {facts}, object_hash, object_kind, previous, reason, seal_key, sealed,
    seq, via, digest FROM audit_events WHERE seq > {after} ORDER BY audit_events.seq"""
Raw = tuple[Any, ...]
AT_ONCE = 2_000

EDITED = "its content is not what was recorded: edited"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how many events and checkpoints were checked, and the first break, if any."""

    events: int
    checkpoints: int
    broken_seq: int | None
    problem: str | None


def verify(workspace: Workspace, checkpoints: Path | None = None) -> Verified:
    """Compute the whole log again and hold it against the checkpoints (of another file, where one is named).

    Raises UsageError where the file that is named is not there: held against nothing, a log that was cut looks whole.
    """
    if checkpoints is not None and not checkpoints.is_file():
        raise UsageError(f"{checkpoints}: there is no such file, so the log was not held against it")
    kept = list(signed.read(workspace, checkpoints or workspace.root / signed.FILE))
    if bad := next((one for one in kept if isinstance(one, str)), None):
        return Verified(0, len(kept), 0, bad)
    expected: dict[int, Checkpoint] = {}
    for one in kept:
        # Two that were signed for the same event and differ: one of them was signed for another log.
        if isinstance(one, Checkpoint) and (other := expected.setdefault(one.seq, one)).digest != one.digest:
            return Verified(0, len(kept), one.seq, f"two signed checkpoints disagree on event {other.seq}")
    tree = Tree()
    with workspace.read() as connection:
        try:
            broken = first_problem(rows(connection), tree, expected)
        except DBAPIError:
            broken = tree.size + 1, "what the database holds of it cannot be read: edited"
    if broken is None and expected and max(expected) > tree.size:
        cut = f"the log ends at {tree.size}, but a signed checkpoint knows event {max(expected)}: its end was cut off"
        broken = tree.size + 1, cut
    if broken:
        return Verified(broken[0] - 1, len(kept), *broken)
    return Verified(tree.size, len(kept), None, None)


def rows(connection: Connection, after: int = 0) -> Iterator[Raw]:
    """The log's stored rows, in order, from the database's driver itself. Raises DBAPIError for bytes that are no text."""
    name = connection.dialect.name
    query = ROWS.format(at=AT[name], facts=FACTS[name], after=int(after))
    if name != "sqlite":
        result = connection.execution_options(yield_per=AT_ONCE).exec_driver_sql(query)
        yield from cast(Iterator[Raw], result)
        return
    import sqlite3

    try:
        yield from cast(Iterator[Raw], connection.connection.driver_connection.execute(query))  # type: ignore[union-attr]
    except sqlite3.Error as problem:
        raise DBAPIError(query, None, problem) from None


def first_problem(
    found: Iterable[Raw], tree: Tree, expected: Mapping[int, Checkpoint], previous: str = GENESIS
) -> tuple[int, str] | None:
    """Put each row into `tree` until one is not what was recorded; the number of that event and what is wrong with it.

    `previous` is the digest of the last event in the tree.
    """
    dumps, add = orjson.dumps, tree.add
    for place, row in enumerate(found, start=tree.size + 1):
        seq, recorded = row[11], row[13]
        if seq != place:
            return place, "it is missing: deleted, or the numbers were changed"
        if row[7] != previous:
            return place, "it does not follow the event before it: inserted, swapped, or the one before was replaced"
        try:
            digest = sha256(dumps(content(row)))
        except (TypeError, AttributeError, orjson.JSONEncodeError):
            return place, EDITED
        if digest.hexdigest() != recorded:
            return place, EDITED
        add(digest.digest())
        previous = recorded
        if seq in expected and not expected[seq].fits(recorded, tree):
            return place, "it is not the event that a signed checkpoint names: the log was written anew"
    return None


def content(row: Raw) -> dict[str, object]:
    """A stored row as its digest covers it. Raises TypeError or AttributeError for values of another type than were stored."""
    action, actor, at, case_id, facts, object_hash, object_kind, previous, reason, seal_key, sealed, seq, via, _ = row
    if type(facts) is not str or at[10] != " ":
        raise TypeError("not as it was stored")
    return {
        "action": action,
        "actor": actor,
        "at": f"{at[:10]}T{at[11:]}+00:00",
        "case_id": case_id,
        "facts": orjson.Fragment(facts),
        "object_hash": object_hash,
        "object_kind": object_kind,
        "previous": previous,
        "reason": reason,
        "seal_key": seal_key,
        "sealed": sealed if sealed is None else sealed.hex(),
        "seq": seq,
        "via": via,
    }


def checkpoint(workspace: Workspace) -> Checkpoint | None:
    """Sign the log as it is now and append that to the checkpoints' file; returns the newest one, None for an empty log."""
    last = signed.last(workspace)
    after = last.seq if last else 0
    tree = Tree(after, last.peaks) if last and last.peaks else Tree()
    head = None
    with workspace.read() as connection:
        # One event further back, so that the head's digest is at hand where nothing is new.
        for row in rows(connection, tree.size):
            head = str(row[13])
            tree.add(bytes.fromhex(head))
    if head is None or tree.size <= after:
        return last
    return signed.write(workspace, tree, head)
