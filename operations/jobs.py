"""What the scheduler ran last: start, end and result of each job, kept so that a restart neither forgets nor repeats one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from operations.tables import jobs
from store.database import insert_missing
from store.schema import now
from store.workspace import Workspace

DONE = "done"
FAILED = "failed"  # tried again soon
STOPPED = "stopped"  # by a person: it goes on when it is due the next time


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. `state` is a verdict of a site, or DONE, FAILED, STOPPED; None while it runs, or ran last."""

    job: str
    known_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    state: str | None
    result: str
    next_at: datetime | None

    @property
    def cut_short(self) -> bool:
        """Whether it began and did not end. For who has the scheduler's lock: whether the last scheduler died with it."""
        return self.started_at is not None and self.ended_at is None


def every(connection: Connection) -> dict[str, Job]:
    """All jobs that were ever known, by name."""
    return {row.job: Job(**row._asdict()) for row in connection.execute(select(jobs).order_by(jobs.c.job))}


def know(workspace: Workspace, names: Iterable[str]) -> dict[str, Job]:
    """All jobs, these among them: one met for the first time is written down."""
    moment = now()
    with workspace.begin() as connection:
        insert_missing(connection, jobs, [{"job": name, "known_at": moment} for name in names])
        return every(connection)


def start(workspace: Workspace, names: Iterable[str]) -> None:
    """These jobs begin now."""
    values = {"started_at": now(), "ended_at": None, "state": None, "result": "", "next_at": None}
    with workspace.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.job.in_(list(names))).values(**values))


def finish(workspace: Workspace, name: str, state: str, result: str) -> None:
    """This job ended now."""
    with workspace.begin() as connection:
        ended = update(jobs).where(jobs.c.job == name).values(ended_at=now(), state=state, result=result)
        connection.execute(ended)


def foresee(workspace: Workspace, times: Mapping[str, datetime | None]) -> None:
    """Write down when jobs are due next."""
    if not times:
        return
    with workspace.begin() as connection:
        for name, moment in times.items():
            connection.execute(update(jobs).where(jobs.c.job == name).values(next_at=moment))
