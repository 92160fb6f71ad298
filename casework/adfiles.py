"""Everything held about one ad, as one record: its text, what was read from it, when it was seen, and the page it came from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from crawlers.history import Version, versions
from crawlers.records import Capture, Change, Sighting
from crawlers.stored import StoredAd, load_ads
from crawlers.tables import captures, sightings
from linker.stored import group_ids_of
from nlp.records import Reading
from nlp.stored import load_readings


@dataclass(frozen=True, slots=True)
class AdFile:
    """One ad's file. `reading` is None until the ad has been read, `capture` where it was imported."""

    stored: StoredAd
    reading: Reading | None
    group_id: str | None
    capture: Capture | None
    versions: tuple[Version, ...]  # newest first, the one in force among them
    sightings: tuple[Sighting, ...]  # newest first


def load(connection: Connection, ad_id: str) -> AdFile | None:
    """The ad's file, or None where the store has no such ad."""
    stored = load_ads(connection, [ad_id]).get(ad_id)
    if stored is None:
        return None
    return AdFile(
        stored=stored,
        reading=load_readings(connection, [ad_id]).get(ad_id),
        group_id=group_ids_of(connection, [ad_id]).get(ad_id),
        capture=_capture(connection, stored.ad.origin.capture_id),
        versions=tuple(versions(connection, stored)),
        sightings=tuple(
            _sighting(row)
            for row in connection.execute(
                select(sightings).where(sightings.c.ad_id == ad_id).order_by(sightings.c.seen_at.desc())
            )
        ),
    )


def _capture(connection: Connection, capture_id: str | None) -> Capture | None:
    if capture_id is None:  # an imported ad's: to look for none would go through all captures there are
        return None
    row = connection.execute(select(captures).where(captures.c.capture_id == capture_id)).one_or_none()
    return Capture(**row._asdict()) if row else None


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(row.ad_id, row.seen_at, Change(row.change), row.capture_id, row.run_id)
