"""Commands of the store: where the workspace is and what its settings are."""

import typer

from store.options import WorkspaceOption

app = typer.Typer()


@app.command()
def settings(workspace: WorkspaceOption = None) -> None:
    """Print every setting in force, secrets hidden."""
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    typer.echo(f"workspace = {opened.root}")
    for name, value in opened.settings.model_dump().items():
        typer.echo(f"{name} = {value}")
