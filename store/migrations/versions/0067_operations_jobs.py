"""operations: what the scheduler ran last, with what result, and when it is due again."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("known_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("started_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False, server_default=""),
        sa.Column("next_at", store.schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_jobs")),
    )


def downgrade() -> None:
    op.drop_table("jobs")
