"""Where fresh ads stopped coming: for each site and place, when the last new ad was seen and how long the gaps between are.

A watch over a town sees nothing for two reasons: nothing happens there, or nothing is collected there. These rows tell which
places a site used to have ads of and has none now, so that a watch can say where it cannot see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from crawlers.stored import StoredAd
from crawlers.tables import runs
from nlp.records import Kind, Reading
from nlp.tables import freshness
from store import health
from store.database import select_in, upsert
from store.health import Health, State

SOURCE = "nlp"
MEASURE = "fresh"
# Judged are places with so many ads; quiet is one that waits so many times its usual gap, and at least so long.
ENOUGH = 10
PATIENCE = 4.0
LEAST = timedelta(hours=48)
# Ads of one crawl come together: what lies closer is no gap. A new gap counts for a fifth of the usual one.
TOGETHER = timedelta(hours=1)
WEIGHT = 0.2


class Where(NamedTuple):
    """A place by its number and by what to call it."""

    number: str
    label: str


@dataclass(slots=True)
class _Place:
    """What is known of a site's place: the newest new ad, the usual gap in hours, and how many ads there were."""

    newest: datetime
    gap: float
    ads: int
    label: str


def note(connection: Connection, read: Iterable[tuple[StoredAd, Where | None]]) -> None:
    """Take account of ads just read, each with the place it is in. One that is read once more, by a newer pipeline, is no
    fresh ad."""
    seen: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
    for stored, place in read:
        if place is not None:
            seen.setdefault((stored.ad.site, place.number), []).append((stored.first_seen, place.label))
    if not seen:
        return
    known = {
        (row.site, row.place): _Place(row.newest, row.gap, row.ads, row.label)
        for row in select_in(connection, select(freshness), freshness.c.site, {site for site, _ in seen})
    }
    rows = []
    for (site, number), ads in sorted(seen.items()):
        held = known.get((site, number))
        for at, label in sorted(ads):
            held = _later(held, at, label)
        if held is not None:
            rows.append({"site": site, "place": number, **asdict(held)})
    upsert(connection, freshness, rows)


def judge(connection: Connection, now: datetime) -> list[Health]:
    """Health rows of what changed: places that fell quiet, and places that are fresh again; one row for a site not crawled."""
    crawled = _crawled(connection)
    before = {(row.site, row.place): row.state for row in health.latest(connection) if row.measure == MEASURE}
    found: list[Health] = []
    for row in connection.execute(select(freshness).where(freshness.c.ads >= ENOUGH)):
        if row.site not in crawled:
            continue  # imported: nobody promised more
        # What a site as a whole has not shown since its last crawl is no place's fault.
        waited = crawled[row.site] - row.newest
        patience = max(LEAST, timedelta(hours=PATIENCE * row.gap))
        state = State.AMBER if waited > patience else State.GREEN
        if before.get((row.site, row.place), State.GREEN) is not state:
            found.append(_row(now, row.site, row.place, row.label, waited, patience, state))
    for site, last in crawled.items():
        state = State.AMBER if now - last > LEAST else State.GREEN
        if before.get((site, None), State.GREEN) is not state:
            hours = (now - last).total_seconds() / 3600
            reason = f"no crawl that found ads for {hours:.0f} hours" if state is State.AMBER else "crawled again"
            found.append(Health(now, SOURCE, site, MEASURE, state, reason, hours, LEAST.total_seconds() / 3600))
    return found


def _crawled(connection: Connection) -> Mapping[str, datetime]:
    """When the newest crawl of each site began that found ads."""
    query = (
        select(runs.c.site, func.max(runs.c.started_at).label("last"))
        .where(runs.c.ended_at.is_not(None), runs.c.fill.is_not(None), runs.c.state != State.RED.value)
        .group_by(runs.c.site)
    )
    return {row.site: row.last for row in connection.execute(query)}


def place_of(reading: Reading) -> Where | None:
    """The place an ad is in: that of its location field before any other it names."""
    places = reading.of(Kind.PLACE)
    found = next((one for one in places if one.field == "location"), next(iter(places), None))
    return Where(found.value, found.label) if found else None


def _later(place: _Place | None, at: datetime, label: str) -> _Place:
    if place is None:
        return _Place(at, 0.0, 1, label)
    if at <= place.newest:
        # The same ad read again, or another of the same crawl.
        return _Place(place.newest, place.gap, place.ads + (at == place.newest), label)
    waited = at - place.newest
    hours = waited.total_seconds() / 3600
    gap = place.gap if waited < TOGETHER else hours if not place.gap else (1 - WEIGHT) * place.gap + WEIGHT * hours
    return _Place(at, gap, place.ads + 1, label)


def _row(
    now: datetime, site: str, place: str, label: str, waited: timedelta, patience: timedelta, state: State
) -> Health:
    hours, expected = waited.total_seconds() / 3600, patience.total_seconds() / 3600
    said = f"no fresh ads in {label} for {hours:.0f} hours" if state is State.AMBER else f"fresh ads in {label} again"
    return Health(now, SOURCE, site, MEASURE, state, said, hours, expected, place=place)
