"""Asking a crawl to stop, whichever process it runs in: a file in the workspace that the crawl looks for four times a second.

The lock of a site tells whether it is being crawled; a dead process does not hold it. The run stays open: the next crawl of the
site goes on where it stopped.
"""

from pathlib import Path
from time import monotonic, sleep

from store.errors import BusyError
from store.locks import exclusive
from store.workspace import Workspace

PATIENCE = 60.0  # seconds within which a crawl stops: its last page has less (crawlers/project.py)
STEP = 0.2


def lock_name(site: str) -> str:
    """The lock that a crawl of the site holds."""
    return f"crawl-{site}"


def is_asked(workspace: Workspace, site: str) -> bool:
    """Whether the crawl of `site` was asked to stop."""
    return _path(workspace, site).exists()


def clear(workspace: Workspace, site: str) -> None:
    """Forget the asking: at a crawl's start, and when it has stopped."""
    _path(workspace, site).unlink(missing_ok=True)


def halt(workspace: Workspace, site: str) -> bool:
    """Stop the crawl of `site` and wait for its end; False where nothing crawled it. Raises BusyError after PATIENCE."""
    deadline = monotonic() + PATIENCE
    asked = False
    while True:
        try:
            with exclusive(workspace, lock_name(site)):
                clear(workspace, site)
                return asked
        except BusyError:
            if monotonic() > deadline:
                raise
        if not asked:
            _path(workspace, site).touch()
            asked = True
        sleep(STEP)


def _path(workspace: Workspace, site: str) -> Path:
    return workspace.root / f"{lock_name(site)}.stop"
