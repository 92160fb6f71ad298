"""Commands about cases and teams. They act with the authority of whoever may read the workspace's files, and are recorded."""

from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

cases = typer.Typer(help="Cases: what a team works on together.", no_args_is_help=True)
teams = typer.Typer(
    help="Teams, who share cases; on a shared server, one or more for each agency.", no_args_is_help=True
)
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="its number, such as 2026-0012")]
WhyOption = Annotated[str, typer.Option(help="why; it stays in the case")]


@cases.command("open")
def open_case(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="without names and numbers of people")],
    team: Annotated[str, typer.Option(help="the team that sees it; else its members alone")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Open a case. Example: sidelight cases open "Harbor, spring" --team north"""
    from casework import cases as kept
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    made = kept.open_case(opened, title, audit.operator(), team=team or None, via=Via.COMMAND)
    typer.echo(made.case_id)


@cases.command("list")
def list_cases(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the cases, open ones first."""
    from dataclasses import asdict

    from casework import cases as kept
    from store import audit
    from store.audit import Act, Via
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "cases", "workspace", str(opened.root)))
    with opened.read() as connection:
        found = kept.every(connection)
    if as_json:
        write_lines("-", (asdict(one) for one in found))
    for one in () if as_json else found:
        state = f"closed {one.closed_at:%Y-%m-%d}" if one.closed_at else "open"
        typer.echo(f"{one.case_id}  {state:<17}  {one.owner:<12}  {one.team or '-':<12}  {one.title}")


@cases.command("show")
def show_case(case: CaseArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show all that people put into a case, with what was undone. Example: sidelight cases show 2026-0012 --json"""
    from casework import caseitems
    from casework import cases as kept
    from store import audit
    from store.audit import Act, Via
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "case", "case", case, case_id=case))
    with opened.read() as connection:
        found = kept.find(connection, case)
        items = caseitems.of_case(connection, case, undone=True)
    if as_json:
        write_lines("-", caseitems.written(items))
        return
    typer.echo(f"{found.case_id}  {found.title}  (owner {found.owner})")
    for one in items:
        mark = "undone" if one.undone_at else "done" if one.done_at else ""
        typer.echo(f"{one.item_id:>5}  {one.at:%Y-%m-%d}  {one.who:<10} {one.kind.value:<9} {mark:<6} {one.words}")


@cases.command("add")
def add(
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="note, tag, task, ad, group or decision")],
    words: Annotated[str, typer.Argument(metavar="WORDS", help="what it says; of an ad or group why it is pinned")],
    about: Annotated[str, typer.Option(help="the ad, group or decision; of a task, who is to do it")] = "",
    due: Annotated[str, typer.Option(help="ISO date by which a task is to be done")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Put something into a case. Example: sidelight cases add 2026-0012 ad "same wording" --about harbor:1"""
    from casework import caseitems
    from casework import cases as kept
    from casework.caseitems import ItemKind
    from models.labels import choose
    from store import audit
    from store.audit import Via
    from store.errors import UsageError
    from store.workspace import open_workspace

    opened, who, via = open_workspace(workspace), audit.operator(), Via.COMMAND
    with opened.read() as connection:
        found = kept.find(connection, case)
    chosen = choose(ItemKind, kind, "the kind")
    match chosen:
        case ItemKind.NOTE:
            number = caseitems.note(opened, found, words, who, via=via)
        case ItemKind.TAG:
            number = caseitems.tag(opened, found, words, who, via=via)
        case ItemKind.TASK:
            number = caseitems.task(opened, found, words, who, to=about, due=due, via=via)
        case ItemKind.AD | ItemKind.GROUP:
            number = caseitems.pin(opened, found, chosen, about, words, who, via=via)
        case ItemKind.DECISION if about.isdecimal():
            number = caseitems.attach(opened, found, int(about), who, via=via)
        case _:
            raise UsageError("that is put into a case from the console, or with a number after --about")
    typer.echo(f"item {number}")


@cases.command("undo")
def undo(
    case: CaseArgument,
    item: Annotated[int, typer.Argument(metavar="ITEM", help="as `sidelight cases show` numbers it")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Take an item back; it stays in the record."""
    from casework import caseitems
    from casework import cases as kept
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        found = kept.find(connection, case)
    caseitems.undo(opened, found, item, why, audit.operator(), via=Via.COMMAND)
    typer.echo(f"item {item} is undone")


@cases.command("handover")
def hand_over(
    case: CaseArgument,
    to: Annotated[str, typer.Argument(metavar="ACCOUNT", help="the new owner")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Make another person the owner, with a word of what they need to know."""
    from casework import cases as kept
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        found = kept.find(connection, case)
    kept.hand_over(opened, found, to, why, audit.operator(), via=Via.COMMAND)
    typer.echo(f"case {case} is {to}'s")


@cases.command("close")
def close(
    case: CaseArgument,
    why: WhyOption,
    keep_days: Annotated[int | None, typer.Option(help="keep it so long, instead of as the rules say")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Close a case: its time of retention begins."""
    from casework import cases as kept
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        found = kept.find(connection, case)
    kept.close(opened, found, why, audit.operator(), keep_days=keep_days, via=Via.COMMAND)
    typer.echo(f"case {case} is closed")


@teams.command("set")
def set_team(
    team: Annotated[str, typer.Argument(metavar="TEAM", help="its name")],
    contact: Annotated[str, typer.Option(help="what others are told when they hold the same: a desk, not a person")],
    member: Annotated[list[str] | None, typer.Option(help="an account on it; repeatable")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a team, or set who is on it. Example: sidelight teams set north --contact desk@example.org --member ana"""
    from casework import cases as kept
    from store import audit
    from store.workspace import open_workspace

    kept.add_team(open_workspace(workspace), team, contact, tuple(member or ()), audit.operator())
    typer.echo(team)


@teams.command("list")
def list_teams(workspace: WorkspaceOption = None) -> None:
    """List the teams with their contacts and members."""
    from casework import cases as kept
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        for one in kept.all_teams(connection):
            typer.echo(f"{one.team}  {one.contact}  {', '.join(one.members)}")
