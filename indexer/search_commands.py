"""The command `search`: a page of hits, a table, a histogram, a map grid, a list looked up, or everything to a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from store.workspace import Workspace


class Order(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    TIME = "time"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Asking:
    """The workspace that is asked, and what the person says of why."""

    workspace: "Workspace"
    case_id: str | None
    reason: str | None

    def record(
        self,
        action: str,
        words: str,
        kind: str = "query",
        facts: dict[str, str | int] | None = None,
        asked: Sequence[str] = (),
    ) -> None:
        """Record the look, and each contact that is asked for. Raises PurposeError where more has to be said of why."""
        from indexer import lookups
        from store import audit

        who, via = audit.operator(), audit.Via.COMMAND
        try:
            lookups.require_purpose(self.workspace.settings, asked, self.case_id, self.reason)
        except lookups.PurposeError as problem:
            raise lookups.PurposeError(f"{problem}, with --reason TEXT and --case ID") from None
        act = audit.Act(
            who,
            via,
            action,
            kind,
            words,
            words=words,
            case_id=self.case_id,
            reason=self.reason,
            facts={**(facts or {})},
        )
        audit.append(self.workspace, act)
        lookups.record(self.workspace, who, via, asked, self.case_id, self.reason)


class Measured(StrEnum):
    """What is measured beside counting."""

    PRICE = "price"
    AGE = "age"


class Bars(StrEnum):
    """How wide a bar is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="words and filters; see docs/searching.md")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = 20,
    sort: Annotated[
        Order | None, typer.Option("--sort", help="else relevance for words, time for filters alone")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="the page after the one that gave CURSOR")
    ] = None,
    groups: Annotated[bool, typer.Option("--groups", help="each group once, with its best ad")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="FIELDS", help="count by these instead, such as city,month")
    ] = None,
    measure: Annotated[
        Measured | None, typer.Option("--measure", help="with --by: the spread of prices per hour, or of ages")
    ] = None,
    bars: Annotated[Bars | None, typer.Option("--histogram", help="count by the day they were posted")] = None,
    zoom: Annotated[
        int | None, typer.Option("--map", metavar="ZOOM", min=0, max=12, help="count by square of a map")
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="look up every identifier of a CSV instead")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="with --list: the column; else the first")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="write every hit to a .csv or .jsonl file")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="why you look; it stands in the audit log")
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="the case you look for; it stands in the audit log")
    ] = None,
) -> None:
    """Search the ads: `sidelight search 'linked:"(202) 555-0143" posted:last-7-days'`.

    E.g. price per hour by city and month for the ads linked to a phone: the same with `--by city,month --measure price`.
    """
    from store.errors import UsageError
    from store.workspace import open_workspace

    chosen = [
        name
        for name, value in (
            ("--by", by),
            ("--histogram", bars),
            ("--map", zoom),
            ("--list", listed),
            ("--export", export),
        )
        if value is not None
    ]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} are two questions; ask one at a time")
    asking = Asking(open_workspace(workspace), (case or "").strip() or None, (reason or "").strip() or None)
    if listed is not None:
        _list(asking, listed, column, as_json=as_json)
    elif export is not None:
        _export(asking, query, export)
    elif chosen:
        _count(asking, query, by, measure, bars, zoom, limit, as_json=as_json)
    else:
        _page(asking, query, limit, sort, after, groups=groups, as_json=as_json)


def _page(
    asking: Asking,
    query: str,
    limit: int,
    sort: Order | None,
    after: str | None,
    *,
    groups: bool,
    as_json: bool,
) -> None:
    from indexer.lookups import contacts
    from indexer.records import Sort
    from indexer.search import search as ask

    asking.record("search", query, asked=contacts(query))
    order = Sort(sort.value) if sort else None
    page = ask(asking.workspace, query, limit=limit, sort=order, cursor=after, collapse_groups=groups)
    if as_json:
        from store.jsonlines import write_lines

        write_lines("-", (hit.as_json() for hit in page.hits))
        if page.cursor:
            typer.echo(f"next page: --after {page.cursor}", err=True)
    else:
        from indexer.page_print import print_page

        print_page(page)


def _count(
    asking: Asking,
    query: str,
    by: str | None,
    measure: Measured | None,
    bars: Bars | None,
    zoom: int | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from indexer import questions, search_print
    from indexer.lookups import contacts
    from store.jsonlines import write_lines

    workspace = asking.workspace
    asking.record("search", query, asked=contacts(query))
    if bars is not None:
        found = questions.histogram(workspace, query, questions.Step(bars.value))
        if as_json:
            write_lines("-", map(asdict, found))
        else:
            search_print.print_bars(found)
    elif zoom is not None:
        cells = questions.map_grid(workspace, query, zoom)
        if as_json:
            write_lines("-", map(asdict, cells))
        else:
            search_print.print_cells(cells, limit)
    else:
        names = [name.strip() for name in (by or "").split(",")]
        rows = questions.table(workspace, query, names, questions.Measure(measure.value) if measure else None)
        if as_json:
            write_lines("-", (row.as_json(names) for row in rows))
        else:
            search_print.print_table(rows, names, limit, measured=measure is not None)


def _list(asking: Asking, listed: Path, column: str | None, *, as_json: bool) -> None:
    from indexer.lists import identifiers, look_up
    from indexer.lookups import of_person
    from indexer.search_print import print_list
    from store.jsonlines import write_lines

    found = identifiers(listed, column)
    asked = list(dict.fromkeys(one for text in found for one in of_person(text)))
    asking.record("search", "\n".join(found), kind="list", facts={"identifiers": len(found)}, asked=asked)
    rows = look_up(asking.workspace, found)
    if as_json:
        write_lines("-", (row.as_json() for row in rows))
    else:
        print_list(rows)


def _export(asking: Asking, query: str, target: Path) -> None:
    from indexer.export import export, suffix
    from indexer.lookups import contacts
    from indexer.search import search as ask
    from store import approvals, audit

    asking.record("export", query, facts={"format": suffix(target).lstrip(".")}, asked=contacts(query))
    rows = ask(asking.workspace, query, limit=1).total
    approvals.require(asking.workspace, audit.operator(), f"query:{query}", rows)
    count = export(asking.workspace, query, target)
    asking.record("exported", query, facts={"ads": count})
    typer.echo(f"{count} ads in {target}")
