"""What the steps of the link stage have still to do, kept in the store.

Each step goes through its list in order, a stretch at a time; what it wrote, what it put on the list of the next step and
that the stretch is off the list commit together. So a run can be killed at any moment and goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, func, literal, select

from linker.tables import link_work
from store.database import ASKED, among, chunks, insert_from, insert_plain
from store.workspace import Workspace

COLUMNS = ("step", "item", "part")


class Step(StrEnum):
    """The lists, in the order in which they are worked off."""

    WORDING = "wording"  # wordings that an ad no longer has
    AD = "ad"  # ads whose text key is to be written, and all of whose keys are to be judged
    KEY = "key"  # keys to judge
    GROUP = "group"  # ads whose group is to be put together


Done = Callable[[int], None]


def put(connection: Connection, step: Step, items: Iterable[str]) -> None:
    """Put these on the step's list."""
    insert_plain(connection, link_work, COLUMNS, ((step.value, item, "") for item in items))


def put_from(
    connection: Connection, step: Step, item: ColumnElement[str], part: ColumnElement[str] | None, query: Select[Any]
) -> None:
    """Put on the step's list what `query` (whose columns are replaced; it has a WHERE) finds for `item` and `part`."""
    chosen = query.with_only_columns(literal(step.value), item, literal("") if part is None else part)
    insert_from(connection, link_work, COLUMNS, chosen)


class Stretch(NamedTuple):
    """A part of a list: the items after the one, up to the other, and how many they were when it was measured out."""

    after: str
    upto: str
    items: int


def listed(step: Step, upto: str | None = None, after: str = "") -> ColumnElement[bool]:
    """The rows of the step's list, or those of a stretch of it. No item is an empty string."""
    here = link_work.c.step == step.value
    if after:
        here &= link_work.c.item > after
    return here if upto is None else here & (link_work.c.item <= upto)


def left(connection: Connection) -> int:
    """How many rows there are on all lists."""
    return connection.execute(select(func.count()).select_from(link_work)).scalar_one()


def clear(connection: Connection, step: Step, upto: str | None = None) -> None:
    """Take the stretch, or everything, off the list."""
    connection.execute(delete(link_work).where(listed(step, upto)))


def take_off(connection: Connection, step: Step, items: Iterable[str]) -> None:
    """Take these off the list."""
    for part in chunks(items, ASKED):
        connection.execute(delete(link_work).where(listed(step), among(connection, link_work.c.item, part)))


def stretches(workspace: Workspace, step: Step, size: int) -> Iterator[Stretch]:
    """The stretches of the step's list, one after the other, of about `size` items; whoever works them off clears them."""
    last = ""
    while True:
        query = select(link_work.c.item).where(listed(step, after=last)).order_by(link_work.c.item).limit(size)
        with workspace.read() as connection:
            items = connection.execute(query).scalars().all()
        if not items:
            return
        yield Stretch(last, items[-1], len(items))
        last = items[-1]
