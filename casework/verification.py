"""Proof that the audit log is whole: the chain is computed again, and signed checkpoints say how far it once reached.

A chain alone cannot show that its end was cut off or that all of it was written anew; a checkpoint can, as long as its
file is kept. Copies of `audit-checkpoints.jsonl` on another machine guard against someone who can write here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from store import keys
from store.audit import GENESIS, digest
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

FILE = "audit-checkpoints.jsonl"
SIGNING_KEY = "audit-signing"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log at some moment, as signed then."""

    seq: int
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how many events and checkpoints were checked, and the first break, if any."""

    events: int
    checkpoints: int
    broken_seq: int | None
    problem: str | None


def checkpoint(workspace: Workspace) -> None:
    """Sign the log's present head and append it to the checkpoints' file, unless it stands there already."""
    with workspace.read() as connection:
        head = connection.execute(
            select(audit_events.c.seq, audit_events.c.digest).order_by(audit_events.c.seq.desc()).limit(1)
        ).one_or_none()
    path = workspace.root / FILE
    if head is None or head.digest in _tail(path):
        return
    body = {"seq": head.seq, "digest": head.digest, "at": now().isoformat(timespec="seconds")}
    line = {**body, "signature": _signer(workspace).sign(_bytes(body)).hex()}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        os.fsync(handle)
    finally:
        os.close(handle)


def verify(workspace: Workspace, checkpoints: Path | None = None) -> Verified:
    """Compute the whole chain again and hold it against the checkpoints (of another file, where one is named)."""
    signed = list(_checkpoints(workspace, checkpoints or workspace.root / FILE))
    if bad := next((one for one in signed if isinstance(one, str)), None):
        return Verified(0, len(signed), 0, bad)
    expected = {one.seq: one.digest for one in signed if isinstance(one, Checkpoint)}
    seq, previous = 0, GENESIS
    query = select(audit_events).order_by(audit_events.c.seq)
    with workspace.read() as connection:
        for row in connection.execution_options(yield_per=1000).execute(query):
            problem = None
            if row.seq != seq + 1:
                problem = f"event {seq + 1} is missing: deleted, or the numbers were changed"
            elif row.previous != previous:
                problem = "it does not follow the event before it: inserted, swapped, or the one before was replaced"
            elif digest(row._asdict()) != row.digest:
                problem = "its content is not what was recorded: edited"
            elif row.seq in expected and expected[row.seq] != row.digest:
                problem = "it is not the event that a signed checkpoint names: the log was written anew"
            if problem:
                return Verified(seq, len(signed), seq + 1, problem)
            seq, previous = row.seq, row.digest
    if expected and max(expected) > seq:
        problem = f"the log ends at {seq}, but a signed checkpoint knows event {max(expected)}: its end was cut off"
        return Verified(seq, len(signed), seq + 1, problem)
    return Verified(seq, len(signed), None, None)


def _tail(path: Path) -> str:
    """The end of the file: the newest checkpoint, and more."""
    if not path.exists():
        return ""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - 500))
        return handle.read().decode(errors="replace")


def _checkpoints(workspace: Workspace, path: Path) -> Iterator[Checkpoint | str]:
    """Every checkpoint in the file, or a sentence for one that is damaged."""
    if not path.exists():
        return
    public = _signer(workspace).public_key()
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            value = orjson.loads(line)
            signature = bytes.fromhex(value.pop("signature"))
            public.verify(signature, _bytes(value))
            yield Checkpoint(value["seq"], value["digest"], value["at"])
        except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
            yield f"{path}:{number} is no checkpoint that this workspace signed"


def _signer(workspace: Workspace) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.key(workspace, SIGNING_KEY))


def _bytes(body: dict[str, object]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
