"""What the crawlers' commands print."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typer
from sqlalchemy import select

from crawlers.captures import body_of, verify
from crawlers.fixtures import check
from crawlers.halts import halt
from crawlers.imports import Imported
from crawlers.overview import site_report, standings, trend
from crawlers.records import RunVerdict
from crawlers.sites import discover
from crawlers.tables import ads
from store import audit
from store.audit import Act, Via
from store.errors import BusyError, UsageError
from store.health import State
from store.jsonlines import SKIPPED_SOME, write_lines
from store.quarantine import require_shown
from store.schema import now
from store.workspace import Workspace


def complain(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"{message}\n")


def show_verdicts(verdicts: Sequence[RunVerdict], *, as_json: bool) -> int:
    """A line for each run; 1 where one is red."""
    if as_json:
        write_lines("-", ({**_facts(one), "counts": dict(one.counts), "fill": dict(one.fill)} for one in verdicts))
    for one in () if as_json else verdicts:
        counts = " ".join(f"{name} {one.counts.get(name, 0)}" for name in ("pages", "ads", "new", "changed", "gone"))
        typer.echo(f"{one.site:<12} {one.state.value:<6} {counts}")
        for reason in one.reasons if one.state is not State.GREEN else ():
            typer.echo(f"{'':<12} - {reason}")
    return int(any(one.state is State.RED for one in verdicts))


def show_stops(workspace: Workspace, names: Sequence[str] | None, folders: Iterable[Path]) -> int:
    """Stop the crawls of these sites (of all, where None), a line for each; 1 where one did not stop in time."""
    found, broken = discover(workspace, folders)
    unknown = [name for name in names or () if name not in found and name not in broken]
    if unknown:
        raise UsageError(f"no site {unknown[0]!r}; known are: {', '.join(sorted(found)) or 'none'}")
    late = 0
    for name in names or sorted(found):
        try:
            typer.echo(f"{name}: {'stopped' if halt(workspace, name) else 'nothing was crawling it'}")
        except BusyError as problem:
            late += 1
            complain(f"{name}: has not stopped yet: {problem}")
    return int(late > 0)


def show_imports(done: Mapping[Path, Imported], *, as_json: bool) -> int:
    """A line for each file; 3 where lines or records were skipped."""
    if as_json:
        write_lines("-", ({"file": str(path), "run_id": one.run_id, **one.counts} for path, one in done.items()))
    for path, one in () if as_json else done.items():
        counted = ", ".join(f"{name} {number}" for name, number in sorted(one.counts.items()))
        strange = bool(one.counts.get("records")) and one.counts.get("foreign") == one.counts.get("records")
        told = "; no site of the workspace or of --sites has their hosts" if strange else ""
        typer.echo(f"{path}: {counted or 'nothing in it'}{told}")
    return SKIPPED_SOME if any(one.counts.get("bad") for one in done.values()) else 0


def show_sites(workspace: Workspace, folders: Iterable[Path], *, as_json: bool) -> int:
    """A line for each site: state, last run, next run, yield of its last runs; 1 where a manifest is malformed."""
    found, broken = discover(workspace, folders)
    moment = now()
    lines = standings(workspace, found, moment)
    if as_json:
        write_lines("-", ({**asdict(one), "folder": str(found[one.site].folder)} for one in lines))
    for one in () if as_json else lines:
        last = _local(workspace, one.last_run) if one.last_run else ""
        following = "" if one.next_run is None else "due" if one.next_run <= moment else _local(workspace, one.next_run)
        ads = f"{trend(one.yields)} {one.ads:,} ads" if one.ads is not None else ""
        typer.echo(f"{one.site:<16} {one.state:<11} last {last:<16}  next {following:<16}  {ads}".rstrip())
    for problem in broken.values():
        complain(str(problem))
    return int(bool(broken))


def show_report(workspace: Workspace, name: str, folders: Iterable[Path], *, as_json: bool) -> int:
    """A site's last runs with their reasons, its blind spots, and what its newest run set aside; 1 where that run was red."""
    with workspace.read() as connection:
        found = site_report(connection, name)
    sites, broken = discover(workspace, folders)
    if not found.runs and name not in sites and name not in broken:
        raise UsageError(f"no site {name!r}; known are: {', '.join(sorted(sites)) or 'none'}")
    if as_json:
        write_lines("-", [{**asdict(found), "yields": found.yields}])
    else:
        typer.echo(
            f"{name}: {trend(found.yields)} ads {' '.join(map(str, found.yields))}" if found.runs else f"{name}: no run"
        )
        for one in found.runs:
            counts = " ".join(f"{key} {one.counts.get(key, 0)}" for key in ("pages", "ads", "new", "changed", "gone"))
            typer.echo(f"{_local(workspace, one.ended_at)}  {one.state.value:<6} {counts}")
            for reason in one.reasons if one.state is not State.GREEN else ():
                typer.echo(f"  - {reason}")
        for title, lines in (
            (
                "blind spots",
                [f"{one.state.value:<6} {one.measure} {one.place or ''} {one.reason}" for one in found.blind_spots],
            ),
            (
                "set aside by the newest run",
                [f"{one.outcome.value:<8} {one.url}: {one.error}" for one in found.set_aside],
            ),
        ):
            if lines:
                typer.echo(f"{title}:")
                for line in lines:
                    typer.echo(f"  {' '.join(line.split())}")
    return int(bool(found.runs) and found.runs[0].state is State.RED)


def _local(workspace: Workspace, moment: datetime) -> str:
    return moment.astimezone(workspace.settings.zone).strftime("%Y-%m-%d %H:%M")


def show_checks(workspace: Workspace, names: Sequence[str] | None, folders: Iterable[Path]) -> int:
    """A line for each fixture that holds, and one for each wrong field; 1 where anything is wrong."""
    found, broken = discover(workspace, folders)
    for name in names or ():
        if name not in found and name not in broken:
            raise UsageError(f"no site {name!r}; known are: {', '.join(sorted(found)) or 'none'}")
    wrong = 0
    for name, problem in sorted(broken.items()):
        if not names or name in names:
            wrong += 1
            complain(str(problem))
    for name, site in sorted(found.items()):
        if names and name not in names:
            continue
        results = check(site)
        if not results:
            typer.echo(f"{name}: no fixtures; save a page with `sidelight sites new`, or see docs/adding-a-site.md")
        for fixture, problems in results.items():
            wrong += len(problems)
            typer.echo(f"{name}/{fixture}: {'as expected' if not problems else f'{len(problems)} wrong'}")
            for sentence in problems:
                typer.echo(f"  {sentence}")
    return int(wrong > 0)


def show_damages(workspace: Workspace, *, as_json: bool) -> int:
    """A line for each damage and one for the sum; 1 where there is any."""
    sound = damaged = 0
    for one in verify(workspace):
        if isinstance(one, str):
            sound += 1
            continue
        damaged += 1
        if as_json:
            write_lines("-", [asdict(one)])
        else:
            typer.echo(f"{one.warc_file}: from byte {one.offset}: {one.problem}")
    if not as_json:
        typer.echo(f"{sound} files sound, {damaged} damages")
    return int(damaged > 0)


def show_body(workspace: Workspace, capture_id: str) -> None:
    """The body of a capture on stdout; the look is logged before it is shown."""
    audit.append(workspace, Act(audit.operator(), Via.COMMAND, "show", "capture", capture_id))
    with workspace.read() as connection:
        shown = connection.execute(select(ads.c.ad_id).where(ads.c.capture_id == capture_id)).scalars()
        for ad_id in shown.all():
            require_shown(connection, ad_id)
        body = body_of(workspace, connection, capture_id)
    sys.stdout.buffer.write(body)


def _facts(one: RunVerdict) -> dict[str, object]:
    return {
        "site": one.site,
        "run_id": one.run_id,
        "state": one.state.value,
        "reasons": list(one.reasons),
        "started_at": one.started_at.isoformat(),
        "ended_at": one.ended_at.isoformat(),
    }
