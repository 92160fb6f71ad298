"""Commands of the models."""

import typer

app = typer.Typer()
