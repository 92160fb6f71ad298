"""Commands of the style model: train it, and see whom it takes for one poster."""

from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer(help="Who may be one poster by how they write: suggestions, never links.", no_args_is_help=True)


@app.command()
def train(
    seed: Annotated[int, typer.Option(help="of everything random")] = 0,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Learn from the archive's own phone, e-mail and handle links, and measure on posters not learned from."""
    import orjson

    from models.style_stage import train as make
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "learn", "workspace", str(opened.root)))
    figures = dict(make(opened, seed).figures)
    if as_json:
        typer.echo(orjson.dumps(figures).decode())
        return
    auc = figures["auc"]
    typer.echo(
        f"learned from {figures['posters']['learn']:,} posters, measured on {figures['posters']['held out']:,} others"
    )
    typer.echo(
        f"AUC {auc['value']}, interval {auc['interval']}" if auc["value"] else "AUC not measured: too few known pairs"
    )
    typer.echo(
        f"of one poster's known pairs are found, where so many of {figures['strangers']:,} pairs of strangers are:"
    )
    for rate, recall in figures["recall"].items():
        found = "not measured" if recall is None else f"{recall:.1%}"
        typer.echo(f"  1 in {1 / float(rate):>7,.0f}: {found}")
    typer.echo("next: sidelight process makes suggestions")


@app.command()
def suggest(
    name: Annotated[str | None, typer.Argument(metavar="[GROUP|AD]", help="else the surest of all")] = None,
    as_json: JsonOption = False,
    limit: LimitOption = 20,
    workspace: WorkspaceOption = None,
) -> None:
    """Groups that may be of one poster by style, each with how often strangers look as alike."""
    from models.style_rows import group_of, suggestions
    from store import audit
    from store.errors import UsageError
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    about = ("workspace", str(opened.root)) if name is None else ("group", name)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "style", *about))
    with opened.read() as connection:
        group_id = group_of(connection, name) if name is not None else None
        if name is not None and group_id is None:
            raise UsageError(f"there is neither a group nor a linked ad {name!r}")
        found = suggestions(connection, group_id, limit)
    if as_json:
        write_lines("-", (one.as_json(group_id) for one in found))
        return
    for one in found:
        who = f"{one.left} and {one.right}" if group_id is None else one.other(group_id)
        typer.echo(f"{who}  {one.sentence}")
    if not found:
        typer.echo("no suggestion stands; sidelight style train, then sidelight process, makes them", err=True)
