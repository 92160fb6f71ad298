"""Commands of the crawlers: collect ads from sites, import them from files, look after the sites' folders."""

from pathlib import Path
from typing import Annotated

import typer

from crawlers import hash_commands
from store.options import JsonOption, WorkspaceOption

app = typer.Typer()
imports = typer.Typer(help="Take in ads that somebody else collected.", no_args_is_help=True)
sites_app = typer.Typer(help="The sites to crawl: one folder each.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(hash_commands.app, name="hashes")
captures_app = typer.Typer(help="The evidence: every page as it came.", no_args_is_help=True)
app.add_typer(sites_app, name="sites")
app.add_typer(captures_app, name="captures")

SitesOption = Annotated[
    list[Path] | None, typer.Option("--sites", help="a further folder of sites, beside the workspace's own")
]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="files to import")]


@app.command()
def crawl(
    names: Annotated[list[str] | None, typer.Argument(metavar="SITE...", help="sites to crawl")] = None,
    all_sites: Annotated[bool, typer.Option("--all", help="every site")] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="stop the crawl of these sites, whichever process runs it")
    ] = False,
    sites: SitesOption = None,
    origin: Annotated[str | None, typer.Option(help="host:port that stands in for every start address's")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Crawl sites and keep what they show, e.g. `sidelight crawl harbor`; an interrupted run is taken up again.

    Exit status 1 where a site's run ended red. With --stop a crawl that goes on elsewhere ends within 60 seconds; the next
    crawl of the site goes on from there.
    """
    from crawlers.report import complain, show_stops, show_verdicts
    from crawlers.run import crawl as crawl_sites
    from store.errors import UsageError
    from store.workspace import open_workspace

    if bool(names) == all_sites:
        raise UsageError("name the sites to crawl, or give --all; `sidelight sites list` shows them")
    if stop:
        raise typer.Exit(show_stops(open_workspace(workspace), names, sites or []))
    verdicts = crawl_sites(
        open_workspace(workspace), None if all_sites else names, sites or [], origin, notice=complain
    )
    raise typer.Exit(show_verdicts(verdicts, as_json=as_json))


@imports.command("ads")
def import_ads(
    paths: FilesArgument,
    columns: Annotated[
        Path | None, typer.Option("--map", help="a YAML file that says which column is which field")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import ads from JSON Lines, CSV or Parquet, e.g. `sidelight import ads feed.csv --map feed.yml`.

    Without a map, columns are named like the fields.
    """
    from crawlers.columns import load_columns
    from crawlers.imports import import_ads as import_file
    from crawlers.report import complain, show_imports
    from store.workspace import open_workspace

    opened, named = open_workspace(workspace), load_columns(columns) if columns else None
    done = {path: import_file(opened, path, complain, columns=named) for path in paths}
    raise typer.Exit(show_imports(done, as_json=as_json))


@imports.command("warc")
def import_warc(
    paths: FilesArgument, sites: SitesOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Import web archives through the parsers of the sites they hold, e.g. `sidelight import warc x.warc.gz`."""
    from crawlers.archives import import_warc as import_file
    from crawlers.report import complain, show_imports
    from crawlers.sites import discover
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    found, broken = discover(opened, sites or [])
    for problem in broken.values():
        complain(str(problem))
    done = {path: import_file(opened, found, path, complain) for path in paths}
    raise typer.Exit(show_imports(done, as_json=as_json))


@sites_app.command("list")
def list_sites(sites: SitesOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List every site with the state of its last run, e.g. `sidelight sites list`."""
    from crawlers.report import show_sites
    from store.workspace import open_workspace

    raise typer.Exit(show_sites(open_workspace(workspace), sites or [], as_json=as_json))


@sites_app.command("report")
def report_site(
    name: Annotated[str, typer.Argument(metavar="SITE", help="the site")],
    sites: SitesOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a site's last runs with their reasons, where it is blind, and which addresses its newest run set aside.

    E.g. `sidelight sites report harbor`; exit status 1 where that run was red.
    """
    from crawlers.report import show_report
    from store.workspace import open_workspace

    raise typer.Exit(show_report(open_workspace(workspace), name, sites or [], as_json=as_json))


@sites_app.command("new")
def new_site(
    name: Annotated[str, typer.Argument(help="the site's name, which becomes its folder's")],
    source: Annotated[str, typer.Option("--from", metavar="FILE_OR_URL", help="an ad's page, saved or on the web")],
    workspace: WorkspaceOption = None,
) -> None:
    """Begin a site from one of its ad pages: manifest with guessed selectors, and a first fixture for a person to read."""
    from crawlers.scaffold import scaffold
    from store.workspace import open_workspace

    folder = scaffold(open_workspace(workspace), name, source)
    typer.echo(
        f"{folder}: read and correct site.yml and fixtures/first/expected.json, then run `sidelight sites check {name}`"
    )


@sites_app.command("check")
def check_sites(
    names: Annotated[list[str] | None, typer.Argument(metavar="SITE...", help="sites to check; all without")] = None,
    sites: SitesOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Parse every fixture of the sites and compare with what a person expects: one line for each wrong field, exit status 1."""
    from crawlers.report import show_checks
    from store.workspace import open_workspace

    raise typer.Exit(show_checks(open_workspace(workspace), names, sites or []))


@captures_app.command("verify")
def verify_captures(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Check every byte of the evidence against its digests, e.g. `sidelight captures verify`; exit status 1 if any changed."""
    from crawlers.report import show_damages
    from store.workspace import open_workspace

    raise typer.Exit(show_damages(open_workspace(workspace), as_json=as_json))


@captures_app.command("show")
def show_capture(
    capture_id: Annotated[str, typer.Argument(help="as `sidelight show AD --json` names it")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the body of a captured page to stdout as it was received, e.g. `sidelight captures show ID > page.html`."""
    from crawlers.report import show_body
    from store.workspace import open_workspace

    show_body(open_workspace(workspace), capture_id)


@captures_app.command("index")
def index_captures(workspace: WorkspaceOption = None) -> None:
    """Print an index (CDXJ) of the evidence for replay tools, e.g. `sidelight captures index | LC_ALL=C sort > index.cdxj`."""
    from crawlers.captures import index_lines
    from store.workspace import open_workspace

    for line in index_lines(open_workspace(workspace)):
        typer.echo(line)
