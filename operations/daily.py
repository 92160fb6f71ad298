"""The day's work: crawl, read, link, score, index, queue, alerts, style. Each step can be killed and run again.

A run writes down each step it has finished. `daily` takes an unfinished run up after its last finished step, and a step
that was cut short goes on from what is pending; so the result does not depend on when it was stopped.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from operations.progress import Advance, step
from operations.tables import daily_runs, daily_steps
from store.database import upsert
from store.errors import BusyError
from store.garbage import give_back
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sources:
    """What to crawl: site names (none: all), folders of manifests, and where their hosts are moved to, if anywhere."""

    names: Sequence[str] = ()
    folders: Sequence[Path] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the day: a name and the function that does it, returning a line for the run's record."""

    name: str
    work: Callable[[Workspace, Advance], str] = field(repr=False)


def _crawl(sources: Sources, since: datetime) -> Callable[[Workspace, Advance], str]:
    def work(workspace: Workspace, advance: Advance) -> str:
        from crawlers.report import complain
        from crawlers.run import crawl
        from crawlers.sites import discover

        # A day cut short while it crawled goes on with the sites it had not finished: none is visited twice.
        finished = _crawled(workspace, since)
        found, broken = discover(workspace, sources.folders)
        names = [name for name in sources.names or sorted({*found, *broken}) if name not in finished]
        verdicts = crawl(workspace, names, sources.folders, sources.origin, advance, notice=complain)
        return "; ".join(f"{verdict.site} {verdict.state}" for verdict in verdicts) or "no site is set up"

    return work


def _crawled(workspace: Workspace, since: datetime) -> set[str]:
    from crawlers.tables import runs

    with workspace.read() as connection:
        return set(connection.execute(select(runs.c.site).where(runs.c.ended_at >= since)).scalars())


def _read(workspace: Workspace, advance: Advance) -> str:
    from nlp import stage

    return f"{stage.run(workspace, progress=advance)} ads"


def _link(workspace: Workspace, advance: Advance) -> str:
    from linker import stage

    return f"{stage.run(workspace, progress=advance)} ads"


def _score(workspace: Workspace, advance: Advance) -> str:
    from models import stage

    return f"{stage.run(workspace, progress=advance)} groups"


def _drift(workspace: Workspace, advance: Advance) -> str:
    from models.drift_checks import check

    found = check(workspace)
    advance(found.groups)
    return f"{'drift' if found.alarm else 'no drift'}: {found.why}"


def _index(workspace: Workspace, advance: Advance) -> str:
    from indexer import stage

    return f"{stage.run(workspace, progress=advance)} documents"


def _queue(workspace: Workspace, advance: Advance) -> str:
    from casework import queue

    entries = queue.build(workspace)
    advance(len(entries))
    return f"{len(entries)} groups"


def _alerts(workspace: Workspace, advance: Advance) -> str:
    from casework.delivery import sending
    from casework.watching import canaries, runs

    try:
        raised = f"{runs.evaluate(workspace, progress=advance)} alerts"
    except BusyError:
        raised = "another process asks the watches"
    canaries.check(workspace)
    return f"{raised}, {sending.deliver(workspace)}"


def _style(workspace: Workspace, advance: Advance) -> str:
    from models import style_stage

    return style_stage.run(workspace, progress=advance).said


def _reports(workspace: Workspace, advance: Advance) -> str:
    from casework import reports

    opened = reports.open_due(workspace)
    advance(opened)
    return f"{opened} reports to be made by a person"


PROCESS = (
    Step("read", _read),
    Step("link", _link),
    Step("drift", _drift),
    Step("score", _score),
    Step("index", _index),
    Step("queue", _queue),
    Step("alerts", _alerts),
    Step("reports", _reports),
    Step("style", _style),  # last: nothing waits for a suggestion
)


def daily(workspace: Workspace, sources: Sources | None = None) -> dict[str, str]:
    """Run the day, or go on with the one that was cut short; returns each step's summary."""
    with exclusive(workspace, "process"):
        run_id, since, finished = _open_run(workspace)
        for one in (Step("crawl", _crawl(sources or Sources(), since)), *PROCESS):
            if one.name not in finished:
                finished[one.name] = run_step(workspace, one)
                _finish_step(workspace, run_id, one.name, finished[one.name])
        with workspace.begin() as connection:
            connection.execute(update(daily_runs).where(daily_runs.c.run_id == run_id).values(ended_at=now()))
        return finished


def process(workspace: Workspace, without: Collection[str] = ()) -> dict[str, str]:
    """Read, link, score, index and queue whatever is pending, without crawling and `without` the steps of these names."""
    with exclusive(workspace, "process"):
        return {one.name: run_step(workspace, one) for one in PROCESS if one.name not in without}


def run_step(workspace: Workspace, one: Step) -> str:
    """Do one step, said on the terminal or in the log; returns its summary. What it needed is given back after it."""
    try:
        with step(one.name) as advance:
            return one.work(workspace, advance)
    finally:
        give_back()


def _open_run(workspace: Workspace) -> tuple[str, datetime, dict[str, str]]:
    """The run that was cut short, else a new one: its id, when it began, and the steps it has finished."""
    with workspace.begin() as connection:
        unfinished = connection.execute(
            select(daily_runs).where(daily_runs.c.ended_at.is_(None)).order_by(daily_runs.c.started_at.desc())
        ).first()
        if unfinished is None:
            run_id, moment = uuid.uuid4().hex, now()
            connection.execute(insert(daily_runs).values(run_id=run_id, started_at=moment))
            return run_id, moment, {}
        steps = connection.execute(
            select(daily_steps.c.step, daily_steps.c.summary).where(daily_steps.c.run_id == unfinished.run_id)
        )
        return unfinished.run_id, unfinished.started_at, {row.step: row.summary for row in steps}


def _finish_step(workspace: Workspace, run_id: str, name: str, summary: str) -> None:
    with workspace.begin() as connection:
        row = {"run_id": run_id, "step": name, "ended_at": now(), "summary": summary}
        upsert(connection, daily_steps, [row])
