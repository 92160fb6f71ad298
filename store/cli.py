"""Commands of the store: what its settings are, what each stage has still to do, and what was set aside."""

from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer()


@app.command()
def settings(workspace: WorkspaceOption = None) -> None:
    """Print every setting in force, secrets hidden."""
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    typer.echo(f"workspace = {opened.root}")
    for name, value in opened.settings.model_dump().items():
        typer.echo(f"{name} = {value}")


@app.command()
def pending(
    stage: Annotated[
        str | None, typer.Argument(metavar="[STAGE]", help="read, link, score, watch, style or index; else all")
    ] = None,
    workspace: WorkspaceOption = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="put what was set aside on the list again; then run sidelight process")
    ] = False,
    as_json: JsonOption = False,
    limit: LimitOption = 50,
) -> None:
    """Show what each stage has still to do, and the items that it set aside because they cannot be done, with the reason.

    Examples: sidelight pending     sidelight pending read --retry
    """
    import orjson

    from store import backlog
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if retry:
        typer.echo(f"{backlog.retry(opened, stage):,} items put on the list again; now run: sidelight process")
        return
    found = backlog.every(opened, stage, limit)
    if as_json:
        for one in found:
            typer.echo(orjson.dumps({"stage": one.stage, "waiting": one.waiting, "aside": one.aside}).decode())
            for item in one.items:
                typer.echo(orjson.dumps(item).decode())
        return
    for one in found:
        typer.echo(f"{one.stage:<6} {one.waiting:>9,} waiting {one.aside:>7,} set aside")
        for item in one.items:
            typer.echo(f"       {item.item}  since {item.at:%Y-%m-%d %H:%M}: {item.error}")
