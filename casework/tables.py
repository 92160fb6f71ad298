"""Tables of casework: accounts and how they are opened, the daily queue, decisions, watches and alerts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)

from casework import casetables  # noqa: F401  its tables belong to this room's
from store.schema import Instant, metadata

NO_PASSWORD = "!"  # noqa: S105  in place of a hash: such an account opens by the local link alone

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
    Column("factor", LargeBinary),  # the second factor's secret, sealed; none where there is no second factor
    Column("factor_step", BigInteger),  # the last time step a code was taken for: each code opens once
    Column("subject", String),  # who the account is at the single sign-on provider
    Index("ix_accounts_subject", "subject", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("csrf", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),  # last use, to the minute
    Column("strong", Boolean, nullable=False),  # false between the password and the second factor
    Column("case_id", String),  # what the person is working on, as they said; it stands with every look
    Column("reason", Text),
    Column("challenge", LargeBinary),  # what a passkey has to sign next; good once
    Column("challenged_for", String),  # add, confirm, sign in
    Column("challenged_at", Instant),
    Column("confirmed_at", Instant),  # when the person last showed the second factor to change one
)

# Key pairs in people's devices: only the public half is known here.
passkeys = Table(
    "passkeys",
    metadata,
    Column("credential_id", String, primary_key=True),  # base64url, as the device names it
    Column("account", String, nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", BigInteger, nullable=False),  # the device's own counter; some leave it at 0
    Column("transports", JSON, nullable=False),  # how a browser may reach the device
    Column("site", String, nullable=False),  # the host name it was made for, and answers alone
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account", String, primary_key=True),
    Column("code_hash", String, primary_key=True),
)

# How often something was tried of late; `what` is a keyed hash.
throttles = Table(
    "throttles",
    metadata,
    Column("what", String, primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String, primary_key=True),
    Column("token_hash", String, nullable=False, unique=True),
    Column("account", String, nullable=False),
    Column("title", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("used_at", Instant),
)

# A person's own name, home and contacts as keyed hashes: whoever searches for these is asked why.
own_terms = Table(
    "own_terms",
    metadata,
    Column("account", String, primary_key=True),
    Column("kind", String, primary_key=True),  # name, home, contact
    Column("term_hash", String, primary_key=True),
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
    Column("reasons", JSON),  # feature -> what it added, so that a later day can say why the group rose or fell
    Index("ix_queue_entries_rank", "day", "rank"),
)

# One row for each day's queue: what lay below the cut, of which the random entries are a sample.
queue_days = Table(
    "queue_days",
    metadata,
    Column("day", String, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("cut", Float, nullable=False),
    Column("below", Integer, nullable=False),  # groups that nobody was shown, the random entries among them
)

# Who looks at a group, and until when it sleeps.
queue_states = Table(
    "queue_states",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("claimed_by", String),
    Column("claimed_at", Instant),
    Column("assigned_to", String),
    Column("assigned_by", String),
    Column("assigned_at", Instant),
    Column("snoozed_until", String),  # the ISO date on which it comes back
    Column("snoozed_by", String),
    Column("snoozed_at", Instant),
    Column("snoozed_why", Text),
    Column("snoozed_basis", JSON),  # what was known of it then; a change in it wakes the group
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
    Column("kind", String, nullable=False, server_default="query"),  # query, identifier, group, person, canary
    Column("subject", JSON),  # of a group or person: the ads it is known by
    Column("based_at", Instant),  # when what answered already was put down as known; empty: is still to be
    Column("behind", Boolean, nullable=False, server_default=false()),  # missed something by failing: a sweep is owed
    Column("muted_until", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("watch_id", BigInteger, nullable=False),
    Column("ad_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    Column("run_id", BigInteger),
    Column("origin", String, nullable=False, server_default="batch"),  # known (when it began), batch, sweep
    UniqueConstraint("watch_id", "ad_id"),
    Index("ix_alerts_ad", "ad_id"),
)
# What answered a watch already when it began may be most of the archive. The value stands in the words of the query: by a
# bound one no database would know the condition for that of the index.
NEWS = alerts.c.origin != literal_column("'known'")
Index("ix_alerts_news", alerts.c.watch_id, alerts.c.at, alerts.c.alert_id, sqlite_where=NEWS, postgresql_where=NEWS)
