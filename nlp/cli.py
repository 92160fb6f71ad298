"""Commands of reading: ads in, readings out; and why a text was read as it was."""

from pathlib import Path
from typing import Annotated

import typer

from store.options import InArgument, JsonOption, LimitOption, OutArgument, SchedulerOption, WorkspaceOption

app = typer.Typer()
# A colour for each kind of mention, readable on dark and light terminals; indicators are reversed.
COLOURS = {
    "phone": "bold green", "email": "bold cyan", "url": "bold cyan", "handle": "bold cyan", "payment": "bold yellow",
    "price": "bold yellow", "age": "bold magenta", "name": "bold blue", "place": "bold blue", "indicator": "reverse",
}  # fmt: skip
lexicon = typer.Typer(help="The lexicons of indicators: what a changed one would add and lose.")
app.add_typer(lexicon, name="lexicon")


@app.command()
def read(
    source: InArgument,
    target: OutArgument,
    workers: Annotated[int, typer.Option(min=0, max=256, help="worker processes; 0 takes one for each core")] = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Read ads (JSON Lines) into readings: phones, ages, prices, places, indicators ..., each with its exact words.

    Example: sidelight read ads.jsonl readings.jsonl
    """
    from crawlers.adlines import parse_ad
    from nlp.workers import Readers
    from store.jsonlines import LineReader, write_lines
    from store.spread import Spread

    lines = LineReader(source, parse_ad)
    with Spread(scheduler) as spread, Readers(workers, spread) as readers:
        write_lines(target, (reading.as_json() for reading in readers.read(lines)))
    raise typer.Exit(lines.exit_status)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="the words of an ad; - reads them from stdin")],
    region: Annotated[str, typer.Option(help="ISO country, a hint for phones")] = "US",
) -> None:
    """Show how a text is read, in colour: every mention, the way from its characters to its value, and the masked text.

    Example: sidelight explain "call 3one2 555 O142"
    """
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from nlp.explanation import explain as explained
    from nlp.explanation import printable

    words = sys.stdin.read() if text == "-" else text
    reading, found = explained(words, region)
    marked = Text(printable(words))
    table = Table("kind", "from the characters to the value", "also known", "found by", show_lines=True)
    for one in found:
        mention = one.mention
        style = COLOURS.get(mention.kind.value, "bold")
        marked.stylize(style, mention.start, mention.end)
        path = Text("\n").join(
            Text.assemble((f"{step:9}", "dim"), (printable(made), style if step == "value" else ""))
            for step, made in one.path
        )
        known = "\n".join(
            f"{name}: {value}" for name, value in mention.detail.items() if name not in {"parts", "entry"}
        )
        table.add_row(Text(mention.kind.value, style), path, Text(known), mention.source)
    console = Console()
    console.print(marked)
    if found:
        console.print(table)
    else:
        console.print("nothing found in it")
    console.print(Text.assemble(("language ", "dim"), reading.language))
    console.print(Text.assemble(("masked   ", "dim"), printable(reading.masked)))


@lexicon.command()
def diff(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="lexicons to try: a folder of *.yml")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = 5,
) -> None:
    """Show what the lexicons of FOLDER would add to and lose from the readings of the stored ads. Changes nothing.

    Example: sidelight lexicon diff my-lexicons --limit 10     (--limit: examples shown of each indicator and change)
    """
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from nlp.trial import Change, Difference, differences
    from store import audit
    from store.jsonlines import write_lines
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    act = audit.Act(audit.operator(), audit.Via.COMMAND, "lexicon-diff", "workspace", str(opened.root))
    audit.append(opened, act)
    counts: Counter[tuple[str, Change]] = Counter()
    shown: list[Difference] = []
    with opened.read() as connection:
        for one in differences(connection, folder):
            place = (one.mention.value, one.change)
            counts[place] += 1
            if one.change is not Change.KEPT and counts[place] <= limit:
                shown.append(one)
    if as_json:
        write_lines("-", ({"change": one.change, "ad_id": one.ad_id, **one.mention.as_json()} for one in shown))
        return
    if not counts:
        typer.echo("no stored ad has been read yet, or no lexicon finds anything in them")
        return
    table = Table("indicator", *(change.value for change in Change))
    for name in sorted({name for name, _ in counts}):
        table.add_row(name, *(f"{counts[name, change]:,}" for change in Change))
    console = Console()
    console.print(table)
    for one in sorted(shown, key=lambda one: (one.mention.value, one.change, one.ad_id)):
        sign = "+" if one.change is Change.ADDED else "-"
        console.print(Text(f"{sign} {one.mention.value}  {one.ad_id}  {one.mention.detail['entry']}", style="bold"))
        words = (one.before, (one.mention.surface, "reverse"), one.after)
        console.print(Text.assemble("    ", *words), highlight=False)
