"""Hand-made ads with their readings, so that linking is tested without reading."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker.signals import Signals, signals_of
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from store.workspace import Workspace

START = datetime(2026, 3, 1, tzinfo=UTC)
PLACES = {
    "1": {"name": "Springfield", "lat": 39.8, "lon": -89.6},
    "2": {"name": "Riverside", "lat": 33.9, "lon": -117.4},
    "3": {"name": "Salem", "lat": 44.9, "lon": -123.0},
    "4": {"name": "Franklin", "lat": 35.9, "lon": -86.9},
    "5": {"name": "Dover", "lat": 39.2, "lon": -75.5},
    "6": {"name": "Georgetown", "lat": 30.6, "lon": -97.7},
}


@dataclass(frozen=True)
class Posted:
    """An ad and its reading."""

    ad: Ad
    reading: Reading
    renewed: tuple[datetime, ...] = ()

    @property
    def signals(self) -> Signals:
        return signals_of(self.ad, self.reading, renewed=self.renewed)


def posted(
    ad_id: str, *, day: float = 0, site: str = "harbor", text: str = "", **values: str | Sequence[str]
) -> Posted:
    """An ad posted `day` days after START; `values` are mentions by kind, such as phone="+13125550101"."""
    mentions = []
    for kind, given in values.items():
        for value in [given] if isinstance(given, str) else given:
            detail = PLACES.get(value, {}) if kind == "place" else {}
            mentions.append(Mention(Kind(kind), value, value, "body", 0, len(value), "test", detail=detail))
    ad = Ad(f"{site}:{ad_id}", site, "", START + timedelta(days=day), body=text)
    return Posted(ad, Reading(ad.ad_id, "en", text, tuple(mentions), "1"))


def putter(workspace: Workspace) -> Callable[[Iterable[Posted]], None]:
    """Puts ads and their readings into the workspace, as crawling and reading would."""
    hour = iter(range(1_000_000))

    def put(items: Iterable[Posted]) -> None:
        with workspace.begin() as connection:
            made = list(items)
            for one in made:
                now = START + timedelta(days=200, hours=next(hour))
                record_sighting(connection, one.ad, seen_at=now, run_id=f"run {now}")
            save_readings(connection, [one.reading for one in made])

    return put


@pytest.fixture
def put(workspace: Workspace) -> Callable[[Iterable[Posted]], None]:
    """`putter` for the test's workspace."""
    return putter(workspace)
