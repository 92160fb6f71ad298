"""Commands of the casework."""

import typer

app = typer.Typer()
