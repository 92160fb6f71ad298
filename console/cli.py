"""Commands of the console."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import WorkspaceOption

app = typer.Typer()


@app.command()
def serve(
    workspace: WorkspaceOption = None,
    host: Annotated[str, typer.Option(help="address to listen on; else the setting console_host")] = "",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="port to listen on; else the setting console_port")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="PEM file of the TLS certificate")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key")] = None,
    name: Annotated[list[str] | None, typer.Option(help="host name of a TLS proxy before it; repeatable")] = None,
    workers: Annotated[int, typer.Option(min=1, help="processes that share the port: at most one for each core")] = 1,
    open_link: Annotated[bool, typer.Option("--open", help="print a sign-in link for this machine, good once")] = False,
) -> None:
    """Serve the console and say where it is. Example: sidelight serve --open"""
    from console.serve import serve as serve_console
    from store.workspace import open_workspace

    serve_console(
        open_workspace(workspace),
        host or None,
        port,
        certificate=certificate,
        key=key,
        names=name or (),
        open_link=open_link,
        workers=workers,
    )
