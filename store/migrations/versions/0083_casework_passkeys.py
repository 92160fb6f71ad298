"""casework: passkeys, and in each session what one has to answer next and when a factor was last shown."""

import sqlalchemy as sa
from alembic import op

from store.schema import Instant

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
    )
    op.create_index(op.f("ix_passkeys_account"), "passkeys", ["account"])
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.add_column(sa.Column("challenge", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("challenged_for", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("challenged_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sessions") as batch_op:
        for name in ("confirmed_at", "challenged_at", "challenged_for", "challenge"):
            batch_op.drop_column(name)
    op.drop_index(op.f("ix_passkeys_account"), table_name="passkeys")
    op.drop_table("passkeys")
