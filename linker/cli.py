"""Commands of the linker."""

import typer

app = typer.Typer()
