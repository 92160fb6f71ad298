"""Table of the readings; mentions stand in it as JSON, in reading order."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text

from store.schema import Instant, metadata

readings = Table(
    "readings",
    metadata,
    Column("ad_id", String, ForeignKey("ads.ad_id"), primary_key=True),
    Column("language", String, nullable=False),
    Column("masked", Text, nullable=False),
    Column("mentions", JSON, nullable=False),
    Column("version", String, nullable=False),
    Column("made_at", Instant, nullable=False),
)
