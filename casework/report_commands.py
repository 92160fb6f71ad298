"""Commands about reports that a person has to make, for ads that carry a known image."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

reports = typer.Typer(help="Ads held back for a known image, and the reports they ask for.", no_args_is_help=True)
ReportArgument = Annotated[int, typer.Argument(metavar="REPORT", help="as `sidelight reports list` numbers it")]


@reports.command("list")
def list_reports(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the reports, those that wait first. Example: sidelight reports list"""
    from dataclasses import asdict

    from casework import reports as kept
    from store import audit
    from store.audit import Act, Via
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "reports", "workspace", str(opened.root)))
    with opened.read() as connection:
        found = kept.every(connection)
    if as_json:
        write_lines("-", (asdict(one) for one in found))
    for one in () if as_json else found:
        state = f"{one.outcome} by {one.closed_by}" if one.closed_at else "to be made"
        typer.echo(f"{one.report_id:>4}  {one.opened_at:%Y-%m-%d}  {state:<24}  {one.ad_id}")


@reports.command("export")
def export_report(
    report: ReportArgument,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")],
    reason: Annotated[str, typer.Option(help="why it is taken out; kept in the audit log")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the text-only package of a report. Example: sidelight reports export 3 package --reason "duty to report" """
    from casework import reports as kept
    from store.workspace import open_workspace

    kept.export(open_workspace(workspace), report, target, reason)
    typer.echo(f"{target}: text alone; READ-ME.txt says what is in it")


@reports.command("close")
def close_report(
    report: ReportArgument,
    outcome: Annotated[str, typer.Option(help="reported (the ad stays held back) or released (the match was none)")],
    why: Annotated[str, typer.Option(help="the number of the report made, or what showed that the match was none")],
    workspace: WorkspaceOption = None,
) -> None:
    """Close a report that was made, or release the ad. Example: sidelight reports close 3 --outcome reported --why "no. 77" """
    from casework import reports as kept
    from models.labels import choose
    from store import audit
    from store.workspace import open_workspace

    chosen = choose(kept.Outcome, outcome, "the outcome")
    kept.close(open_workspace(workspace), report, chosen, why, audit.operator())
    typer.echo(f"report {report}: {chosen.value}")
