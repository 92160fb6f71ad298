"""casework: the ledger of watches, delivery of alerts, and the states of queue entries."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0074"
down_revision = "0072"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def instant() -> store.schema.Instant:
    """The type of an instant."""
    return store.schema.Instant(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="query", nullable=False))
        batch_op.add_column(sa.Column("subject", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("based_at", instant(), nullable=True))
        batch_op.add_column(sa.Column("behind", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("muted_until", instant(), nullable=True))
    # Watches of before have looked at everything that was published since they began.
    op.execute(sa.text("UPDATE watches SET based_at = created_at"))
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("run_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.String(), server_default="batch", nullable=False))
        batch_op.create_index("ix_alerts_ad", ["ad_id"], unique=False)
    with op.batch_alter_table("queue_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reasons", sa.JSON(), nullable=True))
    _queue()
    _watching()
    _delivery()


def _queue() -> None:
    op.create_table(
        "queue_days",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=False),
        sa.Column("below", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_queue_days")),
    )
    op.create_table(
        "queue_states",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_at", instant(), nullable=True),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=True),
        sa.Column("assigned_at", instant(), nullable=True),
        sa.Column("snoozed_until", sa.String(), nullable=True),
        sa.Column("snoozed_by", sa.String(), nullable=True),
        sa.Column("snoozed_at", instant(), nullable=True),
        sa.Column("snoozed_why", sa.Text(), nullable=True),
        sa.Column("snoozed_basis", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_queue_states")),
    )


def _watching() -> None:
    op.create_table(
        "watch_runs",
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("ads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_watch_runs")),
    )
    op.create_table(
        "watch_ledger",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("watch_id", sa.BigInteger(), nullable=False),
        sa.Column("evaluated", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "watch_id", name=op.f("pk_watch_ledger")),
    )
    op.create_index("ix_watch_ledger_watch", "watch_ledger", ["watch_id"])


def _delivery() -> None:
    op.create_table(
        "channels",
        sa.Column("channel_id", NUMBER, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("watch_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("digest_at", sa.String(), nullable=True),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("muted_until", instant(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channels")),
    )
    op.create_index("ix_channels_owner", "channels", ["owner"])
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("watches", sa.Integer(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", instant(), nullable=False),
        sa.Column("sent_at", instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_at"])
    op.create_index("ix_deliveries_channel", "deliveries", ["channel_id", "made_at"])
    op.create_table(
        "delivered_alerts",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "alert_id", name=op.f("pk_delivered_alerts")),
    )
    op.create_index("ix_delivered_alerts_delivery", "delivered_alerts", ["delivery_id"])
    op.create_index("ix_delivered_alerts_alert", "delivered_alerts", ["alert_id"])


def downgrade() -> None:
    for name in (
        "delivered_alerts", "deliveries", "channels", "watch_ledger", "watch_runs", "queue_states", "queue_days",
    ):  # fmt: skip
        op.drop_table(name)
    with op.batch_alter_table("queue_entries", schema=None) as batch_op:
        batch_op.drop_column("reasons")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_ad")
        batch_op.drop_column("origin")
        batch_op.drop_column("run_id")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        for name in ("muted_until", "behind", "based_at", "subject", "kind"):
            batch_op.drop_column(name)
