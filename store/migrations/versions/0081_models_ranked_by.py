"""models: priorities by the model that made them, so that the page of the models counts them without reading them."""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_priorities_model", "priorities", ["model"])


def downgrade() -> None:
    op.drop_index("ix_priorities_model", table_name="priorities")
