"""models: what each ad asks, so that a place's medians are read without reading all ads again."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Filled by the next run of the score stage, which finds no version of it in the books.
    op.create_table(
        "asked_prices",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("ad_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("place", "currency", "minutes", "amount", "ad_id", name=op.f("pk_asked_prices")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_asked_prices_ad_id"), "asked_prices", ["ad_id"])


def downgrade() -> None:
    op.drop_table("asked_prices")
    op.execute("DELETE FROM pending WHERE stage = 'prices'")
    op.execute("DELETE FROM stage_versions WHERE stage = 'prices'")
