"""Priorities as they stand in the store."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from models.records import Band, Direction, Evidence, Lane, MentionRef, Priority, Route
from models.tables import priorities
from store.database import insert_plain, select_in
from store.schema import now

WHOLE = select(priorities)
COLUMNS = ("group_id", "value", "band", "route", "lane", "abstained", "evidence", "model", "scored_at")


def load_priorities(connection: Connection, group_ids: Iterable[str], *, quoted: bool = True) -> dict[str, Priority]:
    """The priorities of these groups that the store has; unless `quoted`, without the words their evidence quotes."""
    rows = select_in(connection, WHOLE, priorities.c.group_id, group_ids)
    return {row.group_id: _priority(row, quoted=quoted) for row in rows}


def save_priorities(connection: Connection, made: Iterable[Priority]) -> None:
    """Store priorities, each in place of the group's earlier one."""
    moment = now()
    rows = (
        (
            one.group_id,
            one.value,
            one.band.value,
            one.route.value,
            one.lane.value,
            one.abstained,
            [piece.as_json() for piece in one.evidence],
            one.model,
            moment,
        )
        for one in made
    )
    insert_plain(connection, priorities, COLUMNS, rows, replacing=COLUMNS[1:])


def _priority(row: Row[Any], *, quoted: bool) -> Priority:
    return Priority(
        group_id=row.group_id,
        value=row.value,
        band=Band(row.band),
        route=Route(row.route),
        lane=Lane(row.lane),
        evidence=tuple(_evidence(piece, quoted=quoted) for piece in row.evidence),
        abstained=row.abstained,
        model=row.model,
    )


def _evidence(value: dict[str, Any], *, quoted: bool) -> Evidence:
    return Evidence(
        feature=value["feature"],
        direction=Direction(value["direction"]),
        family=value["family"],
        grade=value["grade"],
        contribution=value["contribution"],
        sentence=value["sentence"],
        mentions=tuple(MentionRef(**mention) for mention in value["mentions"]) if quoted else (),
    )
