"""linker: what comparing wordings gave is kept, so that a day compares what is new alone."""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty at first: the next run compares what it has to once more.
    op.create_table(
        "compared",
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaders", sa.LargeBinary(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("others", sa.LargeBinary(), nullable=False),
        sa.Column("copies", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_compared")),
    )


def downgrade() -> None:
    op.drop_table("compared")
