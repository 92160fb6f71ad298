"""What a schedule means: an interval is time that passed, a time of day is the team's and comes once a day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawlers.errors import ManifestError
from crawlers.manifest import load_manifest
from crawlers.overview import trend
from crawlers.timetable import timetable

MADRID = ZoneInfo("Europe/Madrid")  # summer time from 2026-03-29 02:00, until 2026-10-25 03:00


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "last", "expected"),
    [
        ("hourly", "2026-05-01T10:00", "2026-05-01T11:00"),
        ("every 6 hours", "2026-05-01T22:00", "2026-05-02T04:00"),
        ("every 90 minutes", "2026-05-01T10:00", "2026-05-01T11:30"),
        ("weekly", "2026-05-01T10:00", "2026-05-08T10:00"),
        ("daily at 03:30", "2026-05-01T10:00", "2026-05-02T01:30"),  # 03:30 in Madrid
        ("daily at 03:30", "2026-05-01T01:29", "2026-05-01T01:30"),
        ("daily at 03:30", "2026-05-01T01:30", "2026-05-02T01:30"),
        ("daily at 00:15", "2026-05-01T22:14", "2026-05-01T22:15"),  # the team's day has begun, UTC's has not
        ("monday at 04:00", "2026-05-01T10:00", "2026-05-04T02:00"),
        ("monday at 04:00", "2026-05-04T02:00", "2026-05-11T02:00"),
        # Clocks go forward: a day of 23 hours. What stands at 02:30 runs at 03:30, once.
        ("daily", "2026-03-28T12:00", "2026-03-29T12:00"),
        ("daily at 02:30", "2026-03-28T12:00", "2026-03-29T01:30"),
        ("daily at 02:30", "2026-03-29T01:30", "2026-03-30T00:30"),
        # Clocks go back: 02:30 comes twice and counts once.
        ("daily at 02:30", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("daily at 02:30", "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_the_next_time_after_the_last(written: str, last: str, expected: str) -> None:
    assert timetable(written).after(utc(last), MADRID) == utc(expected)


def test_a_time_of_day_comes_every_day_of_the_year() -> None:
    for hours in range(0, 24 * 370, 7):
        last = utc("2026-01-01T00:00") + timedelta(hours=hours)
        following = timetable("daily at 02:30").after(last, MADRID)
        assert timedelta() < following - last <= timedelta(hours=25)


@pytest.mark.parametrize(
    "written", ["", "sometimes", "every 0 hours", "every -1 hours", "every 6 moons", "daily at 25:00", "monday", "at 3"]
)
def test_a_schedule_nobody_can_keep_is_refused_with_its_line(make_site, written: str) -> None:  # type: ignore[no-untyped-def]
    path = make_site("harbor", schedule=written)
    with pytest.raises(ManifestError, match=r"site.yml:\d+: key 'schedule': .*every 6 hours"):
        load_manifest(path)


def test_a_trend_shows_each_run_against_the_best_and_nothing_as_a_dot() -> None:
    assert trend([]) == ""
    assert trend([0, 0]) == "··"
    assert trend([1, 400, 800, 0]) == "▁▄█·"
