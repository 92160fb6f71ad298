"""The ledger: for each run and watch how many ads it was asked about, how many answered, how many alerts came of it.

Written in the transaction that writes the alerts, so a run that is killed is taken up where its rows say. What was sent and
read of a run's alerts is counted when somebody asks, for it changes later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from casework.tables import alerts, watches
from casework.watching.tables import delivered_alerts, deliveries, watch_ledger, watch_runs
from store.database import insert_missing, select_in
from store.schema import now


class RunKind(StrEnum):
    """What a run asks about."""

    BATCH = "batch"  # what changed
    SWEEP = "sweep"  # everything


@dataclass(frozen=True, slots=True)
class Entry:
    """One watch in one run."""

    run_id: int
    kind: RunKind
    started_at: datetime
    ended_at: datetime | None
    watch_id: int
    evaluated: int
    matched: int
    new: int
    sent: int
    read: int
    error: str | None


def open_run(connection: Connection, kind: RunKind) -> int:
    """The run of this kind that was cut short, else a new one."""
    unfinished = select(watch_runs.c.run_id).where(watch_runs.c.kind == kind.value, watch_runs.c.ended_at.is_(None))
    found = connection.execute(unfinished.order_by(watch_runs.c.run_id.desc()).limit(1)).scalar_one_or_none()
    if found is not None:
        return int(found)
    values = {"kind": kind.value, "started_at": now(), "ads": 0}
    return int(connection.execute(insert(watch_runs).values(values).returning(watch_runs.c.run_id)).scalar_one())


def close_run(connection: Connection, run_id: int) -> None:
    """It is over."""
    connection.execute(update(watch_runs).where(watch_runs.c.run_id == run_id).values(ended_at=now()))


def enter(connection: Connection, run_id: int, asked: Iterable[int], failed: Mapping[int, str]) -> None:
    """A row for each watch under way; a reason that stood and holds no more is taken off the watch."""
    zero = {"run_id": run_id, "evaluated": 0, "matched": 0, "new": 0, "error": None}
    insert_missing(connection, watch_ledger, [{**zero, "watch_id": one} for one in (*asked, *failed)])
    stood = connection.execute(select(watches.c.watch_id).where(watches.c.error.is_not(None))).scalars()
    healed = [{"number": one} for one in stood if one not in failed]
    if healed:
        mine = watches.c.watch_id == bindparam("number")
        connection.execute(update(watches).where(mine).values(error=None), healed)
    fail(connection, run_id, failed)


def fail(connection: Connection, run_id: int, failed: Mapping[int, str]) -> None:
    """These failed: the reason stands on the watch and in the run's row, and a sweep is owed."""
    if failed:
        told = [{"number": one, "why": why} for one, why in failed.items()]
        mine = watches.c.watch_id == bindparam("number")
        connection.execute(update(watches).where(mine).values(error=bindparam("why"), behind=True), told)
        here = (watch_ledger.c.run_id == run_id) & (watch_ledger.c.watch_id == bindparam("number"))
        connection.execute(update(watch_ledger).where(here).values(error=bindparam("why")), told)


def count(
    connection: Connection,
    run_id: int,
    ads: int,
    matched: Mapping[int, int],
    new: Mapping[int, int],
    asked: Sequence[int] | None = None,
) -> None:
    """So many ads were asked about by every watch that did not fail, or by those of `asked`; of some of them came matches."""
    connection.execute(update(watch_runs).where(watch_runs.c.run_id == run_id).values(ads=watch_runs.c.ads + ads))
    mine = watch_ledger.c.run_id == run_id
    whole = update(watch_ledger).where(mine, watch_ledger.c.error.is_(None))
    more = whole.values(evaluated=watch_ledger.c.evaluated + ads)
    if asked is None:
        connection.execute(more)
    elif asked:
        named = watch_ledger.c.watch_id == bindparam("number")
        connection.execute(more.where(named), [{"number": one} for one in asked])
    if matched:
        connection.execute(
            update(watch_ledger)
            .where(mine, watch_ledger.c.watch_id == bindparam("number"))
            .values(
                matched=watch_ledger.c.matched + bindparam("answered"), new=watch_ledger.c.new + bindparam("raised")
            ),
            [{"number": one, "answered": many, "raised": new.get(one, 0)} for one, many in matched.items()],
        )


def entries(connection: Connection, watch_id: int, limit: int = 20) -> list[Entry]:
    """A watch's rows, newest run first, with what has been sent and read of each run's alerts by now."""
    query = (
        select(watch_ledger, watch_runs.c.kind, watch_runs.c.started_at, watch_runs.c.ended_at)
        .join(watch_runs, watch_runs.c.run_id == watch_ledger.c.run_id)
        .where(watch_ledger.c.watch_id == watch_id)
        .order_by(watch_ledger.c.run_id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    mine = select(alerts.c.run_id, func.count().label("read")).where(
        alerts.c.watch_id == watch_id, alerts.c.read_at.is_not(None)
    )
    ids = [row.run_id for row in rows]
    read = {row.run_id: row.read for row in select_in(connection, mine.group_by(alerts.c.run_id), alerts.c.run_id, ids)}
    went = (
        select(alerts.c.run_id, func.count(alerts.c.alert_id.distinct()).label("sent"))
        .join(delivered_alerts, delivered_alerts.c.alert_id == alerts.c.alert_id)
        .join(deliveries, deliveries.c.delivery_id == delivered_alerts.c.delivery_id)
        .where(alerts.c.watch_id == watch_id, deliveries.c.state == "sent")
        .group_by(alerts.c.run_id)
    )
    sent = {row.run_id: row.sent for row in select_in(connection, went, alerts.c.run_id, ids)}
    return [
        Entry(
            row.run_id, RunKind(row.kind), row.started_at, row.ended_at, row.watch_id, row.evaluated, row.matched,
            row.new, sent.get(row.run_id, 0), read.get(row.run_id, 0), row.error,
        )
        for row in rows
    ]  # fmt: skip


def swept(connection: Connection, run_id: int) -> set[int]:
    """The watches that a sweep which was cut short has asked."""
    query = select(watch_ledger.c.watch_id).where(watch_ledger.c.run_id == run_id, watch_ledger.c.evaluated > 0)
    return set(connection.execute(query).scalars())


def tick(
    connection: Connection,
    run_id: int,
    asked: Iterable[int],
    ads: int,
    matched: Mapping[int, int],
    new: Mapping[int, int],
) -> None:
    """These watches were asked about everything."""
    rows = [
        {"number": one, "ads": max(ads, 1), "answered": matched.get(one, 0), "raised": new.get(one, 0)} for one in asked
    ]
    mine = (watch_ledger.c.run_id == run_id) & (watch_ledger.c.watch_id == bindparam("number"))
    done: dict[str, Any] = {"evaluated": bindparam("ads"), "matched": bindparam("answered"), "new": bindparam("raised")}
    if rows:
        connection.execute(update(watch_ledger).where(mine).values(done), rows)
