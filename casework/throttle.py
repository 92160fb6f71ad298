"""How often something may be tried: counted in the store, so that several processes count together."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from casework.tables import throttles
from store import keys
from store.database import upsert
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

SPAN = timedelta(minutes=10)


class ThrottledError(SidelightError):
    """Too many tries; the message says when to try again."""


def require(workspace: Workspace, what: str, most: int) -> None:
    """Raise ThrottledError where `what` was counted `most` times within the last span."""
    with workspace.read() as connection:
        row = connection.execute(select(throttles).where(throttles.c.what == keys.blind(workspace, what))).one_or_none()
    if row is not None and row.times >= most and row.began_at + SPAN > now():
        raise ThrottledError(f"too many tries; try again after {row.began_at + SPAN:%H:%M:%S} UTC")


def count(workspace: Workspace, what: str) -> None:
    """Count one try; a span begins with its first."""
    moment, hashed = now(), keys.blind(workspace, what)
    with workspace.begin() as connection:
        connection.execute(delete(throttles).where(throttles.c.began_at <= moment - SPAN))
        changed = connection.execute(
            update(throttles).where(throttles.c.what == hashed).values(times=throttles.c.times + 1)
        ).rowcount
        if not changed:
            upsert(connection, throttles, [{"what": hashed, "began_at": moment, "times": 1}])
