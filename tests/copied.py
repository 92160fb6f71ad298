"""A workspace of a test's own: a copy of the empty one, which is made once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.settings import Settings
from store.workspace import Workspace, open_workspace


@contextmanager
def copied(blank: Path, root: Path) -> Iterator[Workspace]:
    """The empty workspace copied to `root` and open, with default settings."""
    shutil.copytree(blank, root)
    opened = open_workspace(root, Settings())
    yield opened
    opened.close()
