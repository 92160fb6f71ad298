"""Table of the operations: which steps of a daily run are done, so that a killed run goes on where it stopped."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from store.schema import Instant, metadata

daily_runs = Table(
    "daily_runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_daily_runs_started", "started_at"),
)

daily_steps = Table(
    "daily_steps",
    metadata,
    Column("run_id", String, ForeignKey("daily_runs.run_id"), primary_key=True),
    Column("step", String, primary_key=True),
    Column("ended_at", Instant, nullable=False),
    Column("summary", Text, nullable=False),
)
