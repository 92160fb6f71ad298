"""Commands of the casework: the day's queue, decisions, accounts and the audit log."""

from typing import Annotated

import typer

from casework import channel_commands, queue_commands, record_commands, report_commands, watch_commands
from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer()
app.add_typer(record_commands.app)
app.add_typer(queue_commands.app)
app.add_typer(queue_commands.entries, name="entry")
watch_commands.watches.add_typer(channel_commands.channels, name="channels")
app.add_typer(watch_commands.watches, name="watches")
app.add_typer(report_commands.reports, name="reports")
users = typer.Typer(help="Accounts of the console.", no_args_is_help=True)
audit_log = typer.Typer(help="The record of every look and act.", no_args_is_help=True)
app.add_typer(users, name="users")
app.add_typer(audit_log, name="audit")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="the account's name")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="read the password from stdin, not the terminal")]


@app.command()
def decide(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="the group's id")],
    verdict: Annotated[str, typer.Argument(help="trafficking-indicated, not trafficking, cleared or unsure")],
    why: Annotated[str, typer.Option(help="the reason, for whoever reads it later")],
    tier: Annotated[str, typer.Option(help="opinion, corroborated, charged, convicted or cleared")] = "opinion",
    workspace: WorkspaceOption = None,
) -> None:
    """Record a decision about a group. Example: sidelight decide 3f2a cleared --why "own website, spoke to owner" """
    from casework import decisions
    from models.labels import Tier, Value, choose
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    made = decisions.decide(
        open_workspace(workspace),
        group,
        choose(Value, verdict, "the verdict"),
        tier=choose(Tier, tier, "the tier"),
        who=audit.operator(),
        why=why,
        via=Via.COMMAND,
    )
    typer.echo(f"decision {made.decision_id}: {made.verdict} ({made.tier}), {len(made.ad_ids)} ads")


@users.command("add")
def add_user(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="analyst, supervisor, operator, data scientist or auditor")],
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Make an account and ask for its password. Example: sidelight users add ana --role analyst"""
    from casework import accounts
    from casework.records import Role
    from models.labels import choose
    from store import audit
    from store.workspace import open_workspace

    chosen = choose(Role, role, "the role")
    accounts.add(open_workspace(workspace), name, chosen, _password(password_stdin), audit.operator())
    typer.echo(f"{name} may sign in as {chosen}")


@users.command("list")
def list_users(workspace: WorkspaceOption = None, limit: LimitOption = 1000, json: JsonOption = False) -> None:
    """List accounts with role and state."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import accounts
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        found = accounts.every(connection)[:limit]
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            typer.echo(f"{one.name:<20} {one.role:<15} {'disabled' if one.disabled else 'open'}")


@users.command("disable")
def disable_user(
    name: NameArgument,
    enable: Annotated[bool, typer.Option("--enable", help="open the account again")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Close an account and end its sessions."""
    from casework import accounts
    from store import audit
    from store.workspace import open_workspace

    accounts.set_disabled(open_workspace(workspace), name, audit.operator(), disabled=not enable)
    typer.echo(f"{name} is {'open' if enable else 'disabled'}")


@users.command("password")
def change_password(name: NameArgument, password_stdin: StdinOption = False, workspace: WorkspaceOption = None) -> None:
    """Set a new password, lift a lock and end the account's sessions."""
    from casework import accounts
    from store import audit
    from store.workspace import open_workspace

    accounts.set_password(open_workspace(workspace), name, _password(password_stdin), audit.operator())
    typer.echo(f"{name} has a new password")


@audit_log.command("verify")
def verify_audit(
    checkpoints: Annotated[str, typer.Option(help="another copy of audit-checkpoints.jsonl to hold it against")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Compute the audit log's chain again and name the first event that was changed, removed, inserted or swapped."""
    from pathlib import Path

    from casework import verification
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    found = verification.verify(opened, Path(checkpoints) if checkpoints else None)
    if found.problem is not None:
        typer.echo(f"broken at event {found.broken_seq}: {found.problem}", err=True)
        raise typer.Exit(1)
    verification.checkpoint(opened)
    typer.echo(f"{found.events:,} events in one unbroken chain, held against {found.checkpoints:,} signed checkpoints")


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


def _password(stdin: bool) -> str:
    import sys

    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))
