"""Alerts put together into messages: one for each channel whose time has come, however many alerts wait on it."""

import uuid
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, Select, func, insert, literal, select

from casework.delivery.channels import Channel, active
from casework.tables import NEWS, alerts, watches
from casework.watching.tables import delivered_alerts, deliveries
from store.workspace import Workspace

DUE = "due"


def bundle(workspace: Workspace, moment: datetime) -> int:
    """Make the messages that are due; each alert is in one of them for each channel. Returns how many were made."""
    with workspace.read() as connection:
        waiting = [one for one in active(connection) if one.muted_until is None or one.muted_until <= moment]
    made = 0
    for channel in waiting:
        with workspace.begin() as connection:
            made += _bundle(workspace, connection, channel, moment)
    return made


def is_time(workspace: Workspace, connection: Connection, channel: Channel, moment: datetime) -> bool:
    """Whether the channel may speak: a digest once a day from its time on; else when the last burst is over."""
    query = select(func.max(deliveries.c.made_at)).where(deliveries.c.channel_id == channel.channel_id)
    last = connection.execute(query).scalar_one()
    if channel.digest_at is None:
        return last is None or moment - last >= timedelta(minutes=workspace.settings.burst_minutes)
    zone = workspace.settings.zone
    due = datetime.combine(moment.astimezone(zone).date(), time.fromisoformat(channel.digest_at), zone)
    return moment >= due and (last is None or last < due)


def waiting(connection: Connection, channel: Channel, moment: datetime) -> tuple[int, int]:
    """How many alerts the channel has not spoken of, and of how many watches."""
    fresh = _fresh(channel, moment).subquery()
    count, of_watches = connection.execute(
        select(func.count(), func.count(fresh.c.watch_id.distinct())).select_from(fresh)
    ).one()
    return count, of_watches


def _bundle(workspace: Workspace, connection: Connection, channel: Channel, moment: datetime) -> int:
    if not is_time(workspace, connection, channel, moment):
        return 0
    count, of_watches = waiting(connection, channel, moment)
    if count < channel.at_least:
        return 0
    values = {
        "key": uuid.uuid4().hex, "channel_id": channel.channel_id, "alerts": count, "watches": of_watches,
        "made_at": moment, "state": DUE, "attempts": 0, "next_at": moment,
    }  # fmt: skip
    number = connection.execute(insert(deliveries).values(values).returning(deliveries.c.delivery_id)).scalar_one()
    fresh = _fresh(channel, moment).subquery()
    rows = select(literal(channel.channel_id), fresh.c.alert_id, literal(number))
    connection.execute(insert(delivered_alerts).from_select(["channel_id", "alert_id", "delivery_id"], rows))
    return 1


def _fresh(channel: Channel, moment: datetime) -> Select[tuple[int, int]]:
    """The owner's alerts raised since the channel was opened that it has not spoken of; those of muted watches wait."""
    spoken = (
        select(delivered_alerts.c.alert_id)
        .where(delivered_alerts.c.channel_id == channel.channel_id, delivered_alerts.c.alert_id == alerts.c.alert_id)
        .exists()
    )
    wanted: list[ColumnElement[bool]] = [
        watches.c.owner == channel.owner,
        watches.c.muted_until.is_(None) | (watches.c.muted_until <= moment),
        NEWS,
        alerts.c.at >= channel.created_at,
        ~spoken,
    ]
    if channel.watch_id is not None:
        wanted.append(alerts.c.watch_id == channel.watch_id)
    return (
        select(alerts.c.alert_id, alerts.c.watch_id)
        .join(watches, watches.c.watch_id == alerts.c.watch_id)
        .where(*wanted)
    )
