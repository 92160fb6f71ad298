"""Secret keys of a workspace: files in `keys/`, made when first needed, readable by the owner alone.

A key that is deleted makes what it sealed unreadable for ever; that is how an append-only log forgets.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from store.workspace import Workspace

IDENTIFIERS = "identifiers"


def key(workspace: Workspace, name: str) -> bytes:
    """The 32-byte key `name`, made if it is not there."""
    path = workspace.keys / f"{name}.key"
    if not path.exists():
        # Written whole under another name, then linked: two processes never see half a key or two keys.
        draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(32))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def blind(workspace: Workspace, identifier: str) -> str:
    """A keyed hash of an identifier: equal for equal identifiers, worthless without the workspace's key."""
    return hmac.new(key(workspace, IDENTIFIERS), identifier.encode(), hashlib.sha256).hexdigest()


def seal(workspace: Workspace, name: str, text: str) -> bytes:
    """Encrypt `text` under key `name`."""
    return box(workspace, name).encrypt(text.encode())


def unseal(workspace: Workspace, name: str, sealed: bytes) -> str | None:
    """The text, or None where its key was destroyed or does not fit."""
    if not (workspace.keys / f"{name}.key").exists():
        return None
    try:
        return box(workspace, name).decrypt(sealed).decode()
    except InvalidToken:
        return None


def box(workspace: Workspace, name: str) -> Fernet:
    """What seals and unseals under key `name` as it is now; not to be kept, or a key that was destroyed lives on."""
    return Fernet(urlsafe_b64encode(key(workspace, name)))
