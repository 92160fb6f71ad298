"""Checks for drift in a workspace: made once a day, kept, and what the newest one says of the model in force."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select

from linker.tables import groups
from models.drift import BEFORE, WINDOW, Drift, as_json, drift
from models.grouping import stored_views
from models.inforce import promoted, standing
from models.newterms import NewTerm, new_terms
from models.tables import drift_checks
from models.views import GroupView
from store.schema import now
from store.workspace import Workspace

MOST = 5_000  # groups that one check looks at


def check(workspace: Workspace, at: datetime | None = None) -> Drift:
    """Check the groups seen lately and keep what was found; `at` is the newest moment anything was seen, if not given."""
    with workspace.read() as connection:
        at = at or _newest(connection) or now()
        name = promoted(connection)
    found = drift(_lately(workspace, at), at, standing(workspace).model)
    with workspace.begin() as connection:
        connection.execute(
            insert(drift_checks).values(
                made_at=now(), at=found.at, model=name, alarm=found.alarm, figures=dict(as_json(found))
            )
        )
    return found


def terms(workspace: Workspace) -> list[NewTerm]:
    """New words near indicators in the newest week, with their impact on the groups that a check looks at."""
    with workspace.read() as connection:
        at = _newest(connection) or now()
    return new_terms(list(_lately(workspace, at)), at)


def _newest(connection: Connection) -> datetime | None:
    return connection.execute(
        select(groups.c.last_seen).order_by(groups.c.last_seen.desc()).limit(1)
    ).scalar_one_or_none()


def _lately(workspace: Workspace, at: datetime) -> Iterator[GroupView]:
    with workspace.read() as connection:
        within = (groups.c.last_seen >= at - WINDOW - BEFORE, groups.c.last_seen <= at)
        # Group ids are digests: the first of them are drawn as if by lot, and the same ones however often a day is checked.
        drawn = select(groups.c.group_id).where(*within).order_by(groups.c.group_id).limit(MOST)
        chosen = connection.execute(drawn).scalars().all()
    return stored_views(workspace, chosen)
