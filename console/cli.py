"""Commands of the console."""

import typer

app = typer.Typer()
