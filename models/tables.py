"""Tables of the models: priorities, the label ledger, whose rows are never overwritten, and suggestions of style."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from store.schema import Instant, metadata

priorities = Table(
    "priorities",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("value", Float, nullable=False),
    Column("band", String, nullable=False),
    Column("route", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("abstained", Text),
    Column("evidence", JSON, nullable=False),
    Column("model", String, nullable=False),
    Column("scored_at", Instant, nullable=False),
    Index("ix_priorities_order", "lane", "value"),
    Index("ix_priorities_model", "model"),
)

# What each ad asks where it offers, the lowest amount of each unit: medians of a place are read from its key alone.
asked_prices = Table(
    "asked_prices",
    metadata,
    Column("place", String, primary_key=True),
    Column("currency", String, primary_key=True),  # empty where not known
    Column("minutes", Integer, primary_key=True),
    Column("amount", Float, primary_key=True),
    Column("ad_id", String, primary_key=True, index=True),
    sqlite_with_rowid=False,  # the key is the whole row
)

labels = Table(
    "labels",
    metadata,
    Column("label_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("group_id", String, nullable=False, index=True),
    Column("ad_ids", JSON, nullable=False),  # the members when the label was given
    Column("value", String, nullable=False),  # trafficking-indicated, not trafficking, cleared, unsure
    Column("tier", String, nullable=False),  # opinion, corroborated, charged, convicted, cleared
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", String, nullable=False),  # decision, second reader, import
    Column("model", String),  # what ranked it when it was seen
    Column("queue_day", String),
    Column("shown", JSON),  # what was on screen: models.labels.Shown
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", String),
    Column("note", Text, nullable=False, default=""),
)

# Which model is in force; the newest row counts. A row that takes a promotion back names it, and stands for what was before.
promotions = Table(
    "promotions",
    metadata,
    Column("promotion_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("model", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("digest", String),  # of the model then; another model under its name is not in force
    Column("undoes", BigInteger),  # promotion_id
)

# What each check for drift said; the newest row counts.
drift_checks = Table(
    "drift_checks",
    metadata,
    Column("check_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),  # the end of the week it looked at
    Column("model", String, nullable=False),  # promoted when it was made
    Column("alarm", Boolean, nullable=False),
    Column("figures", JSON, nullable=False),  # models.drift.as_json
)

# Groups that may be of one poster by how they write: suggestions, made anew as a whole, never links. `left < right`.
style_suggestions = Table(
    "style_suggestions",
    metadata,
    Column("left", String, primary_key=True),
    Column("right", String, primary_key=True),
    Column("kind", String, nullable=False),  # whom they were compared with: in its towns, elsewhere
    Column("value", Float, nullable=False),
    Column("rate", Float, nullable=False),  # share of different posters' pairs that look as alike
    Column("among", Integer, nullable=False),  # posters compared with
    Column("model", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_style_suggestions_right", "right"),
)
