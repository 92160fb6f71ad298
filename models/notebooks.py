"""The notebooks on a workspace: copied into it, because what they show is people's data, and opened with Jupyter."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from store import audit
from store.errors import UsageError
from store.workspace import Workspace

SOURCE = Path(__file__).parents[1] / "notebooks"
FOLDER = "notebooks"
NEEDED = ("jupyterlab", "ipykernel", "matplotlib")


def names() -> list[str]:
    """The notebooks there are, in the order a newcomer meets them."""
    return sorted(path.stem for path in SOURCE.glob("*.ipynb"))


def copy(workspace: Workspace) -> Path:
    """Put the notebooks that are not there yet into the workspace; returns the folder. What somebody changed stays."""
    folder = workspace.root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in names():
        target = folder / f"{name}.ipynb"
        if not target.exists():
            shutil.copyfile(SOURCE / target.name, target)
    return folder


def start(workspace: Workspace, name: str = "", *, browser: bool = True) -> None:
    """Open Jupyter on loopback with the workspace in its environment; returns when it ends. Raises UsageError."""
    if not names():
        raise UsageError(f"there are no notebooks in {SOURCE}; run sidelight from its repository")
    if name and name not in names():
        raise UsageError(f"there is no notebook {name!r}; there are {', '.join(names())}")
    if missing := [one for one in NEEDED if importlib.util.find_spec(one) is None]:
        raise UsageError(
            f"notebooks need {', '.join(missing)}: uv pip install --python {sys.executable} 'sidelight[notebooks]', or open "
            f"the files in {SOURCE} with a Jupyter of your own and SIDELIGHT_WORKSPACE={workspace.root}"
        )
    if os.geteuid() == 0:  # Jupyter's own refusal comes after a page of its log, and names an option that is not ours
        raise UsageError("Jupyter runs whatever a page asks for and does not start as root; take another account")
    folder = copy(workspace)
    audit.append(
        workspace,
        audit.Act(audit.operator(), audit.Via.NOTEBOOK, "open notebooks", "workspace", str(workspace.root)),
    )
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}"]
    command += [] if browser else ["--no-browser"]
    command += [str(folder / f"{name}.ipynb")] if name else []
    try:
        subprocess.run(command, env={**os.environ, "SIDELIGHT_WORKSPACE": str(workspace.root)}, check=False)
    except KeyboardInterrupt:  # Ctrl-C goes to both; Jupyter has said what there is to say
        return
