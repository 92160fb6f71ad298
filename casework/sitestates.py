"""How the collection does: each site's last runs with their verdicts, and what is judged of it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from crawlers.tables import runs
from store import health
from store.health import Health, State

RUNS = 14


@dataclass(frozen=True, slots=True)
class Run:
    """One run over a site; `state` is None while it can still be taken up again."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    state: State | None
    reasons: tuple[str, ...]
    counts: Mapping[str, int]
    fill: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SiteState:
    """A site's newest runs, newest first, and its present health rows, worst first."""

    site: str
    runs: tuple[Run, ...]
    health: tuple[Health, ...]


def every(connection: Connection) -> list[SiteState]:
    """Every site that was ever crawled or judged, by name."""
    by_site: dict[str, list[Run]] = {}
    for row in connection.execute(select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id)):
        found = by_site.setdefault(row.site, [])
        if len(found) < RUNS:
            found.append(_run(row))
    judged: dict[str, list[Health]] = {}
    for one in health.latest(connection):
        judged.setdefault(one.site, []).append(one)
    return [
        SiteState(site, tuple(by_site.get(site, ())), tuple(judged.get(site, ())))
        for site in sorted(by_site.keys() | judged.keys())
    ]


def _run(row: Row[Any]) -> Run:
    return Run(
        row.run_id,
        row.started_at,
        row.ended_at,
        State(row.state) if row.state else None,
        tuple(row.reasons or ()),
        row.counts or {},
        row.fill or {},
    )
