"""crawlers: validators of pages, for conditional requests."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "validators",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content_encoding", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "fingerprint", name=op.f("pk_validators")),
    )


def downgrade() -> None:
    op.drop_table("validators")
