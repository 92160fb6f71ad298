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
    from casework import approvals, packs
    from linker.stored import members_of
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        rows = len(members_of(connection, [group]).get(group, ()))
    approvals.require(opened, audit.operator(), f"group:{group}", rows)
    audit.append(
        opened, Act(audit.operator(), Via.COMMAND, "export", "group", group, reason=reason, facts={"rows": rows})
    )
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
    workspace: WorkspaceOption = None,
) -> None:
    """Remove ads past their retention time, or named ads for good. Groups and index follow with `sidelight process`."""
    from casework import retention
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
        typer.echo(f"{count} ads erased; they will not be collected again")
        return
    done = retention.purge(opened)
    facts = {"ads": done.ads, "files": done.files, "held": done.held}
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "purge", "workspace", str(opened.root), facts=facts))
    typer.echo(f"{done.ads} ads purged, {done.held} kept for standing decisions, {done.files} evidence files deleted")
