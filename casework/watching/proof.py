"""The proof that no alert was missed and none was raised twice, worked out by other means than the alerts were.

Alerts come from matching each changed ad against the watches; here each watch is put to the search engine over all ads. Both
have to come to the same, but for what the watches still have to be asked about.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from casework.tables import NEWS, alerts
from casework.tables import watches as watch_table
from casework.watching import asked
from casework.watching.asked import answers
from casework.watching.runs import STAGE, STANDING
from casework.watching.tables import channels, delivered_alerts, deliveries, watch_ledger
from indexer.backend import SearchError
from store.outbox import AD
from store.tables import failures, outbox, pending
from store.workspace import Workspace

SHOWN = 100  # of each kind of trouble


@dataclass(frozen=True, slots=True)
class Proof:
    """What was recomputed. `missed` and `doubled` name watch and ad (at most SHOWN); `failing` the watch and why.

    `waiting` ads are still to be asked about; `unsent` alerts wait on a channel, which is no fault.
    """

    watches: int
    matches: int
    alerts: int
    missed_count: int
    missed: tuple[tuple[int, str], ...]
    doubled: tuple[tuple[int, str], ...]
    unaccounted: tuple[tuple[int, int], ...]  # run and watch with more alerts than the ledger says
    failing: tuple[tuple[int, str], ...]
    waiting: int
    set_aside: int
    sent: int
    unsent: int
    sent_twice: int

    @property
    def holds(self) -> bool:
        """Whether every ad that answers a watch has its one alert."""
        return not (self.missed_count or self.doubled or self.unaccounted or self.sent_twice)

    @property
    def sentence(self) -> str:
        """The proof in words."""
        return (
            f"{self.watches:,} watches, {self.matches:,} answers found anew by the search engine, {self.alerts:,} on record: "
            f"{self.missed_count:,} missed, {len(self.doubled) + len(self.unaccounted):,} doubled; "
            f"{self.sent:,} sent, {self.unsent:,} waiting on a channel, {self.sent_twice:,} sent twice; "
            f"{len(self.failing):,} watches cannot be asked, {self.waiting:,} ads wait to be asked about"
        )


def prove(workspace: Workspace) -> Proof:
    """Put every watch to the search engine and hold its answers against the alerts. Raises SearchError without an engine."""
    backend = asked.engine_for(workspace, None)
    matches = 0
    missed: list[tuple[int, str]] = []
    try:
        with workspace.read() as connection:
            every = asked.ask(workspace, connection, backend)
            failing = dict(every.failed)
            waiting = _waiting(connection)
            for number in every.trees:
                try:
                    found = set(answers(backend, every, number))
                except SearchError as problem:
                    failing[number] = str(problem)
                    continue
                matches += len(found)
                if not every.watches[number].based_at or every.watches[number].behind:
                    continue  # it is asked about everything at the next run, and shown as new or failing until then
                mine = select(alerts.c.ad_id).where(alerts.c.watch_id == number)
                found -= set(connection.execute(mine).scalars())
                missed += [(number, ad_id) for ad_id in sorted(found - waiting)]
            return _proof(connection, len(every.watches), matches, missed, failing, len(waiting))
    finally:
        backend.close()


def _proof(
    connection: Connection,
    count: int,
    matches: int,
    missed: list[tuple[int, str]],
    failing: dict[int, str],
    waiting: int,
) -> Proof:
    twice = (
        select(alerts.c.watch_id, alerts.c.ad_id)
        .group_by(alerts.c.watch_id, alerts.c.ad_id)
        .having(func.count() > 1)
        .limit(SHOWN)
    )
    raised = (
        select(alerts.c.run_id, alerts.c.watch_id, func.count().label("many"))
        .where(alerts.c.run_id.is_not(None))
        .group_by(alerts.c.run_id, alerts.c.watch_id)
        .subquery()
    )
    here = (watch_ledger.c.run_id == raised.c.run_id) & (watch_ledger.c.watch_id == raised.c.watch_id)
    more = (
        select(raised.c.run_id, raised.c.watch_id)
        .outerjoin(watch_ledger, here)
        .where(func.coalesce(watch_ledger.c.new, 0) < raised.c.many)
        .limit(SHOWN)
    )
    aside = select(func.count()).select_from(failures).where(failures.c.stage == STAGE)
    return Proof(
        watches=count,
        matches=matches,
        alerts=connection.execute(select(func.count()).select_from(alerts)).scalar_one(),
        missed_count=len(missed),
        missed=tuple(missed[:SHOWN]),
        doubled=tuple((row.watch_id, row.ad_id) for row in connection.execute(twice)),
        unaccounted=tuple((row.run_id, row.watch_id) for row in connection.execute(more)),
        failing=tuple(sorted(failing.items())[:SHOWN]),
        waiting=waiting,
        set_aside=connection.execute(aside).scalar_one(),
        **_messages(connection),
    )


def _messages(connection: Connection) -> dict[str, int]:
    sent = (
        select(delivered_alerts.c.alert_id, delivered_alerts.c.channel_id)
        .join(deliveries, deliveries.c.delivery_id == delivered_alerts.c.delivery_id)
        .where(deliveries.c.state == "sent")
    ).subquery()
    pairs = select(sent.c.alert_id).group_by(sent.c.alert_id, sent.c.channel_id)
    unsent = (
        select(func.count())
        .select_from(alerts)
        .join(watch_table, watch_table.c.watch_id == alerts.c.watch_id)
        .join(channels, channels.c.owner == watch_table.c.owner)
        .outerjoin(sent, (sent.c.alert_id == alerts.c.alert_id) & (sent.c.channel_id == channels.c.channel_id))
        .where(
            channels.c.ended_at.is_(None),
            alerts.c.at >= channels.c.created_at,
            NEWS,
            channels.c.watch_id.is_(None) | (channels.c.watch_id == alerts.c.watch_id),
            sent.c.alert_id.is_(None),
        )
    )
    return {
        "sent": connection.execute(select(func.count()).select_from(pairs.subquery())).scalar_one(),
        "unsent": connection.execute(unsent).scalar_one(),
        "sent_twice": len(connection.execute(pairs.having(func.count() > 1)).all()),
    }


def _waiting(connection: Connection) -> set[str]:
    """Ads the watches have still to be asked about: published and pending, or about to be published."""
    due = select(outbox.c.item).where(outbox.c.kind == AD)
    asked_next = select(pending.c.item).where(pending.c.stage.in_((STAGE, STANDING)))
    return set(connection.execute(due).scalars()) | set(connection.execute(asked_next).scalars())
