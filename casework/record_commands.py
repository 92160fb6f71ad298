"""Commands that take records out of the workspace: evidence packs, retention, erasure."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import WorkspaceOption

app = typer.Typer()
export = typer.Typer(help="Evidence packs that can be checked without Sidelight.", no_args_is_help=True)
app.add_typer(export, name="export")


TargetArgument = Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")]
PackArgument = Annotated[Path, typer.Argument(metavar="DIR", help="a folder that export made")]
ReasonOption = Annotated[str, typer.Option(help="why it is taken out; kept in the audit log")]


@export.command("group")
def export_group(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="the group's id")],
    target: TargetArgument,
    reason: ReasonOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Write everything held on a group into a signed folder. Example: sidelight export group 3f2a pack --reason "case 12" """
    from casework import packs
    from store import audit
    from store.workspace import open_workspace

    count = packs.export(open_workspace(workspace), group, target, packs.Terms(audit.operator(), reason))
    typer.echo(f"{count} files in {target}")


@export.command("case")
def export_case(
    case: Annotated[str, typer.Argument(metavar="CASE", help="its number")],
    target: TargetArgument,
    reason: ReasonOption,
    stamp_url: Annotated[str, typer.Option(help="ask this RFC 3161 authority for a time stamp")] = "",
    stamp_chain: Annotated[Path | None, typer.Option(help="its certificates (PEM)")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a case into a signed folder. Example: sidelight export case 2026-0012 pack --reason "to the prosecutor" """
    from casework import packs, timestamps
    from store import audit
    from store.errors import UsageError
    from store.workspace import open_workspace

    if bool(stamp_url) != bool(stamp_chain):
        raise UsageError("a time stamp needs both --stamp-url and --stamp-chain")
    opened = open_workspace(workspace)
    count = packs.export_case(opened, case, target, packs.Terms(audit.operator(), reason))
    if stamp_chain is not None:
        timestamps.stamp(opened, target, timestamps.ask(target, stamp_url), stamp_chain)
    typer.echo(f"{count} files in {target}{', stamped' if stamp_url else ''}")


@export.command("verify")
def verify_pack(
    pack: PackArgument,
    key_sha256: Annotated[str, typer.Option(help="SHA-256 of the public key, as its owner published it")] = "",
) -> None:
    """Check every file of an evidence pack, its signature and its time stamp, as the pack's own verify.py does."""
    from casework import packs

    typer.echo(f"{packs.verify(pack, key_sha256)} files are as they were exported")


@export.command("publish")
def publish(workspace: WorkspaceOption = None) -> None:
    """Print what to publish, so that others can check packs: SHA-256 of the public key and of the verifier, and the key."""
    import hashlib

    from casework import packs
    from store.workspace import open_workspace

    key = packs.public_key(open_workspace(workspace))
    typer.echo(f"public-key.pem  {hashlib.sha256(key).hexdigest()}")
    typer.echo(f"verify.py       {hashlib.sha256(packs.verifier()).hexdigest()}")
    typer.echo(key.decode().strip())


@export.command("stamp-query")
def stamp_query(
    pack: PackArgument, out: Annotated[Path, typer.Argument(metavar="FILE", help="where to write the query")]
) -> None:
    """Write the query for a time stamp, to be taken to an authority by hand."""
    from casework import timestamps

    out.write_bytes(timestamps.query(pack))


@export.command("stamp")
def stamp_pack(
    pack: PackArgument,
    reply: Annotated[Path, typer.Argument(metavar="FILE", help="the authority's answer")],
    chain: Annotated[Path, typer.Option(help="the authority's certificates (PEM)")],
    workspace: WorkspaceOption = None,
) -> None:
    """Put an authority's answer into a pack. Example: sidelight export stamp pack answer.tsr --chain authority.pem"""
    from casework import timestamps
    from store.workspace import open_workspace

    timestamps.stamp(open_workspace(workspace), pack, reply.read_bytes(), chain)
    typer.echo(f"{pack} is stamped")


@app.command()
def purge(
    ad: Annotated[list[str] | None, typer.Option("--ad", help="erase this ad whatever holds it; repeatable")] = None,
    contact: Annotated[
        list[str] | None, typer.Option(help="erase every ad that carries this phone (E.164) or e-mail; repeatable")
    ] = None,
    reason: Annotated[str, typer.Option(help="why; needed with --ad and --contact")] = "",
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
    if ad or contact:
        if not reason:
            raise UsageError("say why with --reason: an erasure is recorded with its reason")
        count = retention.erase(opened, ad or [], reason)
        count += sum(retention.erase_contact(opened, one, reason) for one in contact or ())
        for kind, one in (*(("ad", one) for one in ad or ()), *(("contact", one) for one in contact or ())):
            audit.append(opened, Act(audit.operator(), Via.COMMAND, "erase", kind, one, reason=reason))
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
