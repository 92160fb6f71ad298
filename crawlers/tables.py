"""Tables of the crawlers: runs and their frontier, captures, ads with their versions and sightings."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from store.schema import Instant, metadata

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),  # null while the run can still be taken up again
    Column("state", String),  # of the verdict
    Column("reasons", JSON),
    Column("counts", JSON),
    Column("fill", JSON),
    Column("manifest", String, nullable=False),  # digest of the manifest and parser in force
    Index("ix_runs_site_started", "site", "started_at"),
)

# What a run has still to fetch and what came of the rest: a killed run goes on from here.
frontier = Table(
    "frontier",
    metadata,
    Column("run_id", String, ForeignKey("runs.run_id"), primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kind", String, nullable=False),  # listing, ad
    Column("depth", Integer, nullable=False),
    Column("state", String, nullable=False),  # waiting, done, failed, refused
    Column("error", Text),
    Column("seq", BigInteger, nullable=False),
    Column("via", Text),  # the page, or the redirect, that led here
    Column("hops", Integer, nullable=False, server_default="0"),  # redirects in a row
    Index("ix_frontier_waiting", "run_id", "state", "seq"),
)

captures = Table(
    "captures",
    metadata,
    Column("capture_id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("warc_file", String, nullable=False),
    Column("warc_offset", BigInteger, nullable=False),
    Column("warc_length", BigInteger, nullable=False),
    # Of the stored bytes since the record before, so that a change of any byte of the file shows; null in the oldest rows.
    Column("stored_sha256", String),
    Column("refers_to", String, ForeignKey("captures.capture_id")),  # the capture that holds the same body in full
    Column("run_id", String, nullable=False),
    Index("ix_captures_warc", "warc_file", "warc_offset"),
    Index("ix_captures_sha256", "sha256"),
    Index("ix_captures_run", "run_id"),
)

# What a server said to tell versions of a page apart, and the capture of the version it said it of.
validators = Table(
    "validators",
    metadata,
    Column("site", String, primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("content_encoding", Text, nullable=False),
    Column("capture_id", String, nullable=False),
)

ads = Table(
    "ads",
    metadata,
    Column("ad_id", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("posted_at", Instant),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("age", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("region", String),
    Column("image_hashes", JSON, nullable=False),
    Column("capture_id", String, ForeignKey("captures.capture_id")),
    Column("parser", String),
    Column("file_sha256", String),
    Column("line", BigInteger),
    Column("digest", String, nullable=False),  # of the fields: a new digest is a changed ad
    Column("version", Integer, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("gone_at", Instant),
    Index("ix_ads_site", "site"),
)

# Every earlier state of a changed ad: its fields as JSON, with the capture that showed them.
ad_versions = Table(
    "ad_versions",
    metadata,
    Column("ad_id", String, ForeignKey("ads.ad_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("capture_id", String),
    Column("fields", JSON, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("ad_id", String, ForeignKey("ads.ad_id"), primary_key=True),
    Column("run_id", String, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("change", String, nullable=False),
    Column("capture_id", String),
    Column("posted_at", Instant),  # as the site gave it then: later than before where the ad was bumped
)

# What is left of a capture that was removed: keyed hash of its id, digests of what stood there, and the record that stands in
# the file in its place (none where the whole file went).
capture_tombstones = Table(
    "capture_tombstones",
    metadata,
    Column("capture", String, primary_key=True),
    Column("body_sha256", String, nullable=False),
    Column("removed_sha256", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("warc_file", String, index=True),
    Column("warc_offset", BigInteger),
    Column("warc_length", BigInteger),
    Column("stored_sha256", String),
)

# A file of evidence that is being written anew: what a killed purge leaves to be tidied up.
rewrites = Table(
    "rewrites",
    metadata,
    Column("new_file", String, primary_key=True),
    Column("old_file", String, nullable=False),
    Column("swapped", Boolean, nullable=False),
)
