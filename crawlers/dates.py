"""Dates on pages: ISO 8601, or a format the manifest lists, in the site's time zone where none is written."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo


def parse_date(written: str, formats: Iterable[str], zone: tzinfo) -> datetime:
    """The instant, in UTC; raises ValueError where neither ISO 8601 nor a listed format fits."""
    text = " ".join(written.split())
    moment = _iso(text)
    for pattern in formats:
        if moment is not None:
            break
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007  the zone follows
        except ValueError:
            continue
    if moment is None:
        raise ValueError(f"{text[:60]!r} is neither ISO 8601 nor a format listed under 'dates'")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text[:60]!r} lies outside the calendar") from None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
