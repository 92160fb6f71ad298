"""Tables of watching and delivery: runs with their ledger, channels, and the outbox of messages."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from store.schema import Instant, metadata

# One evaluation: of a batch of changed ads, or a sweep over everything.
watch_runs = Table(
    "watch_runs",
    metadata,
    Column("run_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", String, nullable=False),  # batch, sweep
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),  # empty while it can be taken up again
    Column("ads", Integer, nullable=False),
)

# What a run came to for one watch.
watch_ledger = Table(
    "watch_ledger",
    metadata,
    Column("run_id", BigInteger, primary_key=True),
    Column("watch_id", BigInteger, primary_key=True),
    Column("evaluated", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("new", Integer, nullable=False),  # alerts raised
    Column("error", Text),  # why it failed in this run
    Index("ix_watch_ledger_watch", "watch_id"),
)

# Where a person's alerts go beside the inbox.
channels = Table(
    "channels",
    metadata,
    Column("channel_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("watch_id", BigInteger),  # only this watch's alerts; empty: all of the owner's
    Column("kind", String, nullable=False),  # email, webhook
    Column("address", String, nullable=False),
    Column("digest_at", String),  # HH:MM in the team's time zone; empty: at once
    Column("at_least", Integer, nullable=False),  # fewer alerts than this wait
    Column("muted_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

# The outbox of messages. A row is made with its alerts in one transaction and sent under its own key, again and again
# until it is taken.
deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String, nullable=False, unique=True),  # of idempotency: the same at every attempt
    Column("channel_id", BigInteger, nullable=False),
    Column("alerts", Integer, nullable=False),
    Column("watches", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("state", String, nullable=False),  # due, sending, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("error", Text),
    Index("ix_deliveries_due", "state", "next_at"),
    Index("ix_deliveries_channel", "channel_id", "made_at"),
)

# Which alerts a message is about: one of each alert on each channel.
delivered_alerts = Table(
    "delivered_alerts",
    metadata,
    Column("channel_id", BigInteger, primary_key=True),
    Column("alert_id", BigInteger, primary_key=True),
    Column("delivery_id", BigInteger, nullable=False),
    Index("ix_delivered_alerts_delivery", "delivery_id"),
    Index("ix_delivered_alerts_alert", "alert_id"),
)
