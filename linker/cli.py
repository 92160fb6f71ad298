"""Commands of the linker."""

from typing import Annotated

import typer

from store.options import InArgument, JsonOption, OutArgument, SchedulerOption, WorkspaceOption

app = typer.Typer()


@app.command()
def link(source: InArgument, target: OutArgument, scheduler: SchedulerOption = "") -> None:
    """Group the ads that belong together, with the reason of every link: `sidelight link ads.jsonl groups.jsonl`."""
    from crawlers.adlines import parse_ad
    from linker.linking import link as link_all
    from linker.signals import signals_of
    from nlp.workers import Readers
    from store.jsonlines import LineReader, write_lines
    from store.spread import Spread

    lines = LineReader(source, parse_ad)
    # An ad given twice counts as it was last given.
    ads = {ad.ad_id: ad for ad in lines}
    with Spread(scheduler) as spread, Readers(1, spread) as readers:
        signals = (signals_of(ads[reading.ad_id], reading) for reading in readers.read(ads.values()))
        groups = link_all(signals, spread=spread)
    write_lines(
        target,
        (
            {
                "group_id": group.group_id,
                "ad_ids": list(group.ad_ids),
                "links": [
                    {
                        "left": one.left,
                        "right": one.right,
                        "reason": one.reason.value,
                        "key": one.key,
                        "weight": one.weight,
                    }
                    for one in group.links
                ],
                "hub_keys": sorted({hub.key for hub in group.hubs}),
            }
            for group in groups
        ),
    )
    raise typer.Exit(lines.exit_status)


@app.command()
def why(
    left: Annotated[str, typer.Argument(metavar="AD")],
    right: Annotated[str, typer.Argument(metavar="AD")],
    chains: Annotated[int, typer.Option("--chains", "-n", min=1, max=20, help="at most this many chains")] = 3,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why two ads are in one group, or why not: the shortest chains of evidence, with the words of each ad."""
    from linker.answer import answer, lines
    from store import audit
    from store.errors import UsageError
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    if left == right:
        raise UsageError(f"`why` needs two different ads; {left!r} was given twice")
    opened = open_workspace(workspace)
    for ad_id in (left, right):
        audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "why", "ad", ad_id))
    with opened.read() as connection:
        found = answer(connection, left, right, chains)
    for ad_id in found.between:
        audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "why", "ad", ad_id))
    if as_json:
        write_lines("-", [found.as_json()])
        return
    for line in lines(found):
        typer.echo(line)
