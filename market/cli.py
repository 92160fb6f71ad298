"""Commands of the market."""

import typer

app = typer.Typer()
