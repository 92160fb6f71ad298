"""Signed checkpoints of the audit log: its size, the digest of its last event and the root of its tree, at some moment.

They are appended to a file of the workspace and may be sent anywhere: they say nothing of any event. Another agency can be
a witness: it keeps the checkpoints it was shown and refuses one that does not continue the one before.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casework import merkle
from casework.merkle import Tree
from store import keys
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

log = logging.getLogger(__name__)

FILE = "audit-checkpoints.jsonl"
WITNESSED = "witnessed"
SIGNING_KEY = "audit-signing"
TAIL = 8_192  # bytes: more than the longest line


class WitnessError(SidelightError):
    """A checkpoint that another agency sent and that cannot be vouched for."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log at some moment, as signed then. Checkpoints of old have no `root` and no `peaks`."""

    seq: int
    digest: str
    at: str
    root: str = ""
    peaks: tuple[bytes, ...] = ()

    def fits(self, digest: str, tree: Tree) -> bool:
        """Whether the log, computed again up to this event, is the one that was signed."""
        return digest == self.digest and self.root in {"", tree.root().hex()}


def write(workspace: Workspace, tree: Tree, digest: str) -> Checkpoint:
    """Sign the tree and append it to the workspace's file."""
    body: dict[str, Any] = {
        "seq": tree.size,
        "digest": digest,
        "root": tree.root().hex(),
        "peaks": [one.hex() for one in tree.peaks],
        "at": now().isoformat(timespec="seconds"),
    }
    line = {**body, "signature": _signer(workspace).sign(_bytes(body)).hex()}
    _append(workspace.root / FILE, line)
    if (folder := workspace.settings.checkpoint_copy) is not None:
        try:
            _append(folder / FILE, line)
        except OSError as problem:
            # Work goes on: the next copy that succeeds covers this one, and its absence shows on the other machine.
            log.warning("the checkpoint could not be copied to %s: %s", folder, problem.strerror)
    return _checkpoint(body)


def last(workspace: Workspace) -> Checkpoint | None:
    """The newest checkpoint in the workspace's file; None where there is none, or where it is damaged."""
    path = workspace.root / FILE
    if not path.exists():
        return None
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - TAIL))
        lines = handle.read().splitlines()
    found = _opened(lines[-1], public_key(workspace)) if lines else None
    return _checkpoint(found) if found else None


def read(workspace: Workspace, path: Path) -> Iterator[Checkpoint | str]:
    """Every checkpoint in the file, or a sentence for one that is damaged."""
    if not path.exists():
        return
    public = public_key(workspace)
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        value = _opened(line, public)
        yield _checkpoint(value) if value else f"{path}:{number} is no checkpoint that this workspace signed"


def public_key(workspace: Workspace) -> Ed25519PublicKey:
    """What the workspace's checkpoints are checked with."""
    return _signer(workspace).public_key()


def letter(workspace: Workspace, newest: Checkpoint, since: int, digests: Sequence[bytes]) -> dict[str, Any]:
    """What a witness is sent: the newest checkpoint, the key it is checked with, and the proof that it continues `since`."""
    line = next(
        line
        for line in reversed((workspace.root / FILE).read_bytes().splitlines())
        if orjson.loads(line)["seq"] == newest.seq
    )
    proof = merkle.consistency(digests, since) if 0 < since < newest.seq else []
    return {
        "checkpoint": orjson.loads(line),
        "key": public_key(workspace).public_bytes_raw().hex(),
        "since": since,
        "proof": [one.hex() for one in proof],
    }


def witness(workspace: Workspace, agency: str, sent: Any) -> Checkpoint:
    """Check what another agency sent against what it sent before, keep it, and return it. Raises WitnessError.

    The first letter of an agency is believed; compare its key with theirs by another way.
    """
    path = workspace.root / WITNESSED / f"{agency}.jsonl"
    try:
        key, proof = str(sent["key"]), [bytes.fromhex(one) for one in sent["proof"]]
        line = orjson.dumps(sent["checkpoint"])
        value = _opened(line, Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)))
    except (KeyError, TypeError, ValueError) as problem:
        raise WitnessError(f"this is no letter with a checkpoint: {problem}") from None
    if value is None or not value.get("root"):
        raise WitnessError("the checkpoint is not signed with the key beside it")
    shown = _checkpoint(value)
    before = [orjson.loads(one) for one in path.read_bytes().splitlines()] if path.exists() else []
    if before:
        old = before[-1]
        if old["key"] != key:
            raise WitnessError(f"{agency} signed with another key than before; ask them, by another way, why")
        known = old["checkpoint"]
        roots = bytes.fromhex(known["root"]), bytes.fromhex(shown.root)
        if not merkle.is_consistent(known["seq"], roots[0], shown.seq, roots[1], proof):
            raise WitnessError(
                f"this log of {shown.seq:,} events does not continue the one of {known['seq']:,} that {agency} showed at "
                f"{known['at']}: it was cut or written anew, or the letter was not made with --since {known['seq']}"
            )
    path.parent.mkdir(exist_ok=True, mode=0o700)
    _append(path, {"key": key, "checkpoint": orjson.loads(line)})
    return shown


def _append(path: Path, line: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(line: bytes, public: Ed25519PublicKey) -> dict[str, Any] | None:
    """What a line says, where its signature is of this key and its parts are of the right kind."""
    try:
        value = orjson.loads(line)
        signature = bytes.fromhex(value.pop("signature"))
        public.verify(signature, _bytes(value))
        _checkpoint(value)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return None
    return dict(value)


def _checkpoint(value: dict[str, Any]) -> Checkpoint:
    peaks = tuple(bytes.fromhex(one) for one in value.get("peaks", ()))
    return Checkpoint(int(value["seq"]), value["digest"], value["at"], value.get("root", ""), peaks)


def _signer(workspace: Workspace) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.key(workspace, SIGNING_KEY))


def _bytes(body: dict[str, object]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
