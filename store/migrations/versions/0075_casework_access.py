"""casework: second factors, sessions that end when idle, tokens, approvals, own terms, and an audit log that only grows."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

FORBIDDEN = "audit events are never changed or removed"


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("factor", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("factor_step", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("subject", sa.String(), nullable=True))
    op.create_index("ix_accounts_subject", "accounts", ["subject"], unique=True)
    # Whoever is signed in signs in again: an old session has no last use to count from.
    op.execute("DELETE FROM sessions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", store.schema.Instant(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("strong", sa.Boolean(), nullable=False))
        batch_op.add_column(sa.Column("case_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "throttles",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("began_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_throttles")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("revoked_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("used_at", store.schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("used_at", store.schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "own_terms",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("term_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "term_hash", name=op.f("pk_own_terms")),
    )
    _guard()


def downgrade() -> None:
    _unguard()
    for name in ("own_terms", "approvals", "api_tokens", "throttles", "recovery_codes"):
        op.drop_table(name)
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        for name in ("reason", "case_id", "strong", "seen_at"):
            batch_op.drop_column(name)
    op.drop_index("ix_accounts_subject", "accounts")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        for name in ("subject", "factor_step", "factor"):
            batch_op.drop_column(name)


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events "
                f"BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_events_grow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{FORBIDDEN}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_grow()"
    )


def _unguard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_events_no_{verb}")
        return
    op.execute("DROP TRIGGER audit_events_grow ON audit_events")
    op.execute("DROP FUNCTION audit_events_grow()")
