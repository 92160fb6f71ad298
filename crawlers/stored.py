"""Ads as they stand in the store: to write one is to record a sighting; to read them is to get records."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from crawlers.records import TEXT_FIELDS, Ad, Change, Origin, Sighting
from crawlers.tables import ad_versions, ads, sightings
from store import outbox, pending
from store.database import insert_missing, select_in

# Columns that a sighting of an unchanged ad touches, and those that a change touches.
FLEETING = ("first_seen", "last_seen", "gone_at", "posted_at")
CHANGING = tuple(column.name for column in ads.columns if column.name != "ad_id")
WHOLE = select(ads)
TIMES = select(ads.c.ad_id, func.coalesce(ads.c.posted_at, ads.c.first_seen))
SITES = select(ads.c.site).distinct()


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
    return {row.ad_id: _stored(row) for row in select_in(connection, WHOLE, ads.c.ad_id, ad_ids)}


def times_of(connection: Connection, ad_ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these ads stands: at its posting date, else when it was first seen."""
    return dict(select_in(connection, TIMES, ads.c.ad_id, ad_ids))


def sites_of(connection: Connection, ad_ids: Iterable[str]) -> list[str]:
    """The sites that these ads stand on, each once, in order."""
    return sorted({row.site for row in select_in(connection, SITES, ads.c.ad_id, ad_ids)})


def all_ads(connection: Connection) -> Iterator[StoredAd]:
    """Every ad, by id, streamed."""
    for row in connection.execution_options(yield_per=1000).execute(select(ads).order_by(ads.c.ad_id)):
        yield _stored(row)


def record_sighting(connection: Connection, ad: Ad, *, seen_at: datetime, run_id: str) -> Sighting:
    """`record_sightings` of one ad."""
    return record_sightings(connection, [ad], seen_at=seen_at, run_id=run_id)[0]


def record_sightings(
    connection: Connection, seen: Sequence[Ad], *, seen_at: datetime | Sequence[datetime], run_id: str
) -> list[Sighting]:
    """Store what pages or imported lines show of ads: new, changed or the same; announces what has to be read.

    `seen_at` is one instant, or one for each ad. The same ad twice in one run is one sighting. An earlier state of a
    changed ad is kept with its capture. A batch is a few hundred ads; all of it is one read and a handful of writes.
    """
    moments = [seen_at] * len(seen) if isinstance(seen_at, datetime) else list(seen_at)
    known = {
        row.ad_id: row._asdict()
        for row in select_in(connection, WHOLE, ads.c.ad_id, dict.fromkeys(ad.ad_id for ad in seen))
    }
    work = _Work(states=known, dated=_newest_dates(connection, seen, known))
    found = [work.see(ad, moment, run_id) for ad, moment in zip(seen, moments, strict=True)]
    work.write(connection)
    return found


@dataclass(slots=True)
class _Work:
    """The rows a batch of sightings makes, worked out in memory and written at once."""

    states: dict[str, dict[str, Any]]
    dated: dict[str, datetime]  # the newest date known of ads that come with a later one than they were posted at
    redated: dict[str, None] = field(default_factory=dict)
    fresh: dict[str, None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    to_read: dict[str, None] = field(default_factory=dict)
    seen_again: dict[str, None] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    sightings: dict[str, Sighting] = field(default_factory=dict)

    def see(self, ad: Ad, seen_at: datetime, run_id: str) -> Sighting:
        state, digest = self.states.get(ad.ad_id), content_digest(ad)
        if state is None:
            change = Change.NEW
            times = {"first_seen": seen_at, "last_seen": seen_at, "gone_at": None}
            self.states[ad.ad_id] = {**_columns(ad), "digest": digest, "version": 1, **times}
            self.fresh[ad.ad_id] = None
        else:
            change = Change.SAME if state["digest"] == digest else Change.CHANGED
            if change is Change.SAME:
                self.seen_again[ad.ad_id] = None
            self._renew(state, ad, digest, seen_at, change)
        if change is not Change.SAME:
            self.to_read[ad.ad_id] = None
        sighting = Sighting(ad.ad_id, seen_at, change, ad.origin.capture_id, run_id, ad.posted_at)
        self.sightings.setdefault(ad.ad_id, sighting)
        return sighting

    def _renew(self, state: dict[str, Any], ad: Ad, digest: str, seen_at: datetime, change: Change) -> None:
        self.touched[ad.ad_id] = None
        if seen_at < state["last_seen"]:
            # An old archive imported late adds a sighting; it does not turn the newest state back.
            state["first_seen"] = min(state["first_seen"], seen_at)
            return
        # A bump gives an ad a new date; it was posted when it was first posted, and groups are named by that.
        if ad.ad_id in self.dated and ad.posted_at and ad.posted_at > self.dated[ad.ad_id]:
            self.dated[ad.ad_id] = ad.posted_at
            self.redated[ad.ad_id] = None
        posted_at = min(filter(None, (state["posted_at"], ad.posted_at)), default=None)
        if posted_at != state["posted_at"]:
            self.redated[ad.ad_id] = None
        if change is Change.CHANGED:
            self.versions.append(_version(state))
            state |= {**_columns(ad), "digest": digest, "version": state["version"] + 1}
        state |= {"last_seen": seen_at, "gone_at": None, "posted_at": posted_at}

    def write(self, connection: Connection) -> None:
        if self.fresh:
            connection.execute(insert(ads), [self.states[ad_id] for ad_id in self.fresh])
        changed = {version["ad_id"] for version in self.versions}
        for names in (CHANGING, FLEETING):
            rows = [
                {"key": ad_id, **{name: self.states[ad_id][name] for name in names}}
                for ad_id in self.touched
                if ad_id not in self.fresh and (ad_id in changed) is (names is CHANGING)
            ]
            if rows:
                connection.execute(update(ads).where(ads.c.ad_id == bindparam("key")), rows)
        insert_missing(connection, ad_versions, self.versions)
        insert_missing(connection, sightings, (_row(one) for one in self.sightings.values()))
        pending.announce(connection, "ads", self.to_read)
        # It says what it said, but where it is and how long it runs has changed.
        pending.announce(connection, "readings", (ad_id for ad_id in self.redated if ad_id not in self.to_read))
        # What is only seen again needs no reading, but its document says when it was last seen.
        outbox.put(connection, outbox.AD, (ad_id for ad_id in self.seen_again if ad_id not in self.to_read))


def record_gone(connection: Connection, ad_id: str, *, seen_at: datetime, run_id: str, capture_id: str | None) -> bool:
    """Note that an ad's page was found gone; False where the store has no such ad or knew already."""
    gone = connection.execute(
        update(ads).where(ads.c.ad_id == ad_id, ads.c.gone_at.is_(None)).values(gone_at=seen_at)
    ).rowcount
    if gone:
        insert_missing(connection, sightings, [_row(Sighting(ad_id, seen_at, Change.GONE, capture_id, run_id))])
        outbox.put(connection, outbox.AD, [ad_id])
    return bool(gone)


def renewals(connection: Connection, ad_ids: Iterable[str]) -> dict[str, tuple[datetime, ...]]:
    """For each of these ads that was bumped, the later dates its site gave it, in order."""
    query = (
        select(sightings.c.ad_id, sightings.c.posted_at)
        .join(ads, ads.c.ad_id == sightings.c.ad_id)
        .where(sightings.c.posted_at > ads.c.posted_at)
        .distinct()
    )
    found: dict[str, list[datetime]] = {}
    for row in select_in(connection, query, sightings.c.ad_id, ad_ids):
        found.setdefault(row.ad_id, []).append(row.posted_at)
    return {ad_id: tuple(sorted(moments)) for ad_id, moments in found.items()}


def _newest_dates(connection: Connection, seen: Sequence[Ad], known: dict[str, dict[str, Any]]) -> dict[str, datetime]:
    """Of the ads that now come with a later date than they were posted at, the newest date they had before."""
    later = {
        ad.ad_id: posted
        for ad in seen
        if ad.posted_at and (posted := known.get(ad.ad_id, {}).get("posted_at")) and ad.posted_at > posted
    }
    before = renewals(connection, later)
    return {ad_id: before.get(ad_id, (posted,))[-1] for ad_id, posted in later.items()}


def content_digest(ad: Ad) -> str:
    """SHA-256 of what the ad says. Its date is left out: a bump is a sighting, not a change."""
    said = {**ad.texts(), "image_hashes": list(ad.image_hashes), "region": ad.region}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _version(state: dict[str, Any]) -> dict[str, Any]:
    return {
        "ad_id": state["ad_id"],
        "version": state["version"],
        "seen_at": state["last_seen"],
        "capture_id": state["capture_id"],
        "fields": {name: state[name] for name in (*TEXT_FIELDS, "image_hashes", "region")},
    }


def _row(sighting: Sighting) -> dict[str, Any]:
    return {
        "ad_id": sighting.ad_id,
        "seen_at": sighting.seen_at,
        "change": sighting.change.value,
        "capture_id": sighting.capture_id,
        "run_id": sighting.run_id,
        "posted_at": sighting.posted_at,
    }


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
