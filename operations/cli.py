"""Commands of the operations."""

import typer

app = typer.Typer()
