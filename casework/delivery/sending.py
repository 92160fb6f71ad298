"""Sending what is due. A message is claimed, handed over, and marked as sent; one that is not taken is tried again later.

Killed between handing over and marking, it is handed over once more under the same key: nothing is lost, and a receiver
that looks at the key sees nothing twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from casework.delivery import bundling, channels, hooks, mail
from casework.delivery.channels import Kind
from casework.delivery.message import Message, NotTakenError
from casework.watching.tables import channels as channel_table
from casework.watching.tables import deliveries
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

DUE, SENDING, SENT, FAILED = "due", "sending", "sent", "failed"
LEASE = timedelta(minutes=10)  # a claim older than this was let go by a process that died
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(days=7)  # after which a message is set aside, shown, and sent again only when somebody says so


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round came to."""

    made: int
    sent: int
    waiting: int
    failed: int

    def __str__(self) -> str:
        """In words."""
        return f"{self.sent} messages sent, {self.waiting} waiting, {self.failed} set aside"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of the outbox."""

    delivery_id: int
    channel_id: int
    alerts: int
    made_at: datetime
    state: str
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    error: str | None


def deliver(workspace: Workspace, moment: datetime | None = None) -> Outcome:
    """Put waiting alerts together and send what is due."""
    at = moment or now()
    made = bundling.bundle(workspace, at)
    sent = 0
    while (row := _claim(workspace, at)) is not None:
        sent += _send(workspace, row, at)
    with workspace.read() as connection:
        states = [one.state for one in unsent(connection)]
    return Outcome(made, sent, len(states) - states.count(FAILED), states.count(FAILED))


def unsent(connection: Connection, owner: str | None = None) -> list[Delivery]:
    """Messages that are not through yet or were set aside, oldest first."""
    query = (
        select(deliveries)
        .join(channel_table, channel_table.c.channel_id == deliveries.c.channel_id)
        .where(deliveries.c.state != SENT)
        .order_by(deliveries.c.delivery_id)
    )
    if owner is not None:
        query = query.where(channel_table.c.owner == owner)
    return [
        Delivery(
            row.delivery_id, row.channel_id, row.alerts, row.made_at, row.state, row.attempts, row.next_at,
            row.sent_at, row.error,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def again(workspace: Workspace, delivery_id: int) -> None:
    """Try a message that was set aside once more. Raises UsageError where there is none."""
    mine = (deliveries.c.delivery_id == delivery_id) & (deliveries.c.state == FAILED)
    with workspace.begin() as connection:
        changed = connection.execute(
            update(deliveries).where(mine).values(state=DUE, next_at=now(), made_at=now())
        ).rowcount
    if not changed:
        raise UsageError(f"message {delivery_id} was not set aside")


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, two, four, up to an hour."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _claim(workspace: Workspace, at: datetime) -> Row[Any] | None:
    """One message that is due, for this process alone."""
    due = deliveries.c.state.in_([DUE, SENDING]) & (deliveries.c.next_at <= at)
    with workspace.begin() as connection:
        number = connection.execute(
            select(deliveries.c.delivery_id)
            .where(due)
            .order_by(deliveries.c.next_at, deliveries.c.delivery_id)
            .limit(1)
        ).scalar_one_or_none()
        if number is None:
            return None
        claimed = (
            update(deliveries)
            .where(deliveries.c.delivery_id == number, due)
            .values(state=SENDING, next_at=at + LEASE, attempts=deliveries.c.attempts + 1)
            .returning(deliveries)
        )
        return connection.execute(claimed).one_or_none()


def _send(workspace: Workspace, row: Row[Any], at: datetime) -> int:
    """Hand one claimed message over and write down what came of it; returns 1 where it was taken."""
    with workspace.read() as connection:
        query = select(channel_table).where(channel_table.c.channel_id == row.channel_id)
        channel = connection.execute(query).one()
    values: dict[str, object] = {"state": SENT, "sent_at": at, "error": None}
    try:
        _hand_over(workspace, channel, row)
    except NotTakenError as problem:
        given_up = problem.for_good or at - row.made_at > PATIENCE
        values = {
            "state": FAILED if given_up else DUE,
            "next_at": at + wait_after(row.attempts),
            "error": str(problem)[:2000],
        }
    with workspace.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.delivery_id == row.delivery_id).values(values))
    return int(values["state"] == SENT)


def _hand_over(workspace: Workspace, channel: Row[Any], row: Row[Any]) -> None:
    """Raises NotTakenError."""
    settings = workspace.settings
    if channel.ended_at is not None:
        raise NotTakenError("the channel was closed", for_good=True)
    link = f"{settings.console_url.rstrip('/')}/watches" if settings.console_url else ""
    message = Message(row.key, row.alerts, row.watches, row.made_at, link)
    if channel.kind == Kind.EMAIL:
        mail.send(settings, channel.address, message)
    else:
        secret = channels.secret(workspace, channel.channel_id)
        hooks.post(channel.address, secret, message, private=settings.webhook_private)
