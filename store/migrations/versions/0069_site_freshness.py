"""nlp: when new ads of each site and place were last seen; health rows of places are found fast."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "freshness",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("newest", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("gap", sa.Float(), nullable=False),
        sa.Column("ads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "place", name=op.f("pk_freshness")),
    )
    op.create_index("ix_health_place", "health", ["place"])


def downgrade() -> None:
    op.drop_index("ix_health_place", table_name="health")
    op.drop_table("freshness")
