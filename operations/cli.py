"""Commands that run without a person: demo, daily, process, schedule, doctor, backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

app = typer.Typer()

SitesOption = Annotated[
    list[Path] | None, typer.Option("--sites", help="a folder of site folders beside the workspace's own; repeatable")
]
OriginOption = Annotated[
    str | None, typer.Option("--origin", help="HOST:PORT to crawl in place of the manifests' hosts (for rehearsals)")
]


@app.command()
def demo(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="folder to keep the demo's workspace in; else a new one")
    ] = None,
    seed: Annotated[int, typer.Option(help="seed of the rehearsal market")] = 7,
    ads: Annotated[int, typer.Option(min=200, help="how many ads the market holds")] = 2500,
    serve: Annotated[bool, typer.Option("--serve", help="then open the console on the result")] = False,
) -> None:
    """Run everything on the rehearsal market, over real HTTP, and print the top leads and where to click."""
    from operations.demo import run

    run(workspace, seed=seed, ads=ads, serve=serve)


@app.command()
def daily(
    workspace: WorkspaceOption = None,
    names: Annotated[list[str] | None, typer.Argument(metavar="[SITE]...", help="these sites only")] = None,
    sites: SitesOption = None,
    origin: OriginOption = None,
) -> None:
    """Crawl, read, link, score, index, build the queue, send alerts. Run it again after a stop: it goes on."""
    from operations.daily import Sources
    from operations.daily import daily as run
    from store.workspace import open_workspace

    for step, summary in run(open_workspace(workspace), Sources(names or (), sites or (), origin)).items():
        typer.echo(f"{step:<8} {summary}")


@app.command()
def process(workspace: WorkspaceOption = None) -> None:
    """Do the same for whatever is pending, without crawling (after an import, say)."""
    from operations.daily import process as run
    from store.workspace import open_workspace

    for step, summary in run(open_workspace(workspace)).items():
        typer.echo(f"{step:<8} {summary}")


@app.command()
def work(
    stages: Annotated[
        list[str] | None, typer.Argument(metavar="[STAGE]...", help="read, link, score, index, alerts; else all")
    ] = None,
    workspace: WorkspaceOption = None,
    every: Annotated[
        float | None, typer.Option("--every", min=1, help="go on, looking for work after so many seconds, until Ctrl-C")
    ] = None,
) -> None:
    """Be one worker of some stages. On PostgreSQL several share the work; on SQLite there is room for one.

    Example: sidelight work read score --every 10
    """
    from operations.work import forever
    from operations.work import work as run
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if every is not None:
        forever(opened, stages or [], every)
    for step, summary in run(opened, stages or []).items():
        typer.echo(f"{step:<8} {summary}")


@app.command()
def schedule(
    workspace: WorkspaceOption = None,
    sites: SitesOption = None,
    once: Annotated[bool, typer.Option("--once", help="run what is due now, then end (for cron and timers)")] = False,
    show: Annotated[bool, typer.Option("--show", help="only show each job: last, next, result")] = False,
    pause: Annotated[float, typer.Option(min=1, help="seconds between looks at the clock")] = 60,
    as_json: JsonOption = False,
) -> None:
    """Crawl each site when its manifest's schedule says so, process what came in, do the nightly jobs. Stop with Ctrl-C."""
    import logging

    from operations import schedule as scheduler
    from operations.schedule_report import show_jobs
    from store.errors import BusyError
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if show:
        show_jobs(opened, sites or [], as_json=as_json)
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    if once:
        try:
            names = scheduler.once(opened, sites or [])
        except BusyError as problem:
            typer.echo(f"nothing begun: {problem}")  # the round before takes longer than the timer's pause: no failure
            return
        typer.echo(f"ran {', '.join(names)}" if names else "nothing is due")
        return
    try:
        scheduler.forever(opened, sites or [], pause)
    except KeyboardInterrupt:
        typer.echo("stopped; what was under way goes on with the next sidelight schedule or sidelight daily")


@app.command()
def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Say what is installed, reachable, behind or broken, and what to do about it. Ends with 1 if something is broken."""
    from dataclasses import asdict

    import orjson

    from operations.doctor import Grade, examine

    marks = {Grade.OK: "ok     ", Grade.NOTE: "note   ", Grade.BROKEN: "BROKEN "}
    findings = examine(workspace)
    for finding in findings:
        if as_json:
            typer.echo(orjson.dumps(asdict(finding)).decode())
        else:
            typer.echo(f"{marks[finding.grade]} {finding.topic:<12} {finding.text}")
            if finding.remedy and finding.grade is not Grade.OK:
                typer.echo(f"{'':<21}-> {finding.remedy}")
    if any(finding.grade is Grade.BROKEN for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="a new or empty folder")],
    workspace: WorkspaceOption = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="copy the secret keys too; keep such a copy apart and encrypted")
    ] = False,
) -> None:
    """Copy the workspace (database, captures, models, sites) with a list of hashes; the search index can be rebuilt."""
    from operations.backup import backup as run
    from store.workspace import open_workspace

    typer.echo(f"{run(open_workspace(workspace), target, with_keys=with_keys):,} files copied to {target}")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="a folder that `sidelight backup` made")],
    workspace: WorkspaceOption = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="restore into a place of its own, compare, and remove it again")
    ] = False,
) -> None:
    """Check a backup against its hashes, make a workspace of it, and hold every table against the backup's list.

    Examples: sidelight restore /backups/monday --workspace /srv/new     sidelight restore /backups/monday --drill
    A backup of PostgreSQL goes into the empty database that SIDELIGHT_DATABASE_URL names.
    """
    from operations.backup import drill as rehearse
    from operations.backup import restore as run
    from store.workspace import locate

    if drill:
        found = rehearse(source)
        typer.echo(f"the drill passed: {found.files:,} files, {found.rows:,} rows in {found.tables} tables as they were")
        return
    root = locate(workspace)
    found = run(source, root)
    typer.echo(f"{found.files:,} files restored to {root}, {found.rows:,} rows in {found.tables} tables as they were")
    typer.echo(f"now run: sidelight index rebuild --workspace {root}")
