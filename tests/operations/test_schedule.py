"""A site is due when its interval has passed since its last run began, whatever happened to the process in between."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from crawlers.tables import runs
from operations.schedule import due, interval
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hourly", timedelta(hours=1)), ("every 6 hours", timedelta(hours=6)), ("every 1 day", timedelta(days=1))],
)
def test_schedules_read_as_written(text: str, expected: timedelta) -> None:
    assert interval(text) == expected


@pytest.mark.parametrize("text", ["", "sometimes", "every 0 hours", "every -1 hours", "every 6 moons"])
def test_a_schedule_nobody_can_keep_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="every 6 hours"):
        interval(text)


def test_a_site_is_due_when_its_interval_has_passed(workspace: Workspace) -> None:
    moment = now()
    with workspace.begin() as connection:
        for site, hours in (("early", 1), ("late", 30)):
            connection.execute(
                insert(runs).values(
                    run_id=site, site=site, started_at=moment - timedelta(hours=hours), manifest="digest"
                )
            )
    schedules = {"early": "daily", "late": "daily", "never-run": "weekly"}
    assert due(workspace, schedules, moment) == ["late", "never-run"]
