"""What reading yields, site by site: the shares of ads with a phone, an age, and a language that we know.

A share that falls says that the site's pages, or our reading of them, changed, however well the crawl itself went.
"""

from collections import Counter
from collections.abc import Iterable
from statistics import median

from sqlalchemy import Connection, select

from nlp.language import UNKNOWN
from nlp.records import Kind, Reading
from store.health import Health, State
from store.schema import now
from store.tables import health

SOURCE = "nlp"
# With fewer ads a share says nothing.
JUDGED = 50
# Below this share of ads with one, the site's pages or our reading of them changed.
FLOORS = {"phone": 0.05, "age": 0.02, "language": 0.5}
NOUNS = {"phone": "a phone", "age": "an age", "language": "a language we know"}
# Against the site's own past: so many readings back, and a fall of so many points that is at least a third of it.
HISTORY = 7
DROP = 0.1
DEEP = 2 / 3


def found_in(reading: Reading) -> frozenset[str]:
    """Which of what is counted the reading has."""
    kinds = {kind.value for kind in (Kind.PHONE, Kind.AGE) if reading.of(kind)}
    return frozenset(kinds | ({"language"} if reading.language != UNKNOWN else set()))


class Yields:
    """Counts what one run of the stage reads."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._having: Counter[tuple[str, str]] = Counter()

    def note(self, read: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Count ads that were read: the site of each, and what was found in it."""
        for site, found in read:
            self._seen[site] += 1
            self._having.update((site, name) for name in found)

    def judged(self, connection: Connection) -> list[Health]:
        """A row for each site and share; amber below the floor, or where it fell."""
        rows = []
        for site, count in sorted(self._seen.items()):
            for name, floor in FLOORS.items():
                share = self._having[site, name] / count
                usual = _usual(connection, site, f"yield_{name}")
                rows.append(_row(site, name, count, share, floor, usual))
        return rows


def _row(site: str, name: str, count: int, share: float, floor: float, usual: float | None) -> Health:
    reason, expected, low = (
        f"{share:.0%} of {count} ads read have {NOUNS[name]}",
        floor,
        count >= JUDGED and share < floor,
    )
    if count >= JUDGED and usual is not None and share < usual - DROP and share < DEEP * usual:
        reason, expected, low = f"{reason}; it fell from {usual:.0%}", usual, True
    return Health(now(), SOURCE, site, f"yield_{name}", State.AMBER if low else State.GREEN, reason, share, expected)


def _usual(connection: Connection, site: str, measure: str) -> float | None:
    """The median of the site's last shares."""
    query = (
        select(health.c.value)
        .where(health.c.site == site, health.c.measure == measure, health.c.value.is_not(None))
        .order_by(health.c.at.desc(), health.c.health_id.desc())
        .limit(HISTORY)
    )
    past = connection.execute(query).scalars().all()
    return median(past) if past else None
