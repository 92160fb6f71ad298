"""Tables of the readings, whose mentions stand in them as JSON in reading order, and of where fresh ads come from."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, String, Table, Text

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

# For each site and place (GeoNames id): the newest time a new ad was seen, and the usual hours between two such times.
freshness = Table(
    "freshness",
    metadata,
    Column("site", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("label", String, nullable=False),
    Column("newest", Instant, nullable=False),
    Column("gap", Float, nullable=False),
    Column("ads", Integer, nullable=False),
)
