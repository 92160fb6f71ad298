"""When something is due: hourly, daily, weekly, every 6 hours, daily at 03:30, monday at 04:00.

An interval is time that passed, whatever clocks were put forward or back in it. A time of day is the team's, and comes once
a day: on the day it is skipped for summer time it is an hour later, on the day it comes twice the first one counts.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

INTERVALS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY = re.compile(r"every (\d{1,4}) (minute|hour|day)s?\Z")
AT = re.compile(rf"(daily|{'|'.join(WEEKDAYS)}) at ([01]\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True)
class Timetable:
    """Either an interval, or a time of day with, perhaps, its weekday (0 is Monday)."""

    every: timedelta | None = None
    at: time | None = None
    weekday: int | None = None

    def after(self, last: datetime, zone: ZoneInfo) -> datetime:
        """The first moment that is due after `last`, in UTC. `zone` says where a day begins."""
        if self.every is not None:
            return (last + self.every).astimezone(UTC)
        day = last.astimezone(zone).date()
        while True:
            moment = datetime.combine(day, self.at or time(), zone).astimezone(UTC)
            if moment > last and self.weekday in (None, day.weekday()):
                return moment
            day += timedelta(days=1)


def timetable(written: str) -> Timetable:
    """What a `schedule` means; raises ValueError."""
    if written in INTERVALS:
        return Timetable(every=INTERVALS[written])
    if (found := EVERY.match(written)) and int(found[1]) > 0:
        return Timetable(every=timedelta(**{f"{found[2]}s": int(found[1])}))
    if found := AT.match(written):
        weekday = None if found[1] == "daily" else WEEKDAYS.index(found[1])
        return Timetable(at=time(int(found[2]), int(found[3])), weekday=weekday)
    raise ValueError(
        f"{written!r} is no schedule; write hourly, daily, weekly, 'every 6 hours', 'daily at 03:30' or 'monday at 04:00'"
    )
