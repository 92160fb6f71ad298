"""linker: the wordings of a cluster are found without going through all."""

from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_text_bands_cluster", "text_bands", ["cluster"])


def downgrade() -> None:
    op.drop_index("ix_text_bands_cluster", "text_bands")
