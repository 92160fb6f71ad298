"""Commands about how long things are kept: the rules, holds, and the proof that what was forgotten is gone."""

from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

retention = typer.Typer(help="How long things are kept, and proof that the rest is gone.", no_args_is_help=True)


@retention.command("rules")
def show_rules(workspace: WorkspaceOption = None) -> None:
    """Show how many days each class of things is kept here. Example: sidelight retention rules"""
    from casework import keeping
    from store.workspace import open_workspace

    for name, days in keeping.rules(open_workspace(workspace)).items():
        typer.echo(f"{days.days:>6}  {name}")


@retention.command("hold")
def hold(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ad or case")],
    item: Annotated[str, typer.Argument(metavar="ID", help="its id")],
    why: Annotated[str, typer.Option(help="by whose order, and its number")],
    workspace: WorkspaceOption = None,
) -> None:
    """Keep an ad or a case whatever its time. Example: sidelight retention hold case 2026-0012 --why "court order 7" """
    from casework import keeping
    from store import audit
    from store.workspace import open_workspace

    typer.echo(f"hold {keeping.hold(open_workspace(workspace), kind, item, why, audit.operator())}")


@retention.command("release")
def release(
    number: Annotated[int, typer.Argument(metavar="HOLD", help="as `sidelight retention holds` numbers it")],
    workspace: WorkspaceOption = None,
) -> None:
    """Let go of what a hold kept."""
    from casework import keeping
    from store import audit
    from store.workspace import open_workspace

    keeping.release(open_workspace(workspace), number, audit.operator())
    typer.echo(f"hold {number} is released")


@retention.command("holds")
def list_holds(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the holds that stand."""
    from dataclasses import asdict

    from casework import keeping
    from store import audit
    from store.audit import Act, Via
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "holds", "workspace", str(opened.root)))
    with opened.read() as connection:
        found = keeping.standing_holds(connection)
    if as_json:
        write_lines("-", (asdict(one) for one in found))
    for one in () if as_json else found:
        typer.echo(f"{one.hold_id:>4}  {one.at:%Y-%m-%d}  {one.kind:<5} {one.item}  {one.who}: {one.why}")


@retention.command("proof")
def proof(workspace: WorkspaceOption = None) -> None:
    """Hold every tombstone against the store and every byte of the evidence; exit status 1 if something is still here."""
    from casework import scrubbing
    from store.workspace import open_workspace

    found = scrubbing.prove(open_workspace(workspace))
    typer.echo(f"tombstones of {found.ads} ads, {found.captures} captures and {found.cases} cases")
    for problem in found.problems:
        typer.echo(problem)
    typer.echo("nothing of them is left" if not found.problems else f"{len(found.problems)} problems")
    raise typer.Exit(1 if found.problems else 0)
