"""Commands of the casework: the day's queue, decisions, accounts and the audit log."""

from typing import Annotated

import typer

from casework import approval_commands, audit_commands, record_commands, report_commands, user_commands, watch_commands
from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer()
app.add_typer(record_commands.app)
app.add_typer(watch_commands.watches, name="watches")
app.add_typer(report_commands.reports, name="reports")
app.add_typer(user_commands.users, name="users")
app.add_typer(audit_commands.audit_log, name="audit")
app.add_typer(approval_commands.approvals, name="approvals")


@app.command("queue")
def show_queue(
    workspace: WorkspaceOption = None,
    day: Annotated[str, typer.Option(help="ISO date; else today in the team's time zone")] = "",
    limit: LimitOption = 1000,
    json: JsonOption = False,
) -> None:
    """Show a day's queue, building today's if it is not there yet. Example: sidelight queue --day 2026-05-01"""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import expectation, queue
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    chosen = day or queue.today(opened)
    with opened.read() as connection:
        entries = queue.load(connection, chosen)
        expected = expectation.expectation(connection, opened.settings.prevalence)
    entries = entries or queue.build(opened, chosen)
    shown = entries[:limit]
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "queue", "queue", chosen, facts={"groups": len(shown)}))
    if json:
        for entry in shown:
            sys.stdout.write(orjson.dumps(asdict(entry)).decode() + "\n")
        return
    typer.echo(f"{len(entries)} groups for {chosen}. {expected.sentence}")
    typer.echo(f"Ranked by {' and '.join(sorted({one.model for one in entries})) or 'nothing'}.")
    for entry in shown:
        typer.echo(
            f"{entry.rank:>4}  {entry.lane:<6}  {entry.value:.2f}  {entry.band:<17}  {entry.route:<11}  "
            f"{entry.group_id}  {entry.why}"
        )


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
