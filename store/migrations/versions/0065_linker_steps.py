"""linker: bands of a wording in one row, and what the steps of the stage have still to do."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was linked by the version before is linked again: nothing in these tables is worth keeping.
    op.drop_table("text_bands")
    op.create_table(
        "text_bands",
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("bands", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wording", name=op.f("pk_text_bands")),
    )
    op.create_table(
        "link_work",
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("step", "item", "part", name=op.f("pk_link_work")),
    )


def downgrade() -> None:
    op.drop_table("link_work")
    op.drop_table("text_bands")
    op.create_table(
        "text_bands",
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("leader", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("wording", "band", name=op.f("pk_text_bands")),
    )
    with op.batch_alter_table("text_bands", schema=None) as batch_op:
        batch_op.create_index("ix_text_bands_band", ["band"], unique=False)
