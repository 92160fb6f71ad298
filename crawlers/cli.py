"""Commands of the crawlers."""

import typer

app = typer.Typer()
