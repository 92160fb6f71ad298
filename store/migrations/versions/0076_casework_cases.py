"""casework: teams, cases and what is in them, exports, holds, tombstones, tokens of other agencies."""

import sqlalchemy as sa
from alembic import op

import store.schema

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_tombstones",
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.String(), nullable=False),
        sa.Column("removed_sha256", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("warc_file", sa.String(), nullable=True),
        sa.Column("warc_offset", sa.BigInteger(), nullable=True),
        sa.Column("warc_length", sa.BigInteger(), nullable=True),
        sa.Column("stored_sha256", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("capture", name=op.f("pk_capture_tombstones")),
    )
    with op.batch_alter_table("capture_tombstones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capture_tombstones_warc_file"), ["warc_file"], unique=False)

    op.create_table(
        "captures_due",
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_captures_due")),
    )
    op.create_table(
        "exports",
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("ad_ids", sa.JSON(), nullable=False),
        sa.Column("forgotten", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_exports")),
    )
    op.create_table(
        "foreign_tokens",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "token", name=op.f("pk_foreign_tokens")),
    )
    with op.batch_alter_table("foreign_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_foreign_tokens_token"), ["token"], unique=False)

    op.create_table(
        "holds",
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("released_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holds_item"), ["item"], unique=False)

    op.create_table(
        "rewrites",
        sa.Column("new_file", sa.String(), nullable=False),
        sa.Column("old_file", sa.String(), nullable=False),
        sa.Column("swapped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("new_file", name=op.f("pk_rewrites")),
    )
    op.create_table(
        "teams",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("created_at", store.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_teams")),
    )
    op.create_table(
        "tombstones",
        sa.Column("tombstone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tombstone_id", name=op.f("pk_tombstones")),
    )
    with op.batch_alter_table("tombstones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tombstones_identifier"), ["identifier"], unique=False)

    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["teams.team"], name=op.f("fk_cases_team")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_table(
        "team_members",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.team"], name=op.f("fk_team_members_team")),
        sa.PrimaryKeyConstraint("team", "account", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_account"), ["account"], unique=False)

    op.create_table(
        "case_items",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("due", sa.String(), nullable=True),
        sa.Column("done_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("undone_at", store.schema.Instant(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_items_case_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_case_items")),
    )
    with op.batch_alter_table("case_items", schema=None) as batch_op:
        batch_op.create_index("ix_case_items_about", ["kind", "about"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_items_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_members",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("added_at", store.schema.Instant(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_members_case_id")),
        sa.PrimaryKeyConstraint("case_id", "account", name=op.f("pk_case_members")),
    )
    with op.batch_alter_table("case_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_members_account"), ["account"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("case_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_members_account"))

    op.drop_table("case_members")
    with op.batch_alter_table("case_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_items_case_id"))
        batch_op.drop_index("ix_case_items_about")

    op.drop_table("case_items")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_members_account"))

    op.drop_table("team_members")
    op.drop_table("cases")
    with op.batch_alter_table("tombstones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tombstones_identifier"))

    op.drop_table("tombstones")
    op.drop_table("teams")
    op.drop_table("rewrites")
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holds_item"))

    op.drop_table("holds")
    with op.batch_alter_table("foreign_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_foreign_tokens_token"))

    op.drop_table("foreign_tokens")
    op.drop_table("exports")
    op.drop_table("captures_due")
    with op.batch_alter_table("capture_tombstones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capture_tombstones_warc_file"))

    op.drop_table("capture_tombstones")
