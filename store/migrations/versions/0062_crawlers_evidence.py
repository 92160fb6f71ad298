"""crawlers: evidence that refers to evidence, and shows a change of any byte."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("captures") as batch_op:
        batch_op.add_column(sa.Column("stored_sha256", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("refers_to", sa.String(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_captures_refers_to"), "captures", ["refers_to"], ["capture_id"])
        batch_op.create_index("ix_captures_sha256", ["sha256"], unique=False)
        batch_op.create_index("ix_captures_run", ["run_id"], unique=False)
    with op.batch_alter_table("frontier") as batch_op:
        batch_op.add_column(sa.Column("via", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("hops", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("frontier") as batch_op:
        batch_op.drop_column("hops")
        batch_op.drop_column("via")
    with op.batch_alter_table("captures") as batch_op:
        batch_op.drop_index("ix_captures_run")
        batch_op.drop_index("ix_captures_sha256")
        batch_op.drop_constraint(op.f("fk_captures_refers_to"), type_="foreignkey")
        batch_op.drop_column("refers_to")
        batch_op.drop_column("stored_sha256")
