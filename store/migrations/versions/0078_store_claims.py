"""store: who works on which part of a stage, since when things wait, and when a backup was made."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0078"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("pending", "outbox"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column("since", store.schema.Instant(timezone=True), nullable=True))
    op.create_table(
        "claims",
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "part", name=op.f("pk_claims")),
    )
    op.create_table(
        "backups",
        sa.Column("backup_id", sa.String(), nullable=False),
        sa.Column("made_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backup_id", name=op.f("pk_backups")),
    )


def downgrade() -> None:
    op.drop_table("backups")
    op.drop_table("claims")
    for name in ("outbox", "pending"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_column("since")
