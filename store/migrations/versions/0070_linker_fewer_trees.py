"""linker: fewer trees for each row, and clusters beside the bands that they are found by."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

TABLES = ("link_keys", "wordings", "text_bands", "link_work", "links")


def upgrade() -> None:
    # What was linked by the version before is linked again: nothing in these tables is worth keeping.
    _make(without_rowid=True, cluster_in="text_bands")


def downgrade() -> None:
    _make(without_rowid=False, cluster_in="wordings")


def _make(*, without_rowid: bool, cluster_in: str) -> None:
    for name in TABLES:
        op.drop_table(name)
    cluster = sa.Column("cluster", sa.String(), nullable=False)
    _table("link_keys", ("ad_id", "reason", "key"), [], without_rowid=without_rowid)
    op.create_index("ix_link_keys_key", "link_keys", ["reason", "key"], unique=False)
    text = [sa.Column("text", sa.Text(), nullable=False)]
    bands = [sa.Column("bands", sa.LargeBinary(), nullable=False)]
    _table("wordings", ("wording",), [cluster, *text] if cluster_in == "wordings" else text)
    _table("text_bands", ("wording",), bands if cluster_in == "wordings" else [cluster, *bands])
    if cluster_in == "wordings":
        op.create_index("ix_wordings_cluster", "wordings", ["cluster"], unique=False)
    _table("link_work", ("step", "item", "part"), [], without_rowid=without_rowid)
    weight = sa.Column("weight", sa.Float(), nullable=False)
    detail = sa.Column("detail", sa.JSON(), nullable=False)
    _table("links", ("left", "right", "reason", "key"), [weight, detail], without_rowid=without_rowid)
    op.create_index("ix_links_right", "links", ["right"], unique=False)
    op.create_index("ix_links_key", "links", ["reason", "key"], unique=False)


def _table(name: str, key: Sequence[str], others: Sequence[sa.Column[Any]], *, without_rowid: bool = False) -> None:
    columns = [sa.Column(one, sa.String(), nullable=False) for one in key]
    primary = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}"))
    op.create_table(name, *columns, *others, primary, sqlite_with_rowid=not without_rowid)
