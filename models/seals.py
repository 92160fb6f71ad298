"""A model folder's seal: the SHA-256 of every file and the workspace's Ed25519 signature over them.

Checked before anything in the folder is opened. A folder from elsewhere, or one in which a byte, a file or a name was
changed, is refused with the reason; what nobody sealed here was made by somebody else.
"""

from collections.abc import Collection
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models import folders
from models.cards import CONSULTED
from models.folders import CARD, MANIFEST, METRICS, MODEL, SEEN, ModelError
from models.training import Learned
from store import keys
from store.workspace import Workspace

SEAL = "seal.json"
SIGNING_KEY = "model-signing"
MADE = (MODEL, MANIFEST, SEEN)  # by training, and never changed after it
MEASURED = (METRICS, CARD)  # by evaluating, again and again
FILES = (*MADE, *MEASURED, CONSULTED)


def seal(workspace: Workspace, folder: Path) -> None:
    """Sign the folder as it is now: after training, and after each evaluation or card."""
    body = {"name": folder.name, "files": {name: folders.digest_of(folder / name) for name in _there(folder)}}
    signed = {**body, "signature": _key(workspace).sign(_bytes(body)).hex()}
    draft = folder / f".{SEAL}.partial"
    draft.write_bytes(orjson.dumps(signed, option=orjson.OPT_INDENT_2))
    draft.replace(folder / SEAL)


def verify(workspace: Workspace, folder: Path, *, but: Collection[str] = ()) -> None:
    """Raises ModelError naming what is not as it was sealed. Files named in `but` are about to be made anew."""
    if not folder.is_dir():
        raise ModelError(f"there is no model {folder.name!r} in {folder.parent}; sidelight train makes one")
    if not (folder / SEAL).is_file():
        raise ModelError(f"model {folder.name!r} bears no seal of this workspace; train it here (sidelight train)")
    try:
        signed = orjson.loads((folder / SEAL).read_bytes())
        signature = bytes.fromhex(signed.pop("signature"))
        _key(workspace).public_key().verify(signature, _bytes(signed))
        name, sealed = str(signed["name"]), dict(signed["files"])
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        raise ModelError(f"{folder / SEAL} is no seal; restore the folder or train again") from None
    except InvalidSignature:
        raise ModelError(f"the seal of {folder.name!r} is not of this workspace, or was changed; train again") from None
    if name != folder.name:
        raise ModelError(f"{folder} holds the sealed model {name!r}; a model's folder bears its name")
    there = {path.name for path in folder.iterdir() if not path.name.endswith(".partial")}  # such are never opened
    if strange := sorted(there - {*FILES, SEAL}):
        raise ModelError(f"{folder / strange[0]} is no part of a model; take it out or restore the folder")
    for one in sorted({*MADE, *sealed, *_there(folder)} - set(but)):
        file = folder / one
        if not file.is_file():
            raise ModelError(f"{file} is missing; restore the folder or train again")
        if folders.digest_of(file) != sealed.get(one):
            raise ModelError(
                f"{file} is not the file that was sealed; restore the folder, or "
                + ("train again" if one in MADE else f"run: sidelight evaluate {folder.name}")
            )


def load(workspace: Workspace, name: str, pipeline: str, digest: str | None = None) -> Learned:
    """The workspace's model `name`, its seal checked before it is opened; raises ModelError with the reason.

    `digest` is that of the model that was promoted under the name: another one is refused.
    """
    folder = folders.place(workspace.trained, name)
    verify(workspace, folder)
    model = folders.load(folder, pipeline)
    if digest is not None and model.digest != digest:
        raise ModelError(f"{folder} holds another model than the one promoted as {name!r}; promote it again")
    return model


def _there(folder: Path) -> list[str]:
    return [name for name in FILES if (folder / name).is_file()]


def _bytes(body: object) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _key(workspace: Workspace) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.key(workspace, SIGNING_KEY))
