"""Commands of reading: ads in, readings out; and why a text was read as it was."""

from typing import Annotated

import typer

from store.options import InArgument, OutArgument

app = typer.Typer()


@app.command()
def read(
    source: InArgument,
    target: OutArgument,
    workers: Annotated[int, typer.Option(min=0, max=256, help="worker processes; 0 takes one for each core")] = 0,
) -> None:
    """Read ads (JSON Lines) into readings: phones, ages, prices, places, indicators ..., each with its exact words.

    Example: sidelight read ads.jsonl readings.jsonl
    """
    from crawlers.adlines import parse_ad
    from nlp.workers import Readers
    from store.jsonlines import LineReader, write_lines

    lines = LineReader(source, parse_ad)
    with Readers(workers) as readers:
        write_lines(target, (reading.as_json() for reading in readers.read(lines)))
    raise typer.Exit(lines.exit_status)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="the words of an ad")],
    region: Annotated[str, typer.Option(help="ISO country, a hint for phones")] = "US",
) -> None:
    """Show how a text is read: every mention marked, with its value and how it was written, and the masked text.

    Example: sidelight explain "call 3one2 555 O142"
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    from crawlers.records import Ad
    from nlp.pipeline import read_ads

    (reading,) = read_ads([Ad("text:1", "text", "", None, body=text, region=region)])
    marked = Text(text)
    table = Table("kind", "value", "as written", "found by", "detail")
    for mention in reading.mentions:
        marked.stylize("bold reverse" if mention.kind == "indicator" else "bold underline", mention.start, mention.end)
        detail = ", ".join(f"{name}: {value}" for name, value in mention.detail.items())
        table.add_row(mention.kind.value, *map(escape, (mention.value, mention.surface, mention.source, detail)))
    console = Console()
    console.print(marked, table, Text(f"language: {reading.language}"), Text(f"masked:   {reading.masked}"), sep="\n")
