"""Tables of the linker: the keys and text bands ads are found by, links, groups, lineage, and people's judgements."""

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from store.schema import Instant, metadata

# On SQLite, a table whose primary key is its tree: most of its columns are in the key, and a second tree for rows beside it
# would be written as well.
WITH_ROWID = False

# One row per ad and key value it carries; the block an ad is compared within. The key of reason "text" is the cluster of
# near-copies the ad's wording is in.
link_keys = Table(
    "link_keys",
    metadata,
    Column("ad_id", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("key", String, primary_key=True),
    Index("ix_link_keys_key", "reason", "key"),
    sqlite_with_rowid=WITH_ROWID,
)

# What linking needs of an ad beside its keys, so that a block can be judged without reading its ads again.
link_signals = Table(
    "link_signals",
    metadata,
    Column("ad_id", String, primary_key=True),
    Column("seen_first", Instant, nullable=False),
    Column("seen_last", Instant, nullable=False),
    Column("facts", JSON, nullable=False),  # site, places, names, ages, whether it recruits
    Column("wording", String, nullable=False, index=True),  # empty where the text is too short to compare
)

# Every wording once, however many ads repeat it.
wordings = Table(
    "wordings",
    metadata,
    Column("wording", String, primary_key=True),
    Column("text", Text, nullable=False),  # masked text as compared
)

# The band numbers of each wording and its signature, four bytes a number, and the least digest of its cluster. To find
# candidates all are read: they are small, while a row for each number would be most of the store.
text_bands = Table(
    "text_bands",
    metadata,
    Column("wording", String, primary_key=True),
    Column("cluster", String, nullable=False, index=True),  # empty until it was compared
    Column("bands", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False, server_default=""),
)

# What comparing wordings gave, so that no two are compared twice: many pairs in a row, each wording by a hash of its digest.
compared = Table(
    "compared",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("leaders", LargeBinary, nullable=False),  # eight bytes each
    Column("counts", LargeBinary, nullable=False),  # how many each was compared with, four bytes each
    Column("others", LargeBinary, nullable=False),  # eight bytes each, those of a leader together
    Column("copies", LargeBinary, nullable=False),  # whether it was a copy, a bit each
)

# What the steps of the stage have still to do, so that a run can be killed between any two of them.
link_work = Table(
    "link_work",
    metadata,
    Column("step", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("part", String, primary_key=True),  # the reason where the item is a key, else empty
    sqlite_with_rowid=WITH_ROWID,
)

links = Table(
    "links",
    metadata,
    Column("left", String, primary_key=True),
    Column("right", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("weight", Float, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_links_right", "right"),
    Index("ix_links_key", "reason", "key"),
    sqlite_with_rowid=WITH_ROWID,
)

hubs = Table(
    "hubs",
    metadata,
    Column("reason", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("ads", Integer, nullable=False),
    Column("why", Text, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("ads", Integer, nullable=False),
    Column("itinerary", JSON, nullable=False),
    Column("templates", JSON, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("ad_id", String, primary_key=True),
    Column("group_id", String, nullable=False, index=True),
)

# Three towns in a row that a group went through, by which groups on one circuit find each other.
rides = Table(
    "rides",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("towns", String, primary_key=True),
    Column("first", Instant, primary_key=True),
    Index("ix_rides_towns", "towns"),
)

lineage = Table(
    "lineage",
    metadata,
    Column("lineage_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("group_id", String, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("passage", String, nullable=False),
    Column("other", String),
)

# What people said of two ads; the newest that was not taken back counts, for ever.
judgements = Table(
    "judgements",
    metadata,
    Column("judgement_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("left", String, nullable=False),
    Column("right", String, nullable=False),
    Column("verdict", String, nullable=False),  # same, not same, unsure
    Column("who", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("withdrawn_at", Instant),
    Index("ix_judgements_pair", "left", "right"),
)
