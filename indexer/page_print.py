"""A page of hits as a terminal shows it: a few marks need no rich, which takes longer to import than the search does."""

import os
from functools import partial

import typer

from indexer.records import Hit, Page

SNIPPET = 60  # characters before and after a highlight
STEPS = 8  # of a chain
PLAIN = {"dumb", "unknown"}  # terminals without marks

_bold = partial(typer.style, bold=True)
_dim = partial(typer.style, dim=True)
_marked = partial(typer.style, bold=True, fg="yellow")
_cyan = partial(typer.style, fg="cyan")


def safe(text: str) -> str:
    """Text of an ad without what a terminal would act on."""
    return "".join(one if one.isprintable() else " " for one in text)


def print_page(page: Page) -> None:
    """Each hit with a snippet, and how it is linked where that was asked; then the total and the next page."""
    for hit in page.hits:
        facts = [safe(hit.site), f"{hit.posted_at:%Y-%m-%d}" if hit.posted_at else "no date"]
        facts += [f"group {hit.group_id} of {hit.document.group_size}"] if hit.group_id else []
        facts += [f"{hit.group_hits} hits"] if hit.group_hits is not None else []
        facts += [f"priority {hit.priority:.2f} ({hit.document.band})"] if hit.priority is not None else []
        _print(_bold(safe(hit.ad_id)) + _dim("  " + "  ".join(facts)))
        _print(_snippet(hit))
        for said in _chain(hit):
            _print(_cyan(f"  {safe(said)}"))
    _print(_dim(f"{len(page.hits)} of {page.total}, by {page.sort}"))
    if page.cursor:
        _print(_dim(f"next page: --after {page.cursor}"))


def _print(line: str) -> None:
    """Marks are for people: `typer` leaves them out of a pipe."""
    unmarked = "NO_COLOR" in os.environ or os.environ.get("TERM") in PLAIN
    typer.echo(line, color=False if unmarked else None)


def _chain(hit: Hit) -> list[str]:
    if hit.linked is None:
        return []
    steps = hit.linked.steps
    if not steps:
        return ["holds the contact itself"]
    said = [f"{place}. {step.sentence}" for place, step in enumerate(steps[:STEPS], start=1)]
    return said + ([f"and {len(steps) - STEPS} more steps"] if len(steps) > STEPS else [])


def _snippet(hit: Hit) -> str:
    """The title and the words around the first highlight."""
    title = f"  {safe(hit.document.title)}"
    first = next((one for one in hit.highlights if one.field == "body"), None)
    if first is None:
        return title
    body = hit.document.body
    before, after = body[max(first.start - SNIPPET, 0) : first.start], body[first.end : first.end + SNIPPET]
    return f"{title}\n  {_dim(safe(before))}{_marked(safe(first.surface))}{_dim(safe(after))}"
