"""Commands of the casework: the day's queue, decisions, accounts and the audit log."""

from typing import Annotated

import typer

from casework import (
    approval_commands,
    audit_commands,
    case_commands,
    channel_commands,
    exchange_commands,
    queue_commands,
    record_commands,
    report_commands,
    retention_commands,
    user_commands,
    watch_commands,
)
from store.options import WorkspaceOption

app = typer.Typer()
app.add_typer(record_commands.app)
app.add_typer(queue_commands.app)
app.add_typer(queue_commands.entries, name="entry")
watch_commands.watches.add_typer(channel_commands.channels, name="channels")
app.add_typer(watch_commands.watches, name="watches")
app.add_typer(report_commands.reports, name="reports")
app.add_typer(user_commands.users, name="users")
app.add_typer(audit_commands.audit_log, name="audit")
app.add_typer(approval_commands.approvals, name="approvals")
app.add_typer(case_commands.cases, name="cases")
app.add_typer(case_commands.teams, name="teams")
app.add_typer(exchange_commands.app)
app.add_typer(retention_commands.retention, name="retention")


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
