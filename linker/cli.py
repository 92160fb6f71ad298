"""Commands of the linker."""

from typing import Annotated

import typer

from store.options import InArgument, JsonOption, OutArgument, WorkspaceOption

app = typer.Typer()


@app.command()
def link(source: InArgument, target: OutArgument) -> None:
    """Group the ads that belong together, with the reason of every link: `sidelight link ads.jsonl groups.jsonl`."""
    from crawlers.adlines import parse_ad
    from linker.linking import link as link_all
    from linker.signals import signals_of
    from nlp.pipeline import read_ads
    from store.jsonlines import LineReader, write_lines

    lines = LineReader(source, parse_ad)
    # An ad given twice counts as it was last given.
    ads = {ad.ad_id: ad for ad in lines}
    groups = link_all(signals_of(ads[reading.ad_id], reading) for reading in read_ads(ads.values()))
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
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why two ads are in one group: the shortest chain of evidence between them, step by step."""
    from linker.why import why as steps_between
    from store import audit
    from store.errors import UsageError
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    for ad_id in (left, right):
        audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "why", "ad", ad_id))
    with opened.read() as connection:
        steps = steps_between(connection, left, right)
    if not steps and left != right:
        raise UsageError(f"nothing links {left} and {right}: they are in different groups, or were not linked yet")
    if as_json:
        write_lines(
            "-",
            (
                {"left": step.left, "right": step.right, "links": [one.as_json() for one in step.links]}
                for step in steps
            ),
        )
        return
    for number, step in enumerate(steps, start=1):
        typer.echo(f"{number}. {step.sentence()}")
