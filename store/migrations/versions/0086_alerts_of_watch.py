"""casework: the news of each watch by an index, so that nobody's inbox goes through what others were told."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

NEWS = sa.text("origin != 'known'")


def upgrade() -> None:
    _over(["watch_id", "at", "alert_id"])


def downgrade() -> None:
    _over(["at", "alert_id"])


def _over(columns: list[str]) -> None:
    op.drop_index("ix_alerts_news", "alerts")
    op.create_index("ix_alerts_news", "alerts", columns, unique=False, sqlite_where=NEWS, postgresql_where=NEWS)
