"""Commands that take records out of the workspace: evidence packs, retention, erasure."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import WorkspaceOption

app = typer.Typer()
export = typer.Typer(help="Evidence packs that can be checked without Sidelight.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.command("group")
def export_group(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="the group's id")],
    target: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")],
    reason: Annotated[str, typer.Option(help="why it is taken out; kept in the audit log")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write everything held on a group into a signed folder. Example: sidelight export group 3f2a pack --reason "case 12" """
    from casework import packs
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "export", "group", group, reason=reason))
    typer.echo(f"{packs.export(opened, group, target)} files in {target}")


@export.command("verify")
def verify_pack(pack: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that export made")]) -> None:
    """Check every file of an evidence pack and its signature."""
    from casework import packs

    typer.echo(f"{packs.verify(pack)} files are as they were exported")


@app.command()
def purge(
    ad: Annotated[list[str] | None, typer.Option("--ad", help="erase this ad whatever holds it; repeatable")] = None,
    reason: Annotated[str, typer.Option(help="why; needed with --ad")] = "",
    finish: Annotated[
        bool, typer.Option("--finish", help="also bring groups and index up to date and write both anew, as each night")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Remove what is past its time, or named ads for good. Without --finish, groups and index follow with `process`."""
    from dataclasses import asdict

    from casework import retention, scrubbing
    from store import audit
    from store.audit import Act, Via
    from store.errors import UsageError
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    if ad:
        if not reason:
            raise UsageError("say why with --reason: an erasure is recorded with its reason")
        count = retention.erase(opened, ad, reason)
        for one in ad:
            audit.append(opened, Act(audit.operator(), Via.COMMAND, "erase", "ad", one, reason=reason))
        told = f"{count} ads erased; they will not be collected again"
    else:
        done = retention.purge(opened)
        act = Act(audit.operator(), Via.COMMAND, "purge", "workspace", str(opened.root), facts=asdict(done))
        audit.append(opened, act)
        told = (
            f"{done.ads} ads purged, {done.held} kept for decisions, cases or orders, {done.files} evidence files deleted, "
            f"{done.captures} captures removed, {done.cases} cases, {done.months} months of audit words forgotten"
        )
    if finish:
        scrubbing.finish(opened)
    typer.echo(told)
