"""store: hash sets of known images and matches; casework: the reports they ask for."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hash_sets",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("loaded_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", name=op.f("pk_hash_sets")),
    )
    op.create_table(
        "known_hashes",
        sa.Column("keyed", sa.String(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("keyed", name=op.f("pk_known_hashes")),
    )
    op.create_index("ix_known_hashes_set_id", "known_hashes", ["set_id"], unique=False)
    op.create_table(
        "hash_matches",
        sa.Column("ad_id", sa.String(), nullable=False),
        sa.Column("keyed", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("set_name", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("released_at", store.schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ad_id", "keyed", name=op.f("pk_hash_matches")),
    )
    op.create_index("ix_hash_matches_keyed", "hash_matches", ["keyed"], unique=False)
    op.create_table(
        "reports",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ad_id", sa.String(), nullable=False),
        sa.Column("opened_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_ad_id", "reports", ["ad_id"], unique=False)


def downgrade() -> None:
    for name in ("reports", "hash_matches", "known_hashes", "hash_sets"):
        op.drop_table(name)
