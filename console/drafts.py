"""Files that a page makes on the way to its answer: in the workspace and nowhere else, so that a seal on it covers them."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from store.workspace import Workspace

DRAFT = ".draft-"
STALE = 86_400  # seconds after which a draft is one that a killed process left behind


@contextmanager
def draft(workspace: Workspace) -> Iterator[Path]:
    """A folder that goes with the block."""
    with TemporaryDirectory(prefix=DRAFT, dir=workspace.root) as place:
        yield Path(place)


def zipped(workspace: Workspace, name: str, write: Callable[[Path], object]) -> bytes:
    """The new folder that `write` makes under the path it is given, called `name`, as a ZIP file."""
    with draft(workspace) as place:
        write(place / name)
        return Path(shutil.make_archive(str(place / name), "zip", place, name)).read_bytes()


def sweep(workspace: Workspace) -> None:
    """Remove the drafts that killed processes left behind."""
    for left in workspace.root.glob(f"{DRAFT}*"):
        if time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)
