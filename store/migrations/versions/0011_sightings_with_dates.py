"""crawlers: the date a site gave an ad at each sighting, which tells a bump."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("posted_at", store.schema.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_column("posted_at")
