"""Tables of the store itself: what is pending, the outbox, failures, health, suppression, audit, approvals."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, false

from store.schema import Instant, metadata

# One row: the counter that revisions and document versions are drawn from.
counter = Table(
    "counter", metadata, Column("name", String, primary_key=True), Column("value", BigInteger, nullable=False)
)

# What a stage has still to do. A row is written in the transaction that changed the item.
pending = Table(
    "pending",
    metadata,
    Column("stage", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("since", Instant),  # when it began to wait; a change while it waits does not set it anew
    Index("ix_pending_stage_revision", "stage", "revision"),
)

# The parts a stage's work falls into, each a row for a worker to lock (on PostgreSQL).
claims = Table(
    "claims",
    metadata,
    Column("stage", String, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
)

# The version of a stage whose results are in the workspace.
stage_versions = Table(
    "stage_versions", metadata, Column("stage", String, primary_key=True), Column("version", String, nullable=False)
)

# Items a stage could not do, set aside with the reason so that the rest goes on.
failures = Table(
    "failures",
    metadata,
    Column("stage", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("error", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# Documents the search engine has to write again (or drop, where the record is gone).
outbox = Table(
    "outbox",
    metadata,
    Column("kind", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("error", Text),  # why the engine refused it; such a row waits for a rebuild or a newer version
    Column("since", Instant),  # when it began to wait
    # Nothing of the record itself changed, only what is said of its group: watches that ask about neither need not be asked.
    Column("standing", Boolean, nullable=False, server_default=false()),
    Index("ix_outbox_version", "version"),
)

health = Table(
    "health",
    metadata,
    Column("health_id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("source", String, nullable=False),  # the room that judged
    Column("site", String, nullable=False),
    Column("place", String),  # GeoNames id where the row is about one place
    Column("run_id", String),
    Column("measure", String, nullable=False),
    Column("value", Float),
    Column("expected", Float),
    Column("state", String, nullable=False),  # green, amber, red
    Column("reason", Text, nullable=False),
    Index("ix_health_site_at", "site", "at"),
    Index("ix_health_place", "place"),
)

# The backups that were made and checked; where they are kept is the operator's.
backups = Table(
    "backups",
    metadata,
    Column("backup_id", String, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes
)

# Identifiers nobody may collect again, as keyed hashes.
suppressed = Table(
    "suppressed",
    metadata,
    Column("identifier", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

# Hash sets of known images, loaded under a named legal authority; the hashes themselves only as keyed digests.
hash_sets = Table(
    "hash_sets",
    metadata,
    Column("set_id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("authority", Text, nullable=False),
    Column("file_sha256", String, nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", String, nullable=False),
)

known_hashes = Table(
    "known_hashes",
    metadata,
    Column("keyed", String, primary_key=True),
    Column("set_id", Integer, nullable=False, index=True),
)

# An ad that carries a known image. While it stands, nobody is shown the ad but who may see quarantined ones.
hash_matches = Table(
    "hash_matches",
    metadata,
    Column("ad_id", String, primary_key=True),
    Column("keyed", String, primary_key=True),
    Column("algorithm", String, nullable=False),  # md5, sha1, sha256
    Column("set_name", String, nullable=False),
    Column("how", String, nullable=False),  # feed: the ad came with the hash; bytes: its picture was hashed on the way
    Column("at", Instant, nullable=False),
    Column("released_at", Instant),
    Index("ix_hash_matches_keyed", "keyed"),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("via", String, nullable=False),  # console, command, notebook, schedule
    Column("action", String, nullable=False),
    Column("object_kind", String, nullable=False),
    Column("object_hash", String, nullable=False),  # keyed hash of the object's id
    Column("case_id", String),
    Column("reason", Text),
    Column("sealed", LargeBinary),  # the words of a query, readable only while their key exists
    Column("seal_key", String),
    Column("facts", JSON, nullable=False),  # counts and enums, never identifiers
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
    Index("ix_audit_events_object", "object_hash"),
)

# What needs a second person: asked for by one, answered by another, used once.
approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("what", String, nullable=False),  # keyed hash of what is to be taken out
    Column("rows", Integer, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_id", String),
    Column("answered_by", String),
    Column("answered_at", Instant),
    Column("granted", Boolean),
    Column("why", Text),
    Column("used_at", Instant),
)
