"""crawlers: the date a site gave an ad at each sighting, which tells a bump; linker: rides, by which circuits are found."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("posted_at", store.schema.Instant(timezone=True), nullable=True))
    op.create_table(
        "rides",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("towns", sa.String(), nullable=False),
        sa.Column("first", store.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "towns", "first", name=op.f("pk_rides")),
    )
    with op.batch_alter_table("rides", schema=None) as batch_op:
        batch_op.create_index("ix_rides_towns", ["towns"], unique=False)


def downgrade() -> None:
    op.drop_table("rides")
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_column("posted_at")
