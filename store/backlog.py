"""What every stage has still to do and what it set aside, the search index's documents among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from store import outbox, pending, tables
from store.errors import UsageError
from store.pending import Aside
from store.workspace import Workspace

INDEX = "index"
STAGES = (*(stage for stages in pending.FOLLOWERS.values() for stage in stages), INDEX)


@dataclass(frozen=True, slots=True)
class Backlog:
    """A stage's items that wait, how many it set aside, and the newest of these."""

    stage: str
    waiting: int
    aside: int
    items: Sequence[Aside]


def every(workspace: Workspace, stage: str | None = None, limit: int = 50) -> list[Backlog]:
    """The backlog of each stage, or of one. Raises UsageError where there is no such stage."""
    with workspace.read() as connection:
        return [_of(connection, one, limit) for one in _named(stage)]


def retry(workspace: Workspace, stage: str | None = None) -> int:
    """Put what was set aside on the lists again; returns how many items. Raises UsageError where there is no such stage."""
    with workspace.begin() as connection:
        return sum(
            outbox.retry(connection) if one == INDEX else pending.retry(connection, one) for one in _named(stage)
        )


def _named(stage: str | None) -> tuple[str, ...]:
    if stage is not None and stage not in STAGES:
        raise UsageError(f"there is no stage {stage!r}; there are {', '.join(STAGES)}")
    return (stage,) if stage else STAGES


def _of(connection: Connection, stage: str, limit: int) -> Backlog:
    if stage == INDEX:
        return Backlog(stage, *outbox.count(connection), outbox.aside(connection, limit))
    held = select(func.count()).select_from(tables.failures).where(tables.failures.c.stage == stage)
    total = connection.execute(held).scalar_one()
    return Backlog(stage, pending.count(connection, stage), total, pending.aside(connection, stage, limit))
