"""Canaries: an ad planted each day in a marked test site, which has to come through reading, linking, the index and the
watches as an alert. Where it does not, something between is broken, and the health row says so.

A canary is no lead: no queue holds one, no watch of a person's answers to one, and it holds no contact to be linked by.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from casework.tables import alerts, watches
from casework.watches import SYSTEM, Kind
from crawlers.records import Ad
from crawlers.stored import load_ads, record_sightings
from store import health
from store.health import Health, State
from store.schema import now
from store.workspace import Workspace

SITE = "sidelight-canary"
WORD = "canaryplantedbysidelight"
MEASURE = "canary"
PATIENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Canary:
    """The newest canary: whether and when it came through."""

    ad_id: str
    planted_at: datetime
    arrived_at: datetime | None
    overdue: bool = False


def is_canary(ad_id: str) -> bool:
    """Whether the ad was planted."""
    return ad_id.startswith(f"{SITE}:")


def plant(workspace: Workspace, day: date | None = None) -> str:
    """Plant the day's canary (today's in the team's time zone); returns its ad id. Planted again it changes nothing."""
    moment = now()
    chosen = day or moment.astimezone(workspace.settings.zone).date()
    ad = _ad(chosen, moment)
    with workspace.begin() as connection:
        if connection.execute(select(watches.c.watch_id).where(watches.c.kind == Kind.CANARY.value)).first() is None:
            values = {"owner": SYSTEM, "title": "Canaries", "query": WORD, "created_at": moment, "behind": False}
            connection.execute(insert(watches).values(**values, kind=Kind.CANARY.value, based_at=moment))
        if not load_ads(connection, [ad.ad_id]):
            record_sightings(connection, [ad], seen_at=moment, run_id=f"{SITE} {chosen}")
    return ad.ad_id


def check(workspace: Workspace, moment: datetime | None = None) -> Canary | None:
    """Whether the newest canary came through; written down as the health of the watches. None before the first."""
    at = moment or now()
    with workspace.begin() as connection:
        found = newest(connection)
        if found is None:
            return None
        late = found.arrived_at is None and at - found.planted_at > PATIENCE
        state = State.GREEN if found.arrived_at else State.RED if late else State.AMBER
        said = {
            State.GREEN: "the canary came through to the watches",
            State.AMBER: "the canary has not come through yet",
            State.RED: "the canary did not come through: alerts may be missing; run sidelight doctor",
        }[state]
        last = next((one for one in health.latest(connection, SITE) if one.measure == MEASURE), None)
        if last is None or last.state is not state:
            hours = ((found.arrived_at or at) - found.planted_at).total_seconds() / 3600
            row = Health(at, "casework", SITE, MEASURE, state, said, hours, PATIENCE.total_seconds() / 3600)
            health.record(connection, [row])
    return replace(found, overdue=state is State.RED)


def newest(connection: Connection) -> Canary | None:
    """The canary planted last, and its alert."""
    from crawlers.tables import ads

    row = connection.execute(
        select(ads.c.ad_id, ads.c.first_seen, alerts.c.at)
        .outerjoin(alerts, alerts.c.ad_id == ads.c.ad_id)
        .where(ads.c.site == SITE)
        .order_by(ads.c.first_seen.desc())
        .limit(1)
    ).one_or_none()
    return Canary(row.ad_id, row.first_seen, row.at) if row else None


def _ad(day: date, moment: datetime) -> Ad:
    # Words of its own each day, so that no two canaries are near-copies and linked.
    told = " ".join(hashlib.sha256(f"{day} {number}".encode()).hexdigest()[:12] for number in range(12))
    return Ad(f"{SITE}:{day.isoformat()}", SITE, "", moment, title=f"Test of {day.isoformat()}", body=f"{WORD} {told}")
