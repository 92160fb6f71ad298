"""Ads and readings as the linker needs them: without the ads' texts, and without mentions it has no use for."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from crawlers.records import Ad
from crawlers.tables import ads
from linker.offers import RECRUITS
from nlp.records import Kind, Mention, Reading
from nlp.tables import readings
from store.database import select_in

# Of prices the linker takes nothing, and of indicators only whether the ad recruits: together half of all mentions.
UNUSED, INDICATOR = Kind.PRICE.value, Kind.INDICATOR.value


class Dated(NamedTuple):
    """An ad and when it was first and last seen."""

    ad: Ad
    first_seen: datetime
    last_seen: datetime


def load_bare_ads(connection: Connection, ad_ids: Iterable[str]) -> dict[str, Dated]:
    """The ads with these ids that the store has; their text fields and origin are left empty."""
    columns = ("ad_id", "site", "url", "posted_at", "image_hashes", "first_seen", "last_seen")
    query = select(*(ads.c[name] for name in columns))
    return {
        row.ad_id: Dated(
            Ad(row.ad_id, row.site, row.url, row.posted_at, image_hashes=tuple(row.image_hashes)),
            row.first_seen,
            row.last_seen,
        )
        for row in select_in(connection, query, ads.c.ad_id, ad_ids)
    }


def load_bare_readings(connection: Connection, ad_ids: Iterable[str]) -> dict[str, Reading]:
    """The readings of these ads that the store has, with the mentions the linker looks at."""
    return {
        row.ad_id: Reading(
            ad_id=row.ad_id,
            language=row.language,
            masked=row.masked,
            mentions=tuple(
                Mention.from_json(one)
                for one in row.mentions
                if (kind := one["kind"]) != UNUSED and (kind != INDICATOR or one["value"] == RECRUITS)
            ),
            version=row.version,
        )
        for row in select_in(connection, select(readings), readings.c.ad_id, ad_ids)
    }
