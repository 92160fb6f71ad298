"""What may stand after a colon where a field holds numbers, prices or dates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from indexer.query import QueryError, Range

COMPARISON = re.compile(r"(<=|>=|<|>)(.+)\Z", re.DOTALL)
NUMBER = re.compile(r"\A-?\d{1,12}(?:\.\d{1,6})?\Z", re.ASCII)
UNIT = re.compile(r"\A(.+)/(\d{1,4})?(min|h|hour)\Z", re.ASCII)
LAST = re.compile(r"last-(\d{1,4})-(hour|day|week|month)s?\Z", re.ASCII)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
HOURS = {"hour": 1, "day": 24, "week": 24 * 7, "month": 24 * 30}


@dataclass(frozen=True, slots=True)
class Moment:
    """The present, and the zone in which the team's days begin."""

    now: datetime
    zone: ZoneInfo

    def midnight(self, day: date) -> datetime:
        """When that day begins."""
        return datetime.combine(day, time(), self.zone)


def number_range(field: str, text: str, at: int, example: str) -> Range:
    """`21`, `<21`, `>=18`, `18..25`, `..25`, `18..`; raises QueryError."""
    return _range(field, text, lambda part: _number(part, at, example))


def price_range(text: str, at: int) -> Range:
    """`<100` compares amounts as written; `<100/60min` what an hour costs at that rate."""
    example = "write price:<100/60min, price:80..120/h or price:100"
    unit = UNIT.match(text)
    if unit is None:
        return _range("amount", text, lambda part: _number(part, at, example))
    minutes = int(unit.group(2) or 1) * (1 if unit.group(3) == "min" else 60)
    if minutes == 0:
        raise QueryError("a price for no time", at, example)
    return _range("rate", unit.group(1), lambda part: round(_number(part, at, example) * 60 / minutes, 2))


def date_range(field: str, text: str, at: int, moment: Moment) -> Range:
    """Days, months, spans of both and words such as last-7-days, as seconds since 1970; the end is the span's last second."""
    hint = f"write {field}:2026-05-01, {field}:2026-05-01..2026-06-01, {field}:>2026-05-01 or {field}:last-7-days"
    lowered = text.lower()
    today = moment.now.astimezone(moment.zone).date()
    if last := LAST.match(lowered):
        low = moment.now - timedelta(hours=int(last.group(1)) * HOURS[last.group(2)])
        return Range(field, low=_seconds(low))
    if lowered in {"today", "yesterday"}:
        day = today - timedelta(days=lowered == "yesterday")
        return _span(field, moment.midnight(day), moment.midnight(day + timedelta(days=1)))
    comparison = COMPARISON.match(text)
    if comparison:
        first, after = _days(comparison.group(2), at, hint, moment)
        return {
            "<": Range(field, high=_seconds(first), include_high=False),
            "<=": Range(field, high=_seconds(after), include_high=False),
            ">": Range(field, low=_seconds(after)),
            ">=": Range(field, low=_seconds(first)),
        }[comparison.group(1)]
    low_text, dots, high_text = text.partition("..")
    if not dots:
        return _span(field, *_days(text, at, hint, moment))
    low_end = _seconds(_days(low_text, at, hint, moment)[0]) if low_text else None
    high_end = _seconds(_days(high_text, at, hint, moment)[1]) if high_text else None
    if low_end is None and high_end is None:
        raise QueryError("a span without ends", at, hint)
    return Range(field, low=low_end, high=high_end, include_high=False)


def _span(field: str, first: datetime, after: datetime) -> Range:
    return Range(field, low=_seconds(first), high=_seconds(after), include_high=False)


def _days(text: str, at: int, hint: str, moment: Moment) -> tuple[datetime, datetime]:
    """When the day or month begins, and when it is over."""
    try:
        if day := DAY.match(text):
            first = date(*map(int, day.groups()))
            return moment.midnight(first), moment.midnight(first + timedelta(days=1))
        if month := MONTH.match(text):
            first = date(int(month.group(1)), int(month.group(2)), 1)
            return moment.midnight(first), moment.midnight((first + timedelta(days=31)).replace(day=1))
    except (ValueError, OverflowError):
        pass
    raise QueryError(f"{text!r} is no day or month", at, hint)


def _seconds(moment: datetime) -> int:
    try:
        return int(moment.astimezone(UTC).timestamp())
    except (OverflowError, ValueError):  # the ends of the calendar
        return 0 if moment.year < 1970 else 2**40


def _number(text: str, at: int, example: str) -> float:
    if not NUMBER.match(text):
        raise QueryError(f"{text!r} is no number", at, example)
    return float(text)


def _range(field: str, text: str, parse: Callable[[str], float]) -> Range:
    comparison = COMPARISON.match(text)
    if comparison:
        sign, bound = comparison.group(1), parse(comparison.group(2))
        if sign[0] == "<":
            return Range(field, high=bound, include_high="=" in sign)
        return Range(field, low=bound, include_low="=" in sign)
    low, dots, high = text.partition("..")
    if not dots:
        return Range(field, parse(text), parse(text))
    if not low and not high:
        return Range(field, parse(low), None)
    return Range(field, parse(low) if low else None, parse(high) if high else None)
