"""Tables of cases: who works on what, all they wrote, what left the house, what was forgotten, and what others hold."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from store.schema import Instant, metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")

# People who share cases: a unit, or one of several agencies on one server. `contact` is what others are told.
teams = Table(
    "teams",
    metadata,
    Column("team", String, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

team_members = Table(
    "team_members",
    metadata,
    Column("team", String, ForeignKey("teams.team"), primary_key=True),
    Column("account", String, primary_key=True, index=True),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("team", String, ForeignKey("teams.team")),  # null: its members alone
    Column("owner", String, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String),
    Column("keep_days", Integer),  # after it was closed; null: as the rules say
)

case_members = Table(
    "case_members",
    metadata,
    Column("case_id", String, ForeignKey("cases.case_id"), primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String, nullable=False),
)

# Everything people put into a case. A row is added, done or undone, never overwritten.
case_items = Table(
    "case_items",
    metadata,
    Column("item_id", NUMBER, primary_key=True),
    Column("case_id", String, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("kind", String, nullable=False),  # note, tag, task, ad, group, judgement, decision, handover
    Column("about", String),  # the ad, group, judgement or decision, or whom a task or the case was given to
    Column("words", Text, nullable=False),
    Column("state", JSON, nullable=False),  # of a pinned ad or group: what was known of it then
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("due", String),  # of a task: ISO date
    Column("done_at", Instant),
    Column("done_by", String),
    Column("undone_at", Instant),
    Column("undone_by", String),
    Column("undone_why", Text),
    Index("ix_case_items_about", "kind", "about"),
)

# What left the house: so that who holds a copy of something that was forgotten can be told.
exports = Table(
    "exports",
    metadata,
    Column("export_id", NUMBER, primary_key=True),
    Column("kind", String, nullable=False),  # case, group
    Column("item", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content_sha256", String, nullable=False),
    Column("ad_ids", JSON, nullable=False),  # of ads that are still held
    Column("forgotten", JSON, nullable=False),  # keyed hashes of those that were purged since
)

holds = Table(
    "holds",
    metadata,
    Column("hold_id", NUMBER, primary_key=True),
    Column("kind", String, nullable=False),  # ad, case
    Column("item", String, nullable=False, index=True),
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("released_at", Instant),
    Column("released_by", String),
)

# That something was here, and the rule by which it went: identifiers as keyed hashes, digests of what was removed.
tombstones = Table(
    "tombstones",
    metadata,
    Column("tombstone_id", NUMBER, primary_key=True),
    Column("kind", String, nullable=False),  # ad, capture, case, audit words
    Column("identifier", String, nullable=False, index=True),
    Column("digest", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("at", Instant, nullable=False),
)

# Captures on which a removed ad stood, until they are out of the evidence: what a killed purge goes on with.
captures_due = Table(
    "captures_due",
    metadata,
    Column("capture_id", String, primary_key=True),
    Column("rule", String, nullable=False),
)

# What another agency handed over: tokens of what it holds, which only the shared key can make.
foreign_tokens = Table(
    "foreign_tokens",
    metadata,
    Column("agency", String, primary_key=True),
    Column("token", LargeBinary, primary_key=True, index=True),
    Column("contact", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
