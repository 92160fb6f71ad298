"""Alerts as they are put down: one for each watch and ad, whoever finds it and however often."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from casework.tables import alerts
from casework.watches import Origin
from store.database import insert_plain, select_in
from store.schema import now

COLUMNS = ("watch_id", "ad_id", "at", "read_at", "run_id", "origin")


def raise_alerts(connection: Connection, pairs: Iterable[tuple[int, str]], run_id: int) -> Counter[int]:
    """An alert for each watch and ad of a batch that has none; returns how many by watch."""
    wanted = list(dict.fromkeys(pairs))
    query = select(alerts.c.watch_id, alerts.c.ad_id)
    known = set(map(tuple, select_in(connection, query, alerts.c.ad_id, sorted({ad_id for _, ad_id in wanted}))))
    fresh = [one for one in wanted if one not in known]
    put(connection, fresh, run_id, Origin.BATCH, now())
    return Counter(watch for watch, _ in fresh)


def alerted(connection: Connection, number: int) -> set[str]:
    """The ads of which the watch has an alert: to read all costs less than to look up those that answer it."""
    return set(connection.execute(select(alerts.c.ad_id).where(alerts.c.watch_id == number)).scalars())


def put(
    connection: Connection, pairs: Iterable[tuple[int, str]], run_id: int | None, origin: Origin, moment: datetime
) -> None:
    """Alerts of these watches and ads; those that stand already stay as they are."""
    rest = (moment, moment if origin is Origin.KNOWN else None, run_id, origin.value)
    insert_plain(connection, alerts, COLUMNS, ((watch, ad_id, *rest) for watch, ad_id in pairs))
