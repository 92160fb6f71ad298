"""models: what was on screen when a label was given, who took one back, and checks for drift."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.String(), nullable=True))
    op.create_table(
        "drift_checks",
        sa.Column("check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_drift_checks")),
    )


def downgrade() -> None:
    op.drop_table("drift_checks")
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_by")
        batch_op.drop_column("shown")
