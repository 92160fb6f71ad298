"""Which known ads to look at again, where the listing did not come to them and the budget does not hold for all.

The likeliest to differ from what is known come first. Two things make a difference: the ad was changed, which is estimated
from how often looks at it found a change (the estimator of Cho and Garcia-Molina for a page that changes by a Poisson process
and is seen only now and then, doi:10.1145/857166.857170, with the mean of the intervals); or it was taken down, and what has
stood for d days is taken to go within about as many more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log

from sqlalchemy import Connection, case, func, select

from crawlers.frontier import Entry, Frontier, Kind
from crawlers.links import fingerprint, refusal
from crawlers.records import Change
from crawlers.sites import Site
from crawlers.tables import ads, sightings
from store.schema import now
from store.workspace import Workspace

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sightings say of one ad: how often it was looked at, and how many of these looks found it changed."""

    ad_id: str
    first_seen: datetime
    last_seen: datetime
    looks: int
    changes: int


def change_rate(ad: Seen) -> float:
    """Estimated changes a day; 0 for an ad that was looked at once."""
    days, intervals = (ad.last_seen - ad.first_seen) / DAY, ad.looks - 1
    if intervals < 1 or days <= 0:
        return 0.0
    changes = min(ad.changes, intervals)
    return -log((intervals - changes + 0.5) / (intervals + 0.5)) * intervals / days


def chance(ad: Seen, moment: datetime) -> float:
    """How likely a look at `moment` finds the ad other than it was last seen: changed or gone."""
    stood = max((ad.last_seen - ad.first_seen) / DAY, 0.0)
    since = max((moment - ad.last_seen) / DAY, 0.0)
    return 1 - exp(-(change_rate(ad) + 1 / (stood + 1)) * since)


def plan(known: Iterable[Seen], moment: datetime, room: int) -> list[str]:
    """The ids of at most `room` ads, the likeliest to differ first; what was seen longest ago first among equals."""
    ranked = sorted(known, key=lambda ad: (-chance(ad, moment), ad.last_seen, ad.ad_id))
    return [ad.ad_id for ad in ranked[: max(room, 0)]]


def load_seen(connection: Connection, site: str) -> dict[str, Seen]:
    """The site's standing ads with what their sightings say, by id."""
    changed = func.sum(case((sightings.c.change == Change.CHANGED.value, 1), else_=0))
    rows = connection.execute(
        select(ads.c.ad_id, ads.c.first_seen, ads.c.last_seen, func.count(), changed)
        .join(sightings, sightings.c.ad_id == ads.c.ad_id)
        .where(ads.c.site == site, ads.c.gone_at.is_(None))
        .group_by(ads.c.ad_id, ads.c.first_seen, ads.c.last_seen)
    )
    return {row[0]: Seen(*row) for row in rows}


def checks(
    workspace: Workspace, site: Site, frontier: Frontier, unseen: Mapping[str, str], room: int, cut: dict[str, Entry]
) -> tuple[list[Entry], list[Entry]]:
    """Entries for the pages of at most `room` of the known ads that a run has not seen, in the order of the plan.

    Those the listing showed are among `cut` and are taken out of it; the others are new to the frontier and come second.
    """
    with workspace.read() as connection:
        seen = load_seen(connection, site.name)
    wanted = [unseen[one] for one in plan((seen[one] for one in unseen if one in seen), now(), room)]
    shown = {url: cut.pop(fingerprint(url), None) for url in wanted}
    offers = {url: frontier.offer(url, Kind.CHECK, 0) for url in wanted if shown[url] is None}
    fresh = {url: one for url, one in offers.items() if one and not refusal(one.url, site.manifest)}
    return [entry for url in wanted if (entry := shown[url] or fresh.get(url))], list(fresh.values())
