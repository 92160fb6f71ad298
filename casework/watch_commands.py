"""Commands about watches and the alerts they raise; the watches belong to the operating system's user."""

from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

watches = typer.Typer(help="Saved searches that alert.", no_args_is_help=True)


@watches.command("add")
def add_watch(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="what to watch for, in the language of search")],
    title: Annotated[str, typer.Option(help="a name to know it by")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Save a search; new or changed ads that answer it raise an alert. Example: sidelight watches add 'phone:5550143'"""
    from casework import watches as kept
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    number = kept.add(opened, audit.operator(), query, title)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "watch", "watch", str(number), words=query))
    typer.echo(f"watch {number}: {title or query}")


@watches.command("list")
def list_watches(workspace: WorkspaceOption = None, limit: LimitOption = 1000, json: JsonOption = False) -> None:
    """List the watches under way, and where they cannot see because a site has gone quiet."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import watches as kept
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        found = kept.active(connection)[:limit]
        blind = kept.blind_spots(connection)
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            typer.echo(
                f"{one.watch_id:>5}  {one.owner:<14} {one.title}" + (f"  CANNOT RUN: {one.error}" if one.error else "")
            )
    if not json:
        for row in blind:
            typer.echo(f"blind: {row.site}: {row.measure}: {row.reason}")


@watches.command("end")
def end_watch(
    number: Annotated[int, typer.Argument(metavar="WATCH", help="its number in watches list")],
    workspace: WorkspaceOption = None,
) -> None:
    """Stop a watch; the alerts it raised stay."""
    from casework import watches as kept
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    kept.end(opened, number)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "end watch", "watch", str(number)))
    typer.echo(f"watch {number} has ended")


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
