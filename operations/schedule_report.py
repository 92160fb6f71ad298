"""What `sidelight schedule --show` prints: each job with its last run, its next, and how the last one ended."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import typer

from crawlers.sites import discover
from operations.schedule import LOCK, Planned, plan
from store.jsonlines import write_lines
from store.locks import is_held
from store.schema import now
from store.workspace import Workspace

MOMENT = "%Y-%m-%d %H:%M"
WIDTH = 100


def show_jobs(workspace: Workspace, folders: Sequence[Path], *, as_json: bool) -> None:
    """A line for each job, in the team's time; one JSON object each, in UTC, with `as_json`."""
    moment, running = now(), is_held(workspace, LOCK)
    planned = plan(workspace, folders, moment)
    if as_json:
        write_lines("-", (_facts(name, one, running=running) for name, one in planned.items()))
        return
    zone = workspace.settings.zone
    for problem in discover(workspace, folders)[1].values():
        typer.echo(str(problem), err=True)  # its site is in no plan until that is mended
    for name, one in planned.items():
        last = one.job.started_at.astimezone(zone).strftime(MOMENT) if one.job.started_at else "never"
        following = _following(one, moment, zone)
        result = one.job.result if len(one.job.result) <= WIDTH else f"{one.job.result[: WIDTH - 1]}…"
        typer.echo(
            f"{name:<24} last {last:<16}  next {following:<16}  {_state(one, running=running):<9} {result}".rstrip()
        )
    typer.echo(f"{'a scheduler is running' if running else 'no scheduler is running'}; times are {zone.key}")


def _following(one: Planned, moment: datetime, zone: tzinfo) -> str:
    if one.due is None:
        return "as needed"
    return "due" if one.due <= moment else one.due.astimezone(zone).strftime(MOMENT)


def _state(one: Planned, *, running: bool) -> str:
    if one.job.cut_short:
        return "running" if running else "cut short"
    return one.job.state or ""


def _facts(name: str, one: Planned, *, running: bool) -> dict[str, object]:
    job = one.job
    return {
        "job": name,
        "last_started": job.started_at,
        "last_ended": job.ended_at,
        "state": _state(one, running=running) or None,
        "result": job.result,
        "next": one.due,
    }
