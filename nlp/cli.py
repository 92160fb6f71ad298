"""Commands of the nlp."""

import typer

app = typer.Typer()
