"""The whole job on the rehearsal market over real HTTP, in about a minute, with its scores against the truth."""

import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, func, select

import market
from crawlers.tables import ads, captures, runs, sightings
from linker.tables import group_members, groups, links
from models.records import Band, Direction, Lane, Priority
from models.stored import load_priorities
from models.tables import priorities
from nlp.records import Kind
from nlp.stored import load_readings
from nlp.tables import readings
from operations import rehearsal
from operations.daily import Sources, daily
from operations.rehearsal import Line, Truth
from store import audit
from store.audit import Act, Via
from store.workspace import Workspace, open_workspace

DAYS = 14
LEADS = 5
WIDEST = 118  # columns, where the terminal has them
SITES = Path(market.__file__).parent / "sites"


def run(given: Path | None, *, seed: int, ads: int, serve: bool) -> None:
    """Make a market, serve it, crawl it, run the day, and print what came of it."""
    from market.make import make
    from market.server import serve as serve_market

    out = Console(width=min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    started = time.monotonic()
    root = given or Path(tempfile.mkdtemp(prefix="sidelight-demo-"))
    workspace = open_workspace(root)
    folder = root / "market"
    make(folder, seed=seed, ads=ads, days=DAYS)
    truth = rehearsal.load_truth(folder)
    out.print(f"A rehearsal market of {len(truth):,} synthetic ads (seed {seed}); the workspace is {root}")
    with serve_market(folder, port=0) as server:
        daily(workspace, Sources(folders=[SITES], origin=server.origin))
    with workspace.read() as connection:
        _print_runs(out, connection)
        _print_stages(out, connection)
        ranked = _ranked(connection)
        _print_leads(out, ranked, truth)
        _print_scores(out, connection, ranked, truth)
    _print_search(out, workspace)
    out.print(f"\nAll of it in {time.monotonic() - started:.0f} s. Go on with:")
    for command in (
        f"./sidelight search 'has:phone' --workspace {root}",
        f"./sidelight queue --workspace {root}",
        f"./sidelight serve --open --workspace {root}",
    ):
        out.print(f"  {command}", style="bold", highlight=False, soft_wrap=True)
    if serve:
        from console.serve import serve as serve_console

        serve_console(workspace, open_link=True)


def _print_runs(out: Console, connection: Connection) -> None:
    table = Table("site", "verdict", "pages", "ads", "reasons", title="Crawled over HTTP", title_justify="left")
    for row in connection.execute(select(runs).where(runs.c.ended_at.is_not(None)).order_by(runs.c.site)):
        counts = row.counts or {}
        table.add_row(
            row.site,
            row.state,
            f"{counts.get('pages', 0):,}",
            f"{counts.get('ads', 0):,}",
            "; ".join(row.reasons or []),
        )
    out.print(table)


def _print_stages(out: Console, connection: Connection) -> None:
    stages = {
        "captures": captures,
        "ads": ads,
        "sightings": sightings,
        "readings": readings,
        "links": links,
        "groups": groups,
        "priorities": priorities,
    }
    table = Table(*stages, title="Counts per stage", title_justify="left")
    table.add_row(
        *(f"{connection.execute(select(func.count()).select_from(one)).scalar_one():,}" for one in stages.values())
    )
    out.print(table)


def _ranked(connection: Connection) -> list[tuple[Priority, tuple[str, ...]]]:
    """Every scored group with its ads, in the order of review: the first lane, then by value."""
    members: dict[str, list[str]] = {}
    for row in connection.execute(select(group_members.c.group_id, group_members.c.ad_id)):
        members.setdefault(row.group_id, []).append(row.ad_id)
    scored = load_priorities(connection, sorted(members)).values()
    order = sorted(scored, key=lambda one: (one.band is Band.ABSTAINED, -one.value, one.group_id))
    return [(one, tuple(sorted(members[one.group_id]))) for one in order]


def _print_leads(out: Console, ranked: list[tuple[Priority, tuple[str, ...]]], truth: Truth) -> None:
    first = sum(one.lane is Lane.FIRST for one, _ in ranked)
    table = Table(
        "group", "ads", "priority", "reasons for review", "truth file", show_lines=True,
        title=f"Top {LEADS} of the ranked lane (a review priority, never a finding)", title_justify="left",
    )  # fmt: skip
    table.columns[0].overflow = "fold"  # an id is to be copied whole
    top = [pair for pair in ranked if pair[0].lane is Lane.RANKED and pair[0].route in ("review", "recruitment")][
        :LEADS
    ]
    for one, ad_ids in top:
        reasons = [piece.sentence for piece in one.evidence if piece.direction is Direction.FOR]
        reasons += [f"against: {piece.sentence}" for piece in one.evidence if piece.direction is Direction.AGAINST][:1]
        table.add_row(
            one.group_id,
            str(len(ad_ids)),
            f"{one.value:.2f} {one.band}",
            "\n".join(reasons[:5]),
            f"{'true' if rehearsal.is_lead(ad_ids, truth) else 'not a lead'} ({rehearsal.written_by(ad_ids, truth)})",
        )
    right = sum(rehearsal.is_lead(ad_ids, truth) for _, ad_ids in top)
    out.print(table)
    out.print(
        f"{right} of {len(top)} are true by the truth file. {first} groups state an age below 18: their own lane, first."
    )


def _print_scores(
    out: Console, connection: Connection, ranked: list[tuple[Priority, tuple[str, ...]]], truth: Truth
) -> None:
    lane = [pair for pair in ranked if pair[0].route in ("review", "recruitment")]
    marks = _marks(connection, lane)
    lines = [
        *rehearsal.extraction(connection, truth),
        rehearsal.linking(connection, truth),
        rehearsal.leads(lane, marks, truth, 50),
    ]
    table = Table(
        "what", "precision", "recall", "F1", "n", "simple method", "its F1 (precision, recall)", title_justify="left"
    )
    table.title = "Against the truth, with a simple method beside ours"
    for line in lines:
        table.add_row(*_cells(line))
    out.print(table)
    out.print(rehearsal.CAVEAT, style="italic")


def _cells(line: Line) -> tuple[str, ...]:
    ours, theirs = line.ours, line.theirs
    other = f"{theirs.f1:.3f} ({theirs.precision:.3f}, {theirs.recall:.3f})" if theirs else ""
    return (
        line.what, f"{ours.precision:.3f}", f"{ours.recall:.3f}", f"{ours.f1:.3f}", f"{ours.n:,}", line.simple, other,
    )  # fmt: skip


def _marks(connection: Connection, ranked: list[tuple[Priority, tuple[str, ...]]]) -> Counter[str]:
    """How many indicator mentions each group holds."""
    owner = {ad_id: one.group_id for one, ad_ids in ranked for ad_id in ad_ids}
    marks: Counter[str] = Counter()
    for ad_id, reading in load_readings(connection, sorted(owner)).items():
        marks[owner[ad_id]] += sum(not mention.detail.get("negated") for mention in reading.of(Kind.INDICATOR))
    return marks


def _print_search(out: Console, workspace: Workspace) -> None:
    from indexer.search import search

    with workspace.read() as connection:
        phone = _spread_phone(connection)
    if phone is None:
        return
    query = f"linked:{phone}"
    audit.append(workspace, Act(audit.operator(), Via.COMMAND, "search", "query", query, words=query))
    page = search(workspace, query, limit=3)
    out.print(
        f"\nSearch example: [bold]{query}[/bold] finds {page.total:,} ads of the groups that hold this number, such as:"
    )
    for hit in page.hits:
        out.print(
            f"  {hit.ad_id:<22} {hit.site:<10} posted {hit.posted_at:%Y-%m-%d}" if hit.posted_at else f"  {hit.ad_id}"
        )


def _spread_phone(connection: Connection) -> str | None:
    """The phone that joins the most ads without being a hub."""
    return connection.execute(
        select(links.c.key)
        .where(links.c.reason == "phone")
        .group_by(links.c.key)
        .order_by(func.count().desc(), links.c.key)
    ).scalar()
