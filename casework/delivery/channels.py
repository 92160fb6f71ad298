"""Channels: where a person's alerts go beside the inbox, when, and from how many on."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from casework.delivery.hooks import checked
from casework.watching.tables import channels
from store import keys
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

MAIL = re.compile(r"\A[^\s@<>\",;:\\]{1,64}@[A-Za-z0-9.-]{1,250}\Z")
CLOCK = re.compile(r"\A([01]\d|2[0-3]):[0-5]\d\Z")


class Kind(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to a person. Fewer than `at_least` alerts wait; with `digest_at` they go out once a day."""

    channel_id: int
    owner: str
    kind: Kind
    address: str
    watch_id: int | None
    digest_at: str | None
    at_least: int
    muted_until: datetime | None
    created_at: datetime


def add(
    workspace: Workspace,
    owner: str,
    kind: Kind,
    address: str,
    *,
    watch_id: int | None = None,
    digest_at: str | None = None,
    at_least: int = 1,
) -> Channel:
    """Open a channel for the alerts raised from now on. Raises UsageError or SettingsError for what cannot be sent to."""
    address = address.strip()
    if kind is Kind.EMAIL:
        if not MAIL.match(address):
            raise UsageError(f"{address!r} is no e-mail address")
        if not workspace.settings.smtp_host:
            raise UsageError("no mail server is set; set smtp_host and smtp_from in sidelight.toml")
    else:
        checked(address, private=workspace.settings.webhook_private)
    if digest_at is not None and not CLOCK.match(digest_at):
        raise UsageError(f"{digest_at!r} is no time of day; write it as 08:00")
    if not 1 <= at_least <= 10_000:
        raise UsageError("a threshold is 1 to 10,000 alerts")
    values = {
        "owner": owner, "kind": kind.value, "address": address, "watch_id": watch_id, "digest_at": digest_at,
        "at_least": at_least, "created_at": now(),
    }  # fmt: skip
    with workspace.begin() as connection:
        return _channel(connection.execute(insert(channels).values(values).returning(channels)).one())


def active(connection: Connection, owner: str | None = None) -> list[Channel]:
    """The open channels, of one person where `owner` is given."""
    query = select(channels).where(channels.c.ended_at.is_(None)).order_by(channels.c.channel_id)
    if owner is not None:
        query = query.where(channels.c.owner == owner)
    return [_channel(row) for row in connection.execute(query)]


def end(workspace: Workspace, channel_id: int, owner: str) -> None:
    """Close one's own channel. Raises UsageError where there is none."""
    _change(workspace, channel_id, owner, ended_at=now())


def mute(workspace: Workspace, channel_id: int, owner: str, until: datetime | None) -> None:
    """Send nothing until then (None: send again); what is raised meanwhile goes out together afterwards. Raises UsageError."""
    if until is not None and until <= now():
        raise UsageError("a channel is muted until a time to come; give its end date")
    _change(workspace, channel_id, owner, muted_until=until)


def secret(workspace: Workspace, channel_id: int) -> bytes:
    """The key that signs what a webhook is sent: 32 bytes, shown to its owner once, in hexadecimal."""
    return keys.key(workspace, f"webhook-{channel_id}")


def _change(workspace: Workspace, channel_id: int, owner: str, **values: Any) -> None:
    mine = (channels.c.channel_id == channel_id) & (channels.c.owner == owner) & channels.c.ended_at.is_(None)
    with workspace.begin() as connection:
        changed = connection.execute(update(channels).where(mine).values(**values)).rowcount
    if not changed:
        raise UsageError(f"you have no channel {channel_id}; see sidelight watches channels")


def _channel(row: Row[Any]) -> Channel:
    return Channel(
        row.channel_id, row.owner, Kind(row.kind), row.address, row.watch_id, row.digest_at, row.at_least,
        row.muted_until, row.created_at,
    )  # fmt: skip
