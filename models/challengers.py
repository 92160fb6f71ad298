"""Challengers made in a notebook: where they go, and what makes them fit to be promoted. Nothing here puts one in force."""

import tempfile
from itertools import count
from pathlib import Path

from models import folders, seals
from models.folders import MANIFEST, ModelError
from store import audit
from store.workspace import Workspace


def fresh(workspace: Workspace | None, name: str = "challenger") -> Path:
    """A folder that is not there yet: `name`, or `name-2` and so on, in the workspace; without one in a folder of its own."""
    trained = workspace.trained if workspace else Path(tempfile.mkdtemp(prefix="sidelight-"))
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(folder for one in numbered if not (folder := folders.place(trained, one)).exists())


def finish(workspace: Workspace | None, folder: Path) -> str:
    """Seal a trained, evaluated and carded challenger and record it; returns what to do next, in a sentence."""
    if workspace is None:
        return f"{folder} is of a folder of files and stays unsealed: it can be looked at, not promoted"
    seals.seal(workspace, folder)
    digest = folders.read_manifest(folder).digest
    act = audit.Act(audit.operator(), audit.Via.NOTEBOOK, "train", "model", folder.name, facts={"digest": digest})
    audit.append(workspace, act)
    return f'to put it in force from the next scoring on: sidelight promote {folder.name} --why "..."'


def newest(workspace: Workspace | None) -> Path | None:
    """The model folder of a workspace that was made last, or None."""
    found: list[tuple[str, Path]] = []
    for path in sorted(workspace.trained.glob(f"*/{MANIFEST}")) if workspace else ():
        try:
            found.append((folders.read_manifest(path.parent).made_at, path.parent))
        except ModelError:  # of the style model, or damaged
            continue
    return max(found)[1] if found else None
