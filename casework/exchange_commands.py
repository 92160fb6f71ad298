"""Commands by which something is told to others: disclosure, deconfliction, feeds, and reports that a person makes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from store.options import WorkspaceOption

app = typer.Typer()
deconflict = typer.Typer(help="Learn that another agency holds the same, without showing a case.", no_args_is_help=True)
feed = typer.Typer(help="Signed facts from public data, for others' use.", no_args_is_help=True)
app.add_typer(deconflict, name="deconflict")
app.add_typer(feed, name="feed")

KeyOption = Annotated[Path, typer.Option("--key", help="the file with the shared key")]
ReasonOption = Annotated[str, typer.Option(help="to whom and why; kept in the audit log")]
TargetArgument = Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")]


@app.command("disclose")
def disclose(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ad or group")],
    item: Annotated[str, typer.Argument(metavar="ID", help="its id")],
    target: TargetArgument,
    reason: ReasonOption,
    at: Annotated[str, typer.Option(help="ISO date or time (UTC) up to which; else now")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write what was said of an ad or group until a date, who saw it and what they did, as one page and one file."""
    from casework import disclosure
    from store import audit
    from store.errors import UsageError
    from store.schema import now
    from store.workspace import open_workspace

    try:
        moment = datetime.fromisoformat(at) if at else now()
    except ValueError:
        raise UsageError(f"{at!r} is no date; write it as 2026-05-01 or 2026-05-01T12:00") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    opened = open_workspace(workspace)
    with opened.read() as connection:
        found = disclosure.disclose(opened, connection, kind, item, moment)
    disclosure.export(opened, found, target, audit.operator(), reason)
    typer.echo(f"{target}: disclosure.html, .pdf and .json")


@app.command("prepare-report")
def prepare_report(
    case: Annotated[str, typer.Argument(metavar="CASE", help="its number")],
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="ISO 3166, such as US")],
    target: TargetArgument,
    reason: ReasonOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a case as text for a report that a person makes, with the official addresses of a country. Nothing is sent."""
    from casework import packcontent, referrals
    from casework.packs import Terms
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        content = packcontent.of_case(connection, case)
    referrals.export(opened, content, country, target, Terms(audit.operator(), reason))
    typer.echo(f"{target}: read report.txt, complete it, and send it yourself")


@deconflict.command("key")
def new_key(path: Annotated[Path, typer.Argument(metavar="FILE", help="a new file")]) -> None:
    """Make a shared key. Hand it to the other agency by hand, never by the way the token files go."""
    from casework import deconfliction

    deconfliction.new_key(path)
    typer.echo(f"{path}: give it to the other agency in person; whoever has it can guess contacts one by one")


@deconflict.command("make")
def make(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="where to write the tokens")],
    key: KeyOption,
    agency: Annotated[str, typer.Option(help="who we are")],
    contact: Annotated[str, typer.Option(help="a desk that the other agency can call")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the blinded tokens of all open cases. Example: sidelight deconflict make ours.json --key k --agency ..."""
    from casework import deconfliction
    from store import audit
    from store.workspace import open_workspace

    shared = deconfliction.read_key(key)
    out.write_bytes(deconfliction.make(open_workspace(workspace), shared, agency, contact, audit.operator()))
    typer.echo(f"{out}: blinded tokens, for an agency that holds the same key")


@deconflict.command("take")
def take(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="the other agency's tokens")],
    key: KeyOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Keep another agency's tokens, in place of those it sent before."""
    from casework import deconfliction
    from store import audit
    from store.workspace import open_workspace

    shared = deconfliction.read_key(key)
    agency, count = deconfliction.take(open_workspace(workspace), shared, path.read_bytes(), audit.operator())
    typer.echo(f"{count} tokens of {agency}")


@deconflict.command("compare")
def compare(key: KeyOption, workspace: WorkspaceOption = None) -> None:
    """Say which of our open cases hold what another agency holds too, and whom to call."""
    from casework import deconfliction
    from store import audit
    from store.workspace import open_workspace

    found = deconfliction.compare(open_workspace(workspace), deconfliction.read_key(key), audit.operator())
    for case_id, others in found.items():
        for one in others:
            kinds = ", ".join(sorted({kind for kind, _ in one.values}))
            typer.echo(f"{case_id}: {one.holder} holds {len(one.values)} of the same ({kinds}); call {one.contact}")
    if not found:
        typer.echo("no other agency whose tokens we have holds anything of our open cases")


@feed.command("make")
def make_feed(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="where to write it")],
    agency: Annotated[str, typer.Option(help="whose it is")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write widely shared keys (hubs) as a signed feed."""
    from casework import feeds
    from store import audit
    from store.workspace import open_workspace

    out.write_bytes(feeds.make(open_workspace(workspace), agency, audit.operator()))
    typer.echo(f"{out}: signed; whoever reads it needs the public key that sidelight export publish prints")


@feed.command("read")
def read_feed(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="another agency's feed")],
    key: Annotated[Path, typer.Option(help="its maker's public key (PEM)")],
    workspace: WorkspaceOption = None,
) -> None:
    """Check a feed and list those of its keys that ads here carry."""
    from casework import feeds
    from store.workspace import open_workspace

    told = feeds.read(path.read_bytes(), key)
    known = feeds.known_here(open_workspace(workspace), told)
    typer.echo(f"{len(told['hubs'])} keys of {told['agency']}, {len(known)} of them here")
    for one in known:
        typer.echo(f"{one['reason']:<10}  {one['key']}  {one['why']}")
