"""The clock of one machine: crawls each site when it is due, then processes what came in, for as long as it runs.

Times come from the store (when a site last ran), so a restart neither forgets nor repeats a run.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from crawlers.sites import discover
from crawlers.tables import runs
from operations.daily import Sources, daily
from store.errors import BusyError, UsageError
from store.schema import now
from store.workspace import Workspace

log = logging.getLogger(__name__)
NAMED = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
EVERY = re.compile(r"every (\d{1,4}) (minute|hour|day)s?\Z")


def interval(schedule: str) -> timedelta:
    """What a manifest's `schedule` means: hourly, daily, weekly, or `every 6 hours`; raises UsageError."""
    if schedule in NAMED:
        return NAMED[schedule]
    if (found := EVERY.match(schedule)) and int(found[1]) > 0:
        return timedelta(**{f"{found[2]}s": int(found[1])})
    raise UsageError(f"schedule {schedule!r} is not hourly, daily, weekly or like 'every 6 hours'")


def due(workspace: Workspace, schedules: dict[str, str], moment: datetime) -> list[str]:
    """The sites whose last run began at least their interval ago, or that never ran."""
    with workspace.read() as connection:
        rows = connection.execute(select(runs.c.site, func.max(runs.c.started_at).label("last")).group_by(runs.c.site))
        last = {row.site: row.last for row in rows}
    return sorted(
        name for name, schedule in schedules.items() if name not in last or moment - last[name] >= interval(schedule)
    )


def run_due(workspace: Workspace, folders: Sequence[Path]) -> list[str]:
    """Crawl and process the sites that are due now; returns their names."""
    sites, broken = discover(workspace, folders)
    for problem in broken.values():
        log.error("%s", problem)
    schedules = {name: site.manifest.schedule for name, site in sites.items() if site.manifest.schedule}
    names = due(workspace, schedules, now())
    if names:
        daily(workspace, Sources(names, folders))
    return names


def forever(
    workspace: Workspace, folders: Sequence[Path], pause: float, wait: Callable[[float], None] = time.sleep
) -> None:
    """Run what is due, again and again, until interrupted. One failed round is logged and the next is tried."""
    while True:
        try:
            names = run_due(workspace, folders)
            log.info("ran %s", ", ".join(names) if names else "nothing: no site is due")
        except BusyError as problem:
            log.warning("%s", problem)
        except Exception:
            log.exception("a scheduled round failed; trying again in %.0f s", pause)
        wait(pause)
