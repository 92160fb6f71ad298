"""Commands about where alerts go beside the inbox; the channels belong to the operating system's user."""

from typing import Annotated

import typer

from store.options import JsonOption, WorkspaceOption

channels = typer.Typer(help="Mail and webhooks that tell of new alerts.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(metavar="CHANNEL", help="its number in watches channels list")]


@channels.command("add")
def add_channel(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="email or webhook")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="an e-mail address, or an https:// address")],
    watch: Annotated[int, typer.Option(help="only this watch's alerts; 0: those of all your watches")] = 0,
    digest_at: Annotated[str, typer.Option(help="once a day at this time, such as 08:00; else at once")] = "",
    at_least: Annotated[int, typer.Option(help="fewer alerts than this wait")] = 1,
    workspace: WorkspaceOption = None,
) -> None:
    """Open a channel. A message holds counts and a link, never an ad. Example: sidelight watches channels add email a@b.org"""
    from casework.delivery import channels as kept
    from models.labels import choose
    from store import audit
    from store.audit import Act, Via
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    owner = audit.operator()
    made = kept.add(
        opened,
        owner,
        choose(kept.Kind, kind, "the kind of channel"),
        address,
        watch_id=watch or None,
        digest_at=digest_at or None,
        at_least=at_least,
    )
    audit.append(opened, Act(owner, Via.COMMAND, "add channel", "channel", str(made.channel_id), words=address))
    typer.echo(f"channel {made.channel_id}: {made.kind} to {made.address}")
    if made.kind is kept.Kind.WEBHOOK:
        typer.echo(f"signed with HMAC-SHA256 under {kept.secret(opened, made.channel_id).hex()}")


@channels.command("list")
def list_channels(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List your open channels, and the messages that are not through."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework.delivery import channels as kept
    from casework.delivery import sending
    from store import audit
    from store.workspace import open_workspace

    owner = audit.operator()
    with open_workspace(workspace).read() as connection:
        found = kept.active(connection, owner)
        unsent = sending.unsent(connection, owner)
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            when = f"daily at {one.digest_at}" if one.digest_at else "at once"
            muted = f", muted until {one.muted_until:%Y-%m-%d %H:%M} UTC" if one.muted_until else ""
            typer.echo(f"{one.channel_id:>5}  {one.kind:<8} {one.address}  {when}, from {one.at_least} on{muted}")
    if not json:
        for message in unsent:
            typer.echo(
                f"message {message.delivery_id}: {message.alerts} alerts, {message.state} after {message.attempts} attempts"
                + (f": {message.error}" if message.error else "")
            )


@channels.command("end")
def end_channel(number: NumberArgument, workspace: WorkspaceOption = None) -> None:
    """Close a channel; alerts go on to the inbox."""
    from casework.delivery import channels as kept
    from store import audit
    from store.workspace import open_workspace

    kept.end(open_workspace(workspace), number, audit.operator())
    typer.echo(f"channel {number} is closed")


@channels.command("mute")
def mute_channel(
    number: NumberArgument,
    until: Annotated[str, typer.Option(help="ISO date on which it speaks again; left out: at once")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Send nothing until a day; what is raised meanwhile goes out together then."""
    from casework.delivery import channels as kept
    from casework.watch_commands import midnight
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    kept.mute(opened, number, audit.operator(), midnight(opened, until))
    typer.echo(f"channel {number} is silent until {until}" if until else f"channel {number} speaks")


@channels.command("again")
def send_again(
    message: Annotated[int, typer.Argument(metavar="MESSAGE", help="its number in watches channels list")],
    workspace: WorkspaceOption = None,
) -> None:
    """Try a message that was set aside once more."""
    from casework.delivery import sending
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    sending.again(opened, message)
    typer.echo(str(sending.deliver(opened)))
