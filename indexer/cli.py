"""Commands of the indexer."""

import typer

app = typer.Typer()
