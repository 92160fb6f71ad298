"""Commands of the indexer: search, show an ad, show a group, and look after the index."""

from typing import Annotated, Any

import typer

from indexer.search_commands import search
from store.options import JsonOption, LimitOption, WorkspaceOption

app = typer.Typer()
index = typer.Typer(
    help="Look after the search index, which can be rebuilt from the store at any time.", no_args_is_help=True
)
app.add_typer(index, name="index")

app.command()(search)


@app.command()
def show(
    ad: Annotated[str, typer.Argument(metavar="AD", help="the ad's id, such as harbor:1042")],
    history: Annotated[
        bool, typer.Option("--history", help="how it changed, capture by capture and word by word")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an ad: its text, what was read from it, where it was captured and when seen, its group and why that is ranked.

    E.g. `sidelight show harbor:1042 --history`: what was removed stands in [-brackets-], what was added in {+braces+}.
    """
    import orjson

    from indexer.changes import changes_of, print_changes
    from indexer.dossier import of_ad
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "show", "ad", ad))
    with opened.read() as connection:
        found = changes_of(connection, ad) if history else of_ad(connection, ad)
    if history and not as_json:
        print_changes(_printable(found))
    elif as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        _print_ad(_printable(found))


@app.command()
def group(
    group_id: Annotated[str, typer.Argument(metavar="ID")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = 50,
) -> None:
    """Show a group: its ads, why they are linked, where it has been, and why it is ranked where it is."""
    import orjson

    from indexer.dossier import of_group
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "group", "group", group_id))
    with opened.read() as connection:
        found = of_group(connection, group_id)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        from indexer.group_print import print_group

        print_group(_printable(found), limit)


@index.command("rebuild")
def rebuild(workspace: WorkspaceOption = None) -> None:
    """Build the index anew from the store beside the live one, then put it in its place; searches go on meanwhile."""
    from indexer import stage
    from store.workspace import open_workspace

    written = stage.rebuild(open_workspace(workspace), _said)
    typer.echo(f"{written} documents in the new index")


@index.command("status")
def status(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Say which engine answers, the state of its index and how much waits. The exit status is 1 when it cannot be asked."""
    import orjson

    from indexer.backend import State
    from indexer.engine import open_backend
    from store import outbox
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    health = open_backend(opened).health()
    with opened.read() as connection:
        waiting, refused = outbox.count(connection)
    if as_json:
        typer.echo(orjson.dumps({**_plain(health), "waiting": waiting, "refused": refused}).decode())
    else:
        typer.echo(
            f"engine     {health.engine}\nindex      {health.state}{f': {health.detail}' if health.detail else ''}"
        )
        typer.echo(f"documents  {health.documents}\nwaiting    {waiting}\nrefused    {refused}")
    raise typer.Exit(0 if health.state is State.READY else 1)


@index.command("reconcile")
def reconcile(workspace: WorkspaceOption = None) -> None:
    """Compare index and store; every difference is put down to be written again by the next `sidelight process`."""
    from indexer import stage
    from store.workspace import open_workspace

    drift = stage.reconcile(open_workspace(workspace))
    typer.echo(f"missing {len(drift.missing)}, stale {len(drift.stale)}, extra {len(drift.extra)}")


def _said(count: int) -> None:
    import sys

    if sys.stderr.isatty():
        typer.echo(f"\r{count} documents ", err=True, nl=False)


def _plain(health: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(health)


def _printable(found: Any) -> Any:
    """The same object, every text in it safe."""
    from indexer.page_print import safe

    if isinstance(found, dict):
        return {key: _printable(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_printable(value) for value in found]
    return safe(found) if isinstance(found, str) else found


def _print_ad(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from indexer.group_print import moment, print_priority

    out = Console(highlight=False)
    out.print(Text(found["ad_id"], "bold"), found["url"], markup=False)
    gone = f", gone {moment(found['gone_at'])}" if found["gone_at"] else ""
    seen = f"seen {moment(found['first_seen'])} to {moment(found['last_seen'])}{gone} (UTC)"
    out.print(f"posted {moment(found['posted_at']) or 'without a date'}, {seen}", markup=False)
    fields = Table.grid(padding=(0, 2, 0, 0))
    fields.add_column(justify="right", min_width=9, style="dim")
    for name, value in found["fields"].items():
        fields.add_row(name, Text(value))
    out.print(fields)
    table = Table("kind", "value", "where", "as written", title="What was read", title_justify="left")
    for one in found["mentions"]:
        where = f"{one['field']} {one['start']}-{one['end']}"
        # A number of GeoNames tells nobody anything.
        name = one["detail"].get("name") if one["kind"] == "place" else None
        value = f"{name} {one['value']}" if name else one["value"]
        table.add_row(one["kind"], Text(value), where, Text(one["surface"]))
    out.print(table)
    capture = found["origin"]["capture"]
    if capture:
        out.print(
            f"captured {moment(capture['fetched_at'])} in {capture['warc_file']} at {capture['warc_offset']}",
            markup=False,
        )
        out.print(f"sha256 {capture['sha256']}", markup=False)
    elif found["origin"]["file_sha256"]:
        out.print(f"imported: line {found['origin']['line']} of the file {found['origin']['file_sha256']}")
    for one in found["sightings"]:
        out.print(f"{moment(one['seen_at'])}  {one['change']}  run {one['run_id']}", style="dim", markup=False)
    out.print(f"group {found['group_id'] or 'none yet'}", markup=False)
    print_priority(out, found["priority"])
