"""Commands for hash sets of known images: off unless the settings name the authority to hold them."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

app = typer.Typer(
    help="Hash sets of known images, under a legal authority named in the settings.", no_args_is_help=True
)


@app.command("load")
def load_hashes(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="VICS-style JSON, or CSV or text with a hash on each line")
    ],
    name: Annotated[str, typer.Option(help="what the set is called, such as its source and date")],
    category: Annotated[
        list[int] | None, typer.Option(help="take the JSON records of this category; repeatable; 1 and 2 without")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Load a hash set and match the stored ads against it, e.g. `sidelight hashes load set.json --name "source, May"`."""
    from crawlers.hashsets import PERTINENT
    from crawlers.knownimages import load
    from store.workspace import open_workspace

    done = load(open_workspace(workspace), path, name, frozenset(category or PERTINENT))
    typer.echo(
        f"set {done.set_id}: {done.hashes:,} hashes, {done.new:,} of them new; {done.matches:,} matches in stored ads"
    )


@app.command("list")
def list_hashes(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the loaded sets with the authority each was loaded under."""
    from crawlers.knownimages import every
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    sets = every(open_workspace(workspace))
    if as_json:
        write_lines("-", sets)
        return
    for one in sets:
        counted = f"{one['set_id']:>4}  {one['hashes']:>10,} hashes"
        typer.echo(f"{counted}  {one['loaded_at']:%Y-%m-%d}  {one['name']}  ({one['authority']})")


@app.command("forget")
def forget_hashes(
    set_id: Annotated[int, typer.Argument(metavar="SET", help="as `sidelight hashes list` numbers it")],
    reason: Annotated[str, typer.Option(help="why; kept in the audit log")],
    workspace: WorkspaceOption = None,
) -> None:
    """Remove a set's hashes. Matches already made stay, with their reports."""
    from crawlers.knownimages import forget
    from store.workspace import open_workspace

    typer.echo(f"{forget(open_workspace(workspace), set_id, reason):,} hashes removed")
