"""The options commands share, so that each is spelled and explained once. Imports only typer: `--help` stays quick."""

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="workspace folder; else SIDELIGHT_WORKSPACE, else where sidelight.toml is"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="at most this many")]
InArgument = Annotated[str, typer.Argument(metavar="IN", help="JSON Lines or .parquet file, - for stdin")]
OutArgument = Annotated[str, typer.Argument(metavar="OUT", help="JSON Lines or .parquet file, - for stdout")]
SchedulerOption = Annotated[
    str,
    typer.Option(
        "--scheduler", envvar="SIDELIGHT_SCHEDULER", metavar="ADDRESS", help="do it on this Dask cluster: tls://HOST:PORT"
    ),
]
