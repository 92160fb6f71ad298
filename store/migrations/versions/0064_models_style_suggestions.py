"""models: suggestions of style."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "style_suggestions",
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("among", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("made_at", store.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("left", "right", name=op.f("pk_style_suggestions")),
    )
    with op.batch_alter_table("style_suggestions", schema=None) as batch_op:
        batch_op.create_index("ix_style_suggestions_right", ["right"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("style_suggestions", schema=None) as batch_op:
        batch_op.drop_index("ix_style_suggestions_right")

    op.drop_table("style_suggestions")
