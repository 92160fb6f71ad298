"""Commands about the audit log: list it, verify it, and let others vouch for it."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

audit_log = typer.Typer(help="The record of every look and act.", no_args_is_help=True)


@audit_log.command("verify")
def verify_audit(
    checkpoints: Annotated[str, typer.Option(help="another copy of audit-checkpoints.jsonl to hold it against")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Compute the audit log anew and name the first event that was changed, removed, inserted or swapped."""
    from casework import verification
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    found = verification.verify(opened, Path(checkpoints) if checkpoints else None)
    if found.problem is not None:
        typer.echo(f"broken at event {found.broken_seq}: {found.problem}", err=True)
        raise typer.Exit(1)
    verification.checkpoint(opened)
    typer.echo(f"{found.events:,} events in one unbroken chain, held against {found.checkpoints:,} signed checkpoints")


@audit_log.command("checkpoint")
def write_checkpoint(
    to: Annotated[Path | None, typer.Option(help="write the letter into this file, else to stdout")] = None,
    since: Annotated[
        int, typer.Option(help="the event a witness knows already; proves that this log continues it")
    ] = 0,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign the log as it is now, and write a letter with the checkpoint for another machine, a mail or another agency."""
    import sys

    import orjson

    from casework import checkpoints, verification
    from store.errors import UsageError
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    newest = verification.checkpoint(opened)
    if newest is None:
        raise UsageError("the audit log is empty: there is nothing to sign yet")
    if not 0 <= since <= newest.seq:
        raise UsageError(f"--since {since}: the log has {newest.seq} events")
    with opened.read() as connection:
        digests = [bytes.fromhex(row[13]) for row in verification.rows(connection)][: newest.seq]
    body = orjson.dumps(checkpoints.letter(opened, newest, since, digests), option=orjson.OPT_APPEND_NEWLINE)
    if to is None:
        sys.stdout.write(body.decode())
    else:
        to.write_bytes(body)
        typer.echo(f"a letter about {newest.seq:,} events is in {to}")


@audit_log.command("witness")
def witness_checkpoint(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="a short name for who sent it")],
    letter: Annotated[Path, typer.Argument(metavar="FILE", help="what their audit checkpoint wrote")],
    workspace: WorkspaceOption = None,
) -> None:
    """Keep another agency's checkpoint, refusing one whose log does not continue the one before."""
    import orjson

    from casework import checkpoints
    from store.errors import UsageError
    from store.workspace import open_workspace

    if not agency.replace("-", "").isalnum():
        raise UsageError("name the agency by letters, digits and dashes")
    try:
        sent = orjson.loads(letter.read_bytes())
    except (OSError, orjson.JSONDecodeError) as problem:
        raise UsageError(f"{letter}: {problem}") from None
    shown = checkpoints.witness(open_workspace(workspace), agency, sent)
    typer.echo(f"{agency} showed a log of {shown.seq:,} events; ask for --since {shown.seq} the next time")


@audit_log.command("list")
def list_audit(
    actor: Annotated[str, typer.Option(help="only this person's")] = "",
    action: Annotated[str, typer.Option(help="only this action, such as search")] = "",
    workspace: WorkspaceOption = None,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """List looks and acts, newest first; this look is recorded too."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import auditlog
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "audit list", "audit", actor or "all"))
    for one in auditlog.events(opened, limit=limit, actor=actor, action=action):
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            facts = ", ".join(f"{name} {value}" for name, value in one.facts.items())
            words = one.words or ("(forgotten)" if one.forgotten else "")
            line = f"{one.seq:>6}  {one.at:%Y-%m-%d %H:%M:%S}  {one.actor:<14} {one.via:<8} {one.action:<14} {words} {facts}"
            typer.echo(line.rstrip())
