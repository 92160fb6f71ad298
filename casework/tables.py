"""Tables of casework: accounts, the daily queue, decisions, watches and alerts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from casework import casetables  # noqa: F401  its tables belong to this room's
from store.schema import Instant, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),  # analyst, supervisor, operator, data scientist, auditor
    Column("password_hash", String, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("csrf", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

queue_entries = Table(
    "queue_entries",
    metadata,
    Column("day", String, primary_key=True),  # ISO date in the team's time zone
    Column("group_id", String, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("lane", String, nullable=False),  # first, ranked, audit
    Column("value", Float, nullable=False),
    Column("band", String, nullable=False),
    Column("route", String, nullable=False),
    Column("why", Text, nullable=False),  # entered, rose, carried over, drawn at random
    Column("model", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_queue_entries_rank", "day", "rank"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("group_id", String, nullable=False, index=True),
    Column("ad_ids", JSON, nullable=False),
    Column("verdict", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("day", String),
    Column("basis", JSON, nullable=False),  # what of the group was known then; a change in it opens the group again
    Column("label_id", BigInteger, nullable=False),
    Column("undone_at", Instant),
    Column("undone_by", String),
    Index("ix_decisions_at", "at"),
)

# The ads a decision was about: how it is found again when the group's id has changed.
decision_ads = Table(
    "decision_ads",
    metadata,
    Column("decision_id", BigInteger, ForeignKey("decisions.decision_id"), primary_key=True),
    Column("ad_id", String, primary_key=True),
    Index("ix_decision_ads_ad", "ad_id"),
)

# An ad that carries a known image: a report that a person has to make where the law says so.
reports = Table(
    "reports",
    metadata,
    Column("report_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("ad_id", String, nullable=False, index=True),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String),
    Column("outcome", String),  # reported, released
    Column("why", Text),
)

watches = Table(
    "watches",
    metadata,
    Column("watch_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", String, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("error", Text),  # why it cannot be evaluated; shown, never deleted
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("watch_id", BigInteger, nullable=False),
    Column("ad_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("watch_id", "ad_id"),
)
