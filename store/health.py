"""Health rows: what each room judged of a site's flow, in one table that later rooms read (where is a watch blind?)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from store.tables import health

VERDICT = "run"  # all findings of a run in one
HIDES_NOTHING = frozenset({"disk"})


class State(StrEnum):
    """A verdict, worst last."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Health:
    """One judgement: `measure` of `site` (and place) was `value` where `expected` was the floor."""

    at: datetime
    source: str
    site: str
    measure: str
    state: State
    reason: str
    value: float | None = None
    expected: float | None = None
    place: str | None = None
    run_id: str | None = None


def record(connection: Connection, rows: Iterable[Health]) -> None:
    """Append judgements; they are never changed."""
    values = [asdict(row) for row in rows]
    if values:
        connection.execute(insert(health), values)


def latest(connection: Connection, site: str | None = None, limit: int = 2000) -> list[Health]:
    """The newest judgement of each site, place and measure, worst state first.

    Of sites as a whole those among the newest `limit` judgements; of places all, as they are judged only when they change.
    """
    query = select(health).order_by(health.c.at.desc(), health.c.health_id.desc())
    if site is not None:
        query = query.where(health.c.site == site)
    newest: dict[tuple[str, str | None, str], Health] = {}
    for part in (query.where(health.c.place.is_(None)).limit(limit), query.where(health.c.place.is_not(None))):
        for row in connection.execute(part):
            values = row._asdict()
            values.pop("health_id")
            values["state"] = State(values["state"])
            newest.setdefault((row.site, row.place, row.measure), Health(**values))
    order = [State.RED, State.AMBER, State.GREEN]
    return sorted(newest.values(), key=lambda one: (order.index(one.state), one.site, one.measure))


def blind_spots(connection: Connection) -> list[Health]:
    """Where nobody can see at present: what is judged red or amber, the worst first.

    Left out are a disk that fills up, which hides nothing, and the verdict of a run whose findings are there themselves.
    """
    spots = [one for one in latest(connection) if one.state is not State.GREEN]
    found = {one.run_id for one in spots if one.measure != VERDICT}
    return [
        one
        for one in spots
        if one.measure not in HIDES_NOTHING and not (one.measure == VERDICT and one.run_id in found)
    ]
