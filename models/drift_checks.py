"""Checks for drift in a workspace: made once a day, kept, and what the newest one says of the model in force."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select

from crawlers.tables import ads
from linker.tables import group_members, groups
from models.drift import BEFORE, WINDOW, Drift, as_json, count, drift
from models.inforce import promoted, standing
from models.tables import drift_checks
from nlp.tables import readings
from store.database import select_in
from store.schema import Instant, now
from store.workspace import Workspace

if TYPE_CHECKING:
    from models.newterms import NewTerm

MOST = 5_000  # groups that one check looks at


def check(workspace: Workspace, at: datetime | None = None) -> Drift:
    """Check the groups seen lately and keep what was found; `at` is the newest moment anything was seen, if not given."""
    with workspace.read() as connection:
        at = at or _newest(connection) or now()
        name = promoted(connection)
        chosen = _chosen(connection, at)
        counted = count(_dates(connection, chosen), at)
    if counted.enough:
        from models.grouping import stored_views  # brings all of reading and linking with it

        found = drift(stored_views(workspace, chosen), at, standing(workspace).model)
    else:
        found = counted.unmeasured(at)
    with workspace.begin() as connection:
        connection.execute(
            insert(drift_checks).values(
                made_at=now(), at=found.at, model=name, alarm=found.alarm, figures=dict(as_json(found))
            )
        )
    return found


def terms(workspace: Workspace) -> list["NewTerm"]:
    """New words near indicators in the newest week, with their impact on the groups that a check looks at."""
    from models.grouping import stored_views
    from models.newterms import new_terms

    with workspace.read() as connection:
        at = _newest(connection) or now()
        chosen = _chosen(connection, at)
    return new_terms(list(stored_views(workspace, chosen)), at)


def _newest(connection: Connection) -> datetime | None:
    return connection.execute(
        select(groups.c.last_seen).order_by(groups.c.last_seen.desc()).limit(1)
    ).scalar_one_or_none()


def _chosen(connection: Connection, at: datetime) -> Sequence[str]:
    """The groups that a check looks at."""
    within = (groups.c.last_seen >= at - WINDOW - BEFORE, groups.c.last_seen <= at)
    # Group ids are digests: the first of them are drawn as if by lot, and the same ones however often a day is checked.
    drawn = select(groups.c.group_id).where(*within).order_by(groups.c.group_id).limit(MOST)
    return connection.execute(drawn).scalars().all()


def _dates(connection: Connection, group_ids: Sequence[str]) -> Iterable[list[datetime]]:
    """When the ads of each group that have been read were posted, or first seen where their sites do not say."""
    query = (
        select(group_members.c.group_id, func.coalesce(ads.c.posted_at, ads.c.first_seen, type_=Instant).label("at"))
        .join(ads, ads.c.ad_id == group_members.c.ad_id)
        .join(readings, readings.c.ad_id == group_members.c.ad_id)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for row in select_in(connection, query, group_members.c.group_id, group_ids):
        found[row.group_id].append(row.at)
    return found.values()
