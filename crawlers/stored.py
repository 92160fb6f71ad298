"""Ads as they stand in the store: to write one is to record a sighting; to read them is to get records."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from crawlers.records import TEXT_FIELDS, Ad, Change, Origin, Sighting
from crawlers.tables import ad_versions, ads, sightings
from store import outbox, pending
from store.database import insert_missing, select_in


@dataclass(frozen=True, slots=True)
class StoredAd:
    """An ad with when it was first and last seen, how often it changed, and when it went."""

    ad: Ad
    first_seen: datetime
    last_seen: datetime
    version: int
    gone_at: datetime | None


def load_ads(connection: Connection, ad_ids: Iterable[str]) -> dict[str, StoredAd]:
    """The ads with these ids that the store has."""
    return {row.ad_id: _stored(row) for row in select_in(connection, select(ads), ads.c.ad_id, ad_ids)}


def all_ads(connection: Connection) -> Iterator[StoredAd]:
    """Every ad, by id, streamed."""
    for row in connection.execution_options(yield_per=1000).execute(select(ads).order_by(ads.c.ad_id)):
        yield _stored(row)


def record_sighting(connection: Connection, ad: Ad, *, seen_at: datetime, run_id: str) -> Sighting:
    """Store what a page or an imported line shows of an ad: new, changed or the same; announces what has to be read.

    The same ad twice in one run is one sighting. An earlier state of a changed ad is kept with its capture.
    """
    found = connection.execute(select(ads).where(ads.c.ad_id == ad.ad_id)).one_or_none()
    digest = content_digest(ad)
    if found is None:
        change = Change.NEW
        connection.execute(
            insert(ads).values(
                **_columns(ad), digest=digest, version=1, first_seen=seen_at, last_seen=seen_at, gone_at=None
            )
        )
    else:
        change = Change.SAME if found.digest == digest else Change.CHANGED
        _update(connection, found, ad, digest, seen_at, change)
    sighting = Sighting(ad.ad_id, seen_at, change, ad.origin.capture_id, run_id)
    _keep_sighting(connection, sighting)
    if change is not Change.SAME:
        pending.announce(connection, "ads", [ad.ad_id])
    elif found is not None and found.gone_at is not None:
        outbox.put(connection, outbox.AD, [ad.ad_id])
    return sighting


def record_gone(connection: Connection, ad_id: str, *, seen_at: datetime, run_id: str, capture_id: str | None) -> bool:
    """Note that an ad's page was found gone; False where the store has no such ad or knew already."""
    gone = connection.execute(
        update(ads).where(ads.c.ad_id == ad_id, ads.c.gone_at.is_(None)).values(gone_at=seen_at)
    ).rowcount
    if gone:
        _keep_sighting(connection, Sighting(ad_id, seen_at, Change.GONE, capture_id, run_id))
        outbox.put(connection, outbox.AD, [ad_id])
    return bool(gone)


def content_digest(ad: Ad) -> str:
    """SHA-256 of what the ad says. Its date is left out: a bump is a sighting, not a change."""
    said = {**ad.texts(), "image_hashes": list(ad.image_hashes), "region": ad.region}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _update(connection: Connection, found: Row[Any], ad: Ad, digest: str, seen_at: datetime, change: Change) -> None:
    if seen_at < found.last_seen:
        # An old archive imported late adds a sighting; it does not turn the newest state back.
        connection.execute(update(ads).where(ads.c.ad_id == ad.ad_id).values(first_seen=min(found.first_seen, seen_at)))
        return
    values: dict[str, Any] = {"last_seen": seen_at, "gone_at": None, "posted_at": ad.posted_at}
    if change is Change.CHANGED:
        fields = {name: getattr(found, name) for name in TEXT_FIELDS}
        fields |= {"image_hashes": found.image_hashes, "region": found.region}
        insert_missing(
            connection,
            ad_versions,
            [
                {
                    "ad_id": ad.ad_id,
                    "version": found.version,
                    "seen_at": found.last_seen,
                    "capture_id": found.capture_id,
                    "fields": fields,
                }
            ],
        )
        values |= {**_columns(ad), "digest": digest, "version": found.version + 1}
    connection.execute(update(ads).where(ads.c.ad_id == ad.ad_id).values(**values))


def _keep_sighting(connection: Connection, sighting: Sighting) -> None:
    insert_missing(
        connection,
        sightings,
        [
            {
                "ad_id": sighting.ad_id,
                "run_id": sighting.run_id,
                "seen_at": sighting.seen_at,
                "change": sighting.change.value,
                "capture_id": sighting.capture_id,
            }
        ],
    )


def _columns(ad: Ad) -> dict[str, Any]:
    return {
        "ad_id": ad.ad_id,
        "site": ad.site,
        "url": ad.url,
        "posted_at": ad.posted_at,
        **{name: getattr(ad, name) for name in TEXT_FIELDS},
        "region": ad.region,
        "image_hashes": list(ad.image_hashes),
        "capture_id": ad.origin.capture_id,
        "parser": ad.origin.parser,
        "file_sha256": ad.origin.file_sha256,
        "line": ad.origin.line,
    }


def _stored(row: Row[Any]) -> StoredAd:
    ad = Ad(
        ad_id=row.ad_id,
        site=row.site,
        url=row.url,
        posted_at=row.posted_at,
        **{name: getattr(row, name) for name in TEXT_FIELDS},
        region=row.region,
        image_hashes=tuple(row.image_hashes),
        origin=Origin(row.capture_id, row.parser, row.file_sha256, row.line),
    )
    return StoredAd(ad, row.first_seen, row.last_seen, row.version, row.gone_at)
