"""How each site stands: its last run, when the next one is due, what its last runs yielded; and one site in full."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawlers.frontier import Kind, Outcome
from crawlers.halts import lock_name
from crawlers.records import RunVerdict
from crawlers.runs import verdict
from crawlers.sites import Site
from crawlers.tables import frontier, runs
from crawlers.timetable import timetable
from store import health
from store.health import Health, State
from store.locks import is_held
from store.workspace import Workspace

RUNS = 14
BARS = "▁▂▃▄▅▆▇█"
NONE = "·"


@dataclass(frozen=True, slots=True)
class Standing:
    """One site. `state` is its last run's verdict, or never, running, interrupted."""

    site: str
    state: str
    last_run: datetime | None
    next_run: datetime | None  # None where its manifest has no schedule
    ads: int | None  # seen by the last run
    yields: tuple[int, ...]  # ads seen by each of its last runs, oldest first


def standings(workspace: Workspace, sites: Mapping[str, Site], moment: datetime) -> list[Standing]:
    """Every site's standing, by name. A run that is due and was not begun has its time in the past, or `moment`."""
    number = func.row_number().over(partition_by=runs.c.site, order_by=runs.c.started_at.desc()).label("number")
    newest = select(runs.c.site, runs.c.started_at, runs.c.ended_at, runs.c.state, runs.c.counts, number).subquery()
    rows = defaultdict(list)
    with workspace.read() as connection:
        for row in connection.execute(select(newest).where(newest.c.number <= RUNS).order_by(newest.c.started_at)):
            rows[row.site].append(row)
    found = []
    for name, site in sorted(sites.items()):
        past = rows.get(name, [])
        last = past[-1].started_at if past else None
        state = "never" if not past else past[-1].state
        if state is None:
            state = "running" if is_held(workspace, lock_name(name)) else "interrupted"
        written = site.manifest.schedule
        following = None
        if written is not None:
            following = timetable(written).after(last, workspace.settings.zone) if last else moment
        yields = tuple((row.counts or {}).get("ads", 0) for row in past)
        found.append(Standing(name, state, last, following, yields[-1] if yields else None, yields))
    return found


def trend(numbers: Sequence[int]) -> str:
    """One bar for each number, as high as its share of the highest; a dot for nothing."""
    highest = max(numbers, default=0)
    return "".join(BARS[(one * len(BARS) - 1) // highest] if one > 0 else NONE for one in numbers)


@dataclass(frozen=True, slots=True)
class SetAside:
    """An address that a run could not use: never fetched, failed, refused, or read with something odd about it."""

    url: str
    kind: Kind
    outcome: Outcome
    error: str


@dataclass(frozen=True, slots=True)
class SiteReport:
    """One site: its last runs that ended (newest first), what is red or amber of it now, what its newest run set aside."""

    site: str
    runs: tuple[RunVerdict, ...]
    blind_spots: tuple[Health, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def yields(self) -> tuple[int, ...]:
        """Ads seen by each run, oldest first."""
        return tuple(one.counts.get("ads", 0) for one in reversed(self.runs))


def site_report(connection: Connection, site: str, last: int = RUNS, addresses: int = 50) -> SiteReport:
    """How a site did of late: at most `last` runs, and `addresses` that the newest one set aside."""
    query = select(runs.c.run_id).where(runs.c.site == site, runs.c.ended_at.is_not(None))
    ids = connection.execute(query.order_by(runs.c.started_at.desc()).limit(last)).scalars().all()
    ended = tuple(one for run_id in ids if (one := verdict(connection, run_id)) is not None)
    blind = tuple(
        one for one in health.latest(connection, site) if one.state is not State.GREEN and one.measure != "run"
    )
    return SiteReport(site, ended, blind, set_aside(connection, ids[0], addresses) if ids else ())


def set_aside(connection: Connection, run_id: str, limit: int) -> tuple[SetAside, ...]:
    """The addresses of a run that something is told of, in the order in which they were found."""
    query = select(frontier).where(frontier.c.run_id == run_id, frontier.c.error.is_not(None))
    rows = connection.execute(query.order_by(frontier.c.seq).limit(limit))
    return tuple(SetAside(row.url, Kind(row.kind), Outcome(row.state), row.error) for row in rows)
