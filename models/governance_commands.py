"""Commands on trained models: evaluate, compare, promote and take back, card, and the notebooks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from store.workspace import Workspace

app = typer.Typer()

NameArgument = Annotated[str, typer.Argument(metavar="MODEL", help="name of a folder in the workspace's trained/")]
LabelsOption = Annotated[
    Path | None, typer.Option("--labels", help="labels in CSV or JSON Lines (or a market's truth.jsonl), with --ads")
]
AdsOption = Annotated[
    Path | None, typer.Option("--ads", help="the labelled ads in JSON Lines; without it, the ledger's")
]


@app.command()
def evaluate(
    name: NameArgument,
    labels: LabelsOption = None,
    ads: AdsOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="leave out what trains or reads anew: sites, periods, disguises, swaps")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Measure a model on labelled groups it has not seen, and write its card."""
    import orjson

    from models import seals
    from models.corpora import material
    from models.folders import CARD, place
    from models.measuring import measure
    from nlp.pipeline import version
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    folder = place(opened.trained, name)
    seals.verify(opened, folder, but=seals.MEASURED)
    views, given = material(opened, labels, ads)
    figures = measure(views, given, folder, pipeline=version(), capacity=opened.settings.queue_capacity, quick=quick)
    seals.seal(opened, folder)
    _record(opened, "evaluate", name, groups=figures["groups"], quick=quick)
    typer.echo(orjson.dumps(figures).decode() if as_json else (folder / CARD).read_text("utf-8"))


@app.command()
def compare(
    challenger: NameArgument,
    champion: Annotated[str | None, typer.Argument(help="else the model in force")] = None,
    labels: LabelsOption = None,
    ads: AdsOption = None,
    replay: Annotated[
        int, typer.Option("--replay", min=0, max=366, help="also replay the queues of so many last days")
    ] = 0,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Challenger against champion on the same held-out groups, and what would enter and leave the queue."""
    import orjson

    from models.corpora import rivals
    from models.replay import replayed
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    found = rivals(opened, challenger, champion, labels, ads)
    if replay:
        days = replayed(opened, challenger, str(found["champion"]), replay, labels, ads)
        told = [*found["told"], *(line for one in days for line in one.told)]
        found = {**found, "replay": [one.as_json() for one in days], "told": told}
    _record(opened, "compare", challenger, champion=str(found["champion"]), days=replay)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
        return
    for line in found["told"]:
        typer.echo(line)


@app.command()
def promote(
    name: Annotated[str | None, typer.Argument(metavar="MODEL", help="a trained model, or scorecard")] = None,
    why: Annotated[str, typer.Option("--why", help="stands in the audit log")] = "",
    back: Annotated[bool, typer.Option("--back", help="take the newest promotion back")] = False,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="this workspace holds a rehearsal market")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Put an evaluated model in force from the next scoring on; `sidelight promote --back` takes the newest back."""
    from models import promotion
    from nlp.pipeline import version
    from store.errors import UsageError
    from store.workspace import open_workspace

    if back == (name is not None):
        raise UsageError("name a model to promote, or say --back to take the newest promotion back")
    opened = open_workspace(workspace)
    made = (
        promotion.promote(opened, name, why=why, pipeline=version(), rehearsal=rehearsal)
        if name is not None
        else promotion.back(opened, why=why, pipeline=version())
    )
    typer.echo(f"{made.model} is in force; sidelight process scores every group anew")


@app.command()
def card(
    name: NameArgument,
    consulted: Annotated[
        str, typer.Option("--consulted", help="somebody who was asked about the model; with --said")
    ] = "",
    said: Annotated[str, typer.Option("--said", help="what they said")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write a model's card anew from its manifest and figures, and print it; or add who was consulted."""
    from models import cards, seals
    from models.folders import CARD, place
    from store.errors import UsageError
    from store.schema import now
    from store.workspace import open_workspace

    if bool(consulted) != bool(said):
        raise UsageError("--consulted and --said go together: who was asked, and what they said")
    opened = open_workspace(workspace)
    folder = place(opened.trained, name)
    seals.verify(opened, folder, but=(CARD,))
    if consulted:
        cards.consult(folder, consulted, now().date().isoformat(), said)
    text = cards.write(folder)
    seals.seal(opened, folder)
    _record(opened, "card", name, consulted=bool(consulted))
    typer.echo(text)


@app.command()
def notebook(
    name: Annotated[
        str, typer.Argument(help="one of 01_explore, 02_retrain, 03_error_analysis, 04_bias_and_calibration")
    ] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open a browser")] = True,
    workspace: WorkspaceOption = None,
) -> None:
    """Open the notebooks on a workspace, in copies that stay in it. Stop with Ctrl-C."""
    from models.notebooks import start
    from store.workspace import open_workspace

    start(open_workspace(workspace), name, browser=browser)


def _record(opened: "Workspace", action: str, name: str, **facts: str | int | bool) -> None:
    from store import audit

    audit.append(opened, audit.Act(audit.operator(), audit.Via.COMMAND, action, "model", name, facts=facts))
