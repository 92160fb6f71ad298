"""The audit log: the only way to record a look or an act, written before anything is shown.

Append-only and chained: each row's digest covers the row before it. Identifiers stand as keyed hashes and the words of
a query sealed under a monthly key, so a retention class can be forgotten by destroying a key while the chain still verifies.
"""

import getpass
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import orjson
from sqlalchemy import Connection, func, insert, select

from store import keys
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

GENESIS = "0" * 64
LAST = select(audit_events.c.seq, audit_events.c.digest).order_by(audit_events.c.seq.desc()).limit(1)
APPEND = insert(audit_events)
ONE_WRITER = 0x51DE11647  # of PostgreSQL's advisory locks, the audit log's
Fact = str | int | float | bool | None


class Via(StrEnum):
    """Where a person stood when they looked or acted."""

    CONSOLE = "console"
    TOKEN = "token"  # noqa: S105  a program that a person gave a token to
    COMMAND = "command"
    NOTEBOOK = "notebook"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Act:
    """One look or act. `object_id` is stored as a keyed hash, `words` sealed; `facts` are counts and enums only."""

    actor: str
    via: Via
    action: str  # search, show, group, queue, decide, sign-in, export, ...
    object_kind: str  # ad, group, contact, query, account, workspace, ...
    object_id: str
    words: str | None = None
    case_id: str | None = None
    reason: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def operator() -> str:
    """The operating system's user, who is the actor of a command."""
    return getpass.getuser()


def append(workspace: Workspace, act: Act, connection: Connection | None = None) -> int:
    """Record `act`, in the caller's write transaction or in one of its own; returns its sequence number.

    Raises what the database raises: when the look cannot be recorded, nothing may be shown.
    """
    if connection is None:
        with workspace.begin() as own:
            return append(workspace, act, own)
    if connection.dialect.name == "postgresql":
        # SQLite lets one writer in at a time; here two would draw the same number, so they wait for each other.
        connection.execute(select(func.pg_advisory_xact_lock(ONE_WRITER)))
    last = connection.execute(LAST).one_or_none()
    moment = now()
    seal_key = f"audit-{moment:%Y-%m}" if act.words is not None else None
    row: dict[str, object] = {
        "seq": last.seq + 1 if last else 1,
        "at": moment,
        "actor": act.actor,
        "via": act.via.value,
        "action": act.action,
        "object_kind": act.object_kind,
        "object_hash": keys.blind(workspace, f"{act.object_kind}:{act.object_id}"),
        "case_id": act.case_id,
        "reason": act.reason,
        "sealed": keys.seal(workspace, seal_key, act.words) if seal_key and act.words is not None else None,
        "seal_key": seal_key,
        "facts": dict(act.facts),
        "previous": last.digest if last else GENESIS,
    }
    row["digest"] = digest(row)
    connection.execute(APPEND, row)
    return int(str(row["seq"]))


def digest(row: Mapping[str, object]) -> str:
    """SHA-256 over every column of the row but the digest itself, in one canonical form."""
    parts = {f"{name}": _canonical(value) for name, value in row.items() if name != "digest"}
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.hex() if isinstance(value, bytes) else value
