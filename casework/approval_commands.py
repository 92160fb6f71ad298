"""Commands about exports that need a second person."""

from typing import Annotated

import typer

from store.options import WorkspaceOption

approvals = typer.Typer(help="Exports that need a second person's word.", no_args_is_help=True)


@approvals.command("ask")
def ask(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="what is to be taken out, as the refusal named it")],
    rows: Annotated[int, typer.Option(help="how many rows")],
    reason: Annotated[str, typer.Option(help="why; the second person reads it")],
    case: Annotated[str, typer.Option(help="the case it is for")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Ask for a second person's word. Example: sidelight approvals ask group:3f2a --rows 1500 --reason "request of 3 May" """
    from store import approvals as kept
    from store import audit
    from store.workspace import open_workspace

    number = kept.ask(open_workspace(workspace), audit.operator(), what, rows, reason, case or None)
    typer.echo(
        f"request {number} waits for a supervisor, on the console's oversight page or by: approvals answer {number}"
    )


@approvals.command("list")
def list_waiting(workspace: WorkspaceOption = None) -> None:
    """List the requests that wait for an answer."""
    from store import approvals as kept
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        for one in kept.waiting(connection):
            typer.echo(
                f"{one.approval_id:>5}  {one.asked_at:%Y-%m-%d %H:%M}  {one.asked_by:<14} {one.rows:>8,} rows  {one.reason}"
            )


@approvals.command("answer")
def answer(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="its number in approvals list")],
    why: Annotated[str, typer.Option(help="why; kept with it")],
    refuse: Annotated[bool, typer.Option("--refuse", help="refuse it instead")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Grant, or refuse, what another person asked for. It is good once, for seven days."""
    from casework import accounts, policy
    from casework.policy import Action
    from store import approvals as kept
    from store import audit
    from store.audit import Via
    from store.errors import UsageError
    from store.workspace import open_workspace

    opened, name = open_workspace(workspace), audit.operator()
    with opened.read() as connection:
        account = accounts.find(connection, accounts.local_name(name))
    if account is None or account.disabled:
        raise UsageError(f"{name} has no account here; a supervisor answers")
    policy.require(account.role, Action.APPROVE)
    kept.answer(opened, number, name, why, granted=not refuse, via=Via.COMMAND)
    typer.echo(f"request {number} is {'refused' if refuse else 'granted'}")
