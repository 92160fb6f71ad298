"""linker: each wording has a signature of its words, by which most of what are no copies are told without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands without one is linked again by the next run: the stage's version was raised with this column.
    op.add_column("text_bands", sa.Column("signature", sa.LargeBinary, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("text_bands", "signature")
