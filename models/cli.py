"""Commands of the models: score, and the way of a trained model from labels to being in force."""

from typing import Annotated

import typer

from models.governance_commands import AdsOption, LabelsOption
from models.governance_commands import app as governance_app
from models.style_commands import app as style_app
from store.options import InArgument, JsonOption, OutArgument, SchedulerOption, WorkspaceOption

app = typer.Typer()
app.add_typer(governance_app)
labels_app = typer.Typer(help="The label ledger: what people decided about groups.", no_args_is_help=True)
app.add_typer(labels_app, name="labels")
app.add_typer(style_app, name="style")


@app.command()
def score(source: InArgument, target: OutArgument, scheduler: SchedulerOption = "") -> None:
    """Read, link and score ads: `sidelight score ads.jsonl priorities.jsonl`. A value is a review priority, no finding."""
    from crawlers.adlines import parse_ad
    from models.grouping import views_of
    from models.scorelines import lines
    from store.jsonlines import LineReader, write_lines
    from store.spread import Spread

    reader = LineReader(source, parse_ad)
    with Spread(scheduler) as spread:
        write_lines(target, lines(views_of(reader, spread), spread=spread))
    raise typer.Exit(reader.exit_status)


@app.command()
def train(
    name: Annotated[str, typer.Option("--name", help="name of the new model")] = "challenger",
    labels: LabelsOption = None,
    ads: AdsOption = None,
    seed: Annotated[int, typer.Option(help="of everything random")] = 0,
    away: Annotated[
        list[str] | None, typer.Option("--hold-out-site", help="measure on this site and learn nothing from it")
    ] = None,
    order: Annotated[str, typer.Option(help="of a user's own text: its classes, least first, as low,medium,high")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Train a calibrated classifier from the label ledger, or from files: `sidelight train --labels l.csv --ads a.jsonl`."""
    from models import owntext, owntraining, seals
    from models.corpora import corpus
    from models.folders import place
    from models.retraining import train as make
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    folder = place(opened.trained, name)
    sites = frozenset(away or ())
    if labels and ads and owntext.is_own(labels, ads):
        classes = tuple(one.strip() for one in order.split(",")) if order else None
        own = owntraining.train(owntext.texts(labels, ads), folder, seed=seed, order=classes, away=sites)
        seals.seal(opened, folder)
        typer.echo("\n".join(own.told))
        return
    cases, pipeline = corpus(opened, labels, ads)
    made = make(cases, folder, pipeline=pipeline, seed=seed, away=sites)
    seals.seal(opened, folder)
    audit.append(
        opened, audit.Act(audit.operator(), audit.Via.COMMAND, "train", "model", name, facts={"digest": made.digest})
    )
    rows = made.rows
    typer.echo(f"{folder}: learned from {rows['learn']} groups ({rows['learn_positive']} indicated)")
    typer.echo(f"near-copies of groups learned from among the {rows['test']} to be measured on: {rows['near_copies']}")
    if made.rehearsal:
        typer.echo("rehearsal only: its labels come from the market and it ranks nothing real")
    typer.echo(f"next: sidelight evaluate {name}")


@labels_app.command("import")
def import_labels(
    source: Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON Lines with ad_id or group_id, and value")],
    workspace: WorkspaceOption = None,
) -> None:
    """Add labels to the ledger: `sidelight labels import labels.csv`. Labels that are there already are not added again."""
    from models.corpora import import_file
    from store.jsonlines import SKIPPED_SOME
    from store.workspace import open_workspace

    added, skipped = import_file(open_workspace(workspace), source)
    typer.echo(f"{added} labels added, {skipped} lines skipped")
    raise typer.Exit(SKIPPED_SOME if skipped else 0)


@labels_app.command("count")
def count_labels(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """How many labels stand in the ledger, by value and tier."""
    from collections import Counter

    import orjson

    from models.labels import standing
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        counts = Counter((one.value.value, one.tier.value) for one in standing(connection))
    for (value, tier), count in sorted(counts.items()):
        row = {"value": value, "tier": tier, "labels": count}
        typer.echo(orjson.dumps(row).decode() if as_json else f"{count:6} {value} ({tier})")


@labels_app.command("agreement")
def labels_agreement(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """How far readers of the same groups agree beyond chance: kappa with its interval, all together and pair by pair."""
    from dataclasses import asdict

    import orjson

    from models.agreement import agreement
    from models.labels import standing
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        found = agreement(standing(connection))
    for one in found:
        typer.echo(orjson.dumps(asdict(one)).decode() if as_json else one.sentence)


@labels_app.command("weak")
def weak(target: OutArgument, workspace: WorkspaceOption = None) -> None:
    """Write what the indicators alone would answer (Dawid-Skene), to look at: `sidelight labels weak weak.jsonl`."""
    from models.grouping import stored_views
    from models.weak import lines, weak_labels
    from store import audit
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "weak labels", "workspace", str(opened.root)))
    views = list(stored_views(opened))
    made = weak_labels(views, opened.settings.prevalence)
    write_lines(target, lines(views, made))
    typer.echo(
        f"{len(views)} groups, estimated share that matters {made.prevalence:.3f}; no label of a person", err=True
    )
    for one in made.readers:
        typer.echo(f"  {one.family:24} yes for {one.recall:.2f} of these, {one.false_alarms:.2f} of others", err=True)


@app.command()
def drift(
    terms: Annotated[
        bool, typer.Option("--terms", help="new words near indicators, and what adopting them would add")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Does what came in last week look like the eight weeks before it? If not, the scorecard ranks until it does."""
    from dataclasses import asdict

    import orjson

    from models.drift import as_json as rows
    from models.drift_checks import check
    from store import audit
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, "drift", "workspace", str(opened.root)))
    if terms:
        from models.drift_checks import terms as proposed

        for term in proposed(opened):
            told = (
                f"{term.term}: beside {term.indicator} in {term.ads_now} ads of the week ({term.ads_before} before); would "
                f"add it to {term.gaining_ads} ads of {term.gaining_groups} groups, {term.new_leads} new leads"
            )
            typer.echo(orjson.dumps(asdict(term)).decode() if as_json else told)
        return
    found = check(opened)
    if as_json:
        typer.echo(orjson.dumps(rows(found)).decode())
        return
    typer.echo(f"{'drift' if found.alarm else 'calm'} on {found.at:%Y-%m-%d}: {found.why}")
    for one in sorted(found.measures, key=lambda one: -one.psi):
        mark = "!" if one.drifted else " "
        typer.echo(f"{mark} {one.name:28} {one.before:7.3f} {one.now:7.3f}   PSI {one.psi:.3f}   KS {one.ks:.3f}")
