"""Tables of the operations: what a daily run has done, so that a killed one goes on, and what the scheduler ran last."""

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

# One row for each thing the scheduler runs: a site, the processing of what came in, a nightly job.
jobs = Table(
    "jobs",
    metadata,
    Column("job", String, primary_key=True),
    Column("known_at", Instant, nullable=False),  # a nightly job that never ran is first due the night after this
    Column("started_at", Instant),
    Column("ended_at", Instant),  # null while it runs, or where the scheduler died with it
    Column("state", String),  # of a site its run's verdict; else done, failed, stopped; null while it runs
    Column("result", Text, nullable=False, server_default=""),
    Column("next_at", Instant),  # as worked out when it ended; null where it only follows others
)
