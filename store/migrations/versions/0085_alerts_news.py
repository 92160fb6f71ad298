"""casework: an inbox finds its newest alerts by an index, however many ads answered the watches when they began."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

NEWS = "origin != 'known'"


def upgrade() -> None:
    news = sa.text(NEWS)
    op.create_index(
        "ix_alerts_news", "alerts", ["at", "alert_id"], unique=False, sqlite_where=news, postgresql_where=news
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_news", "alerts")
