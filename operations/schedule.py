"""The clock of one machine: crawls each site when it is due, processes what came in, and does the night's jobs.

Times come from the store, so a restart neither forgets nor repeats a run. What came due while the machine was off, however
often, is run once. One scheduler at a time: its lock ends with its process.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from crawlers import runs
from crawlers.run import crawl
from crawlers.sites import discover
from crawlers.tables import runs as run_table
from crawlers.timetable import Timetable, timetable
from operations import jobs
from operations.daily import process
from operations.jobs import DONE, FAILED, STOPPED, Job
from operations.nightly import NIGHTLY
from store.errors import SidelightError, StoppedError
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace

log = logging.getLogger(__name__)
LOCK = "schedule"
RETRY = timedelta(minutes=15)
DRIFT = timedelta(hours=20)  # what comes at much the same hour every day is never skipped
PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Planned:
    """A job with when it is due next; None for what only follows others."""

    job: Job
    due: datetime | None


def plan(workspace: Workspace, folders: Sequence[Path], moment: datetime) -> dict[str, Planned]:
    """Every job, by name, with when it is due: now or earlier means now."""
    tables = _timetables(workspace, folders)
    known = jobs.know(workspace, [*tables, PROCESS])
    with workspace.read() as connection:
        last = _last_runs(connection, moment)
    zone = workspace.settings.zone
    planned = {
        name: Planned(known[name], due(known[name], table, last, moment, zone)) for name, table in tables.items()
    }
    follower = known[PROCESS]
    return {**planned, PROCESS: Planned(follower, _again(follower, moment))}


def due(job: Job, table: Timetable, last: Mapping[str, datetime], moment: datetime, zone: ZoneInfo) -> datetime:
    """When a job is due. `last` says when the sites last ran, by whomever; a site that never ran is due at once."""
    # What began in the future was written by a clock that was set back since, and tells nothing.
    begun = [one for one in (job.started_at, last.get(job.job)) if one is not None and one <= moment]
    if begun:
        regular = table.after(max(begun), zone)
    else:
        regular = moment if job.job.startswith("site ") else table.after(min(job.known_at, moment), zone)
    again = _again(job, moment)
    return regular if again is None else min(regular, again)


def _again(job: Job, moment: datetime) -> datetime | None:
    """When a job is due because it did not end well."""
    if job.cut_short:
        return moment
    return min(job.ended_at, moment) + RETRY if job.state == FAILED and job.ended_at else None


def run_due(workspace: Workspace, folders: Sequence[Path] = ()) -> list[str]:
    """Run what is due now; returns the names of the jobs, in their order. For the holder of the lock."""
    moment = now()
    planned = plan(workspace, folders, moment)
    names = [name for name, one in planned.items() if one.due is not None and one.due <= moment]
    if sites := [name for name in names if name.startswith("site ")]:
        _crawl(workspace, folders, sites)
    for name in names:
        if name.startswith("nightly "):
            _run(workspace, name, NIGHTLY[name.removeprefix("nightly ")])
    if names:
        _run(workspace, PROCESS, _process)
    foreseen = plan(workspace, folders, now())
    jobs.foresee(workspace, {name: one.due for name, one in foreseen.items() if one.due != one.job.next_at})
    return [*dict.fromkeys([*names, PROCESS])] if names else []


def once(workspace: Workspace, folders: Sequence[Path] = ()) -> list[str]:
    """`run_due` under the lock; raises BusyError where another scheduler runs."""
    with exclusive(workspace, LOCK):
        return run_due(workspace, folders)


def forever(
    workspace: Workspace, folders: Sequence[Path], pause: float, wait: Callable[[float], None] = time.sleep
) -> None:
    """Run what is due, again and again, until interrupted. A round that fails is logged and the next is tried.

    Raises BusyError where another scheduler runs, StoppedError after a signal while it crawls.
    """
    with exclusive(workspace, LOCK):
        log.info("every %.0f s it is looked for what is due; sidelight schedule --show says when that is", pause)
        while True:
            try:
                if names := run_due(workspace, folders):
                    log.info("ran %s", ", ".join(names))
            except StoppedError:
                raise
            except Exception:
                log.exception("a round failed; trying again in %.0f s", pause)
            wait(pause)


def _process(workspace: Workspace) -> str:
    # Drift is a matter of weeks: it is looked for once a day, however often something comes in.
    without = () if drift_due(workspace, now()) else ("drift",)
    return "; ".join(f"{step}: {said}" for step, said in process(workspace, without).items())


def drift_due(workspace: Workspace, moment: datetime) -> bool:
    """Whether the last check for drift is a day old, or of another model than the one in force."""
    from models.inforce import promoted
    from models.tables import drift_checks

    query = select(drift_checks.c.made_at, drift_checks.c.model).order_by(drift_checks.c.made_at.desc()).limit(1)
    with workspace.read() as connection:
        last = connection.execute(query).first()
        return last is None or last.model != promoted(connection) or not moment - DRIFT <= last.made_at <= moment


def _timetables(workspace: Workspace, folders: Sequence[Path]) -> dict[str, Timetable]:
    found, _ = discover(workspace, folders)  # what is broken the doctor tells
    written = {f"site {name}": one.manifest.schedule for name, one in sorted(found.items()) if one.manifest.schedule}
    night = timetable(f"daily at {workspace.settings.nightly}")
    return {name: timetable(text) for name, text in written.items()} | {f"nightly {name}": night for name in NIGHTLY}


def _last_runs(connection: Connection, moment: datetime) -> dict[str, datetime]:
    rows = connection.execute(
        select(run_table.c.site, func.max(run_table.c.started_at).label("last"))
        .where(run_table.c.started_at <= moment)
        .group_by(run_table.c.site)
    )
    return {f"site {row.site}": row.last for row in rows}


def _crawl(workspace: Workspace, folders: Sequence[Path], names: Sequence[str]) -> None:
    began = now()
    jobs.start(workspace, names)
    problem = ""
    try:
        crawl(workspace, [name.removeprefix("site ") for name in names], folders, notice=log.warning)
    except StoppedError:
        raise  # cut short: the next scheduler takes it up at once
    except SidelightError as trouble:
        problem = str(trouble)
        log.error("%s", problem)  # noqa: TRY400  a sentence for the operator, who needs no traceback
    with workspace.read() as connection:
        newest = runs.latest(connection)
    for name in names:
        run = newest.get(name.removeprefix("site "))
        if run is not None and run.ended_at is not None and run.ended_at >= began:
            jobs.finish(workspace, name, str(run.state), "; ".join(run.reasons))
        else:
            jobs.finish(workspace, name, FAILED if problem else STOPPED, problem or "stopped before its end")


def _run(workspace: Workspace, name: str, work: Callable[[Workspace], str]) -> None:
    jobs.start(workspace, [name])
    try:
        state, result = DONE, work(workspace)
    except SidelightError as problem:
        state, result = FAILED, str(problem)
    except Exception as problem:
        log.exception("%s failed", name)
        state, result = FAILED, f"{type(problem).__name__}: {problem}"
    jobs.finish(workspace, name, state, result)
