"""Commands of the store: where the workspace is and what its settings are."""

import typer

app = typer.Typer()


@app.command()
def settings(workspace: str = typer.Option("", help="workspace folder")) -> None:
    """Print every setting in force, secrets hidden."""
    from pathlib import Path

    from store.workspace import open_workspace

    opened = open_workspace(Path(workspace) if workspace else None)
    typer.echo(f"workspace = {opened.root}")
    for name, value in opened.settings.model_dump().items():
        typer.echo(f"{name} = {value}")
