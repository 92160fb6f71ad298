"""Commands about watches and the alerts they raise; the watches belong to the operating system's user."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from store.workspace import Workspace

watches = typer.Typer(help="Saved searches that alert.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(metavar="WATCH", help="its number in watches list")]


@watches.command("add")
def add_watch(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="what to watch for: a query, a contact, a group or an ad")
    ],
    title: Annotated[str, typer.Option(help="a name to know it by")] = "",
    kind: Annotated[str, typer.Option(help="query, identifier, group or person")] = "query",
    by: Annotated[
        str, typer.Option(help="what a person is known by when the number changes")
    ] = "template,style,itinerary",
    workspace: WorkspaceOption = None,
) -> None:
    """Keep a watch; new or changed ads that answer it raise an alert. Example: sidelight watches add 'phone:5550143'"""
    from casework import watches as kept
    from models.labels import choose
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    chosen = choose(kept.Kind, kind, "the kind of watch")
    known_by = [choose(kept.By, one, "what a person is known by") for one in by.split(",") if one.strip()]
    number = kept.add(opened, audit.operator(), query, title, kind=chosen, by=known_by)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "watch", "watch", str(number), words=query))
    typer.echo(f"watch {number}: {title or query}")


@watches.command("list")
def list_watches(workspace: WorkspaceOption = None, limit: LimitOption = 1000, json: JsonOption = False) -> None:
    """List the watches under way, and where each cannot see because a site has gone quiet."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import watches as kept
    from casework.watching import asked
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        found = kept.active(connection)[:limit]
        spots = kept.blind_spots(connection)
        seen = asked.blind(opened, connection, found, spots)
    for one in found:
        blind = seen[one.watch_id]
        if json:
            told = [f"{row.site}: {row.reason}" for row in blind]
            sys.stdout.write(orjson.dumps({**asdict(one), "blind": told}).decode() + "\n")
            continue
        typer.echo(
            f"{one.watch_id:>5}  {one.owner:<14} {one.title}" + (f"  CANNOT RUN: {one.error}" if one.error else "")
        )
        for row in blind[:3]:
            typer.echo(f"       blind: {row.site}: {row.measure}: {row.reason}")


@watches.command("end")
def end_watch(number: NumberArgument, workspace: WorkspaceOption = None) -> None:
    """Stop a watch; the alerts it raised stay."""
    from casework import watches as kept
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    kept.end(opened, number)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "end watch", "watch", str(number)))
    typer.echo(f"watch {number} has ended")


@watches.command("mute")
def mute_watch(
    number: NumberArgument,
    until: Annotated[str, typer.Option(help="ISO date on which it is told of again; left out: at once")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Send nothing of a watch until a day; the inbox goes on."""
    from casework import watches as kept
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    kept.mute(opened, number, midnight(opened, until))
    typer.echo(f"watch {number} is silent until {until}" if until else f"watch {number} is told of")


@watches.command("inbox")
def inbox(workspace: WorkspaceOption = None, limit: LimitOption = 50, json: JsonOption = False) -> None:
    """Show your alerts, newest first, and mark them read."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import watches as kept
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    owner = audit.operator()
    with opened.read() as connection:
        found = kept.inbox(connection, owner, limit=limit)
    audit.append(opened, Act(owner, Via.COMMAND, "inbox", "watch", "all", facts={"alerts": len(found)}))
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            typer.echo(
                f"{'new' if one.read_at is None else '   '}  {one.at:%Y-%m-%d %H:%M}  {one.ad_id:<24} {one.title}"
            )
    with opened.begin() as connection:
        kept.mark_read(connection, owner, [one.alert_id for one in found])


@watches.command("ledger")
def show_ledger(
    number: NumberArgument, workspace: WorkspaceOption = None, limit: LimitOption = 20, json: JsonOption = False
) -> None:
    """Show a watch's runs, newest first: ads it was asked about, answers, alerts, how many were sent and read, failures."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework.watching import ledger
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        found = ledger.entries(connection, number, limit)
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            typer.echo(
                f"{one.started_at:%Y-%m-%d %H:%M}  {one.kind:<6} {one.evaluated:>9,} ads  {one.matched:>7,} answer  "
                f"{one.new:>6,} new  {one.sent:>6,} sent  {one.read:>6,} read"
                + (f"  FAILED: {one.error}" if one.error else "")
            )


@watches.command("prove")
def prove(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Put every watch to the search engine and show that no alert was missed and none doubled; status 1 where one was."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework.watching import proof
    from store.workspace import open_workspace

    found = proof.prove(open_workspace(workspace))
    if json:
        sys.stdout.write(orjson.dumps({**asdict(found), "holds": found.holds}).decode() + "\n")
    else:
        typer.echo(found.sentence)
        for number, ad_id in found.missed:
            typer.echo(f"missed: watch {number}, ad {ad_id}")
        for number, ad_id in found.doubled:
            typer.echo(f"doubled: watch {number}, ad {ad_id}")
        for run, number in found.unaccounted:
            typer.echo(f"more alerts than the ledger says: watch {number}, run {run}")
        for number, why in found.failing:
            typer.echo(f"cannot be asked: watch {number}: {why}")
    if not found.holds:
        raise typer.Exit(1)


@watches.command("run")
def run(
    sweep: Annotated[bool, typer.Option("--sweep", help="about everything, not just what changed")] = False,
    every: Annotated[float, typer.Option(help="go on, asking every so many seconds; 0: once", min=0)] = 0.0,
    workspace: WorkspaceOption = None,
) -> None:
    """Ask the watches about what the index holds anew, and send what is due."""
    from casework.delivery import sending
    from casework.watching import following, runs
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if every:
        following.follow(opened, every, typer.echo)
        return
    new = runs.sweep(opened) if sweep else runs.evaluate(opened)
    typer.echo(f"{new} alerts, {sending.deliver(opened)}")


@watches.command("canary")
def canary(
    plant: Annotated[bool, typer.Option("--plant", help="plant today's")] = False, workspace: WorkspaceOption = None
) -> None:
    """Say whether the newest test ad came through to the watches; status 1 where it is overdue."""
    from casework.watching import canaries
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if plant:
        typer.echo(f"planted {canaries.plant(opened)}; sidelight process takes it through")
    found = canaries.check(opened)
    if found is None:
        typer.echo("none was planted yet")
        return
    arrived = f"came through {found.arrived_at:%Y-%m-%d %H:%M}" if found.arrived_at else "has not come through"
    typer.echo(f"{found.ad_id}, planted {found.planted_at:%Y-%m-%d %H:%M}, {arrived} (UTC)")
    if found.overdue:
        raise typer.Exit(1)


def midnight(workspace: "Workspace", day: str) -> datetime | None:
    """When that day of the team's begins; None for an empty text. Raises UsageError."""
    from datetime import date, time

    from store.errors import UsageError

    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), workspace.settings.zone)
    except ValueError:
        raise UsageError(f"{day!r} is no day; write it as 2026-05-01") from None
