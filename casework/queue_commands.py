"""Commands about the daily queue, and about who looks at a group in it."""

from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer()
entries = typer.Typer(help="Who looks at a group, and until when it can wait.", no_args_is_help=True)

GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="the group's id")]


@app.command("queue")
def show_queue(
    workspace: WorkspaceOption = None,
    day: Annotated[str, typer.Option(help="ISO date; else today in the team's time zone")] = "",
    changes: Annotated[bool, typer.Option("--changes", help="what changed since the queue before, and why")] = False,
    limit: LimitOption = 1000,
    json: JsonOption = False,
) -> None:
    """Show a day's queue with reasons, building today's if it is not there yet. Example: sidelight queue --day 2026-05-01"""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import day_changes, expectation, missed, queue, queue_states, second_reads
    from casework.foremost import foremost
    from casework.records import QueueLane
    from models.stored import load_priorities
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    chosen = day or queue.today(opened)
    with opened.read() as connection:
        found = queue.load(connection, chosen)
    found = found or queue.build(opened, chosen)
    shown = found[:limit]
    audit.append(opened, Act(audit.operator(), Via.COMMAND, "queue", "queue", chosen, facts={"groups": len(shown)}))
    with opened.read() as connection:
        expected = expectation.expectation(connection, opened.settings.prevalence)
        below = missed.missed(connection)
        readers = second_reads.agreed(connection)
        ids = [entry.group_id for entry in shown]
        said, scored = queue_states.states(opened, connection, ids), load_priorities(connection, ids, quoted=False)
        moves = day_changes.between(opened, connection, chosen) if changes else None
    listed = moves.changes[:limit] if moves else ()
    if json:
        for one in listed if changes else shown:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        return
    if changes:
        since = moves.since if moves else None
        typer.echo(f"{len(listed)} changes from {since} to {chosen}" if since else "there is no queue before this one")
        for move in listed:
            after = "      " if move.after is None else f"{move.after:.2f}  "
            typer.echo(f"{move.move:<8} {after}{move.group_id}  {move.why}")
        return
    typer.echo(f"{len(found)} groups for {chosen}. {expected.sentence}")
    typer.echo(f"Ranked by {' and '.join(sorted({one.model for one in found})) or 'nothing'}.")
    if (ranked := expected.ranked).of:
        typer.echo(
            f"Of {ranked.of} decided ranked entries of {expectation.DAYS} days {ranked.hits} were trafficking-indicated "
            f"({ranked.low:.0%} to {ranked.high:.0%})."
        )
    typer.echo(below.sentence)
    typer.echo(f"Readers: {readers.sentence}" if readers.readers else "Readers: no group was read by two people yet")
    for entry in shown:
        state = said.get(entry.group_id)
        held = f"  [{state.claimed_by} has it]" if state and state.claimed_by else ""
        given = f"  [for {state.assigned_to}]" if state and state.assigned_to else ""
        lane = "second" if entry.lane is QueueLane.SECOND else entry.lane
        typer.echo(
            f"{entry.rank:>4}  {lane:<6}  {entry.value:.2f}  {entry.band:<17}  {entry.route:<11}  "
            f"{entry.group_id}  {entry.why}{held}{given}"
        )
        first = foremost(scored.get(entry.group_id))
        for mark, piece in [*(("+", one) for one in first.reasons), *(("-", one) for one in first.against)]:
            typer.echo(f"        {mark} {piece.sentence}")
        if first.more:
            typer.echo(f"        and {first.more} more for review: sidelight group {entry.group_id}")


@entries.command("claim")
def claim(group: GroupArgument, workspace: WorkspaceOption = None) -> None:
    """Take a group to look at; says who has it where somebody else was first."""
    from casework import queue_states
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    queue_states.claim(opened, group, audit.operator(), Via.COMMAND)
    typer.echo(f"group {group} is yours for {opened.settings.claim_hours} hours")


@entries.command("release")
def release(group: GroupArgument, workspace: WorkspaceOption = None) -> None:
    """Let go of your claim."""
    from casework import queue_states
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    queue_states.release(open_workspace(workspace), group, audit.operator(), Via.COMMAND)
    typer.echo(f"group {group} is free")


@entries.command("assign")
def assign(
    group: GroupArgument,
    to: Annotated[str, typer.Option(help="the account it is given to; left out: nobody")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Give a group to somebody. Example: sidelight entry assign 3f2a --to ana"""
    from casework import queue_states
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    queue_states.assign(open_workspace(workspace), group, to or None, audit.operator(), Via.COMMAND)
    typer.echo(f"group {group} is assigned to {to or 'nobody'}")


@entries.command("snooze")
def snooze(
    group: GroupArgument,
    until: Annotated[str, typer.Option(help="ISO date on which it comes back")],
    why: Annotated[str, typer.Option(help="why it can wait")],
    workspace: WorkspaceOption = None,
) -> None:
    """Leave a group out of the queue until a day, or until it changes. Example: --until 2026-06-01 --why "venue answers" """
    from casework import queue_states
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    queue_states.snooze(open_workspace(workspace), group, until, audit.operator(), why, Via.COMMAND)
    typer.echo(f"group {group} sleeps until {until}, or until it changes in a way that matters")


@entries.command("wake")
def wake(group: GroupArgument, workspace: WorkspaceOption = None) -> None:
    """Put a sleeping group back into the next queue."""
    from casework import queue_states
    from store import audit
    from store.audit import Via
    from store.workspace import open_workspace

    queue_states.wake(open_workspace(workspace), group, audit.operator(), Via.COMMAND)
    typer.echo(f"group {group} is back from the next queue on")
