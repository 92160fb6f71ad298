"""Ads as the linker needs them, without their texts: those it knows from the reading."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from crawlers.records import Ad
from crawlers.stored import StoredAd
from crawlers.tables import ads
from store.database import select_in

COLUMNS = (
    "ad_id",
    "site",
    "url",
    "posted_at",
    "region",
    "image_hashes",
    "version",
    "first_seen",
    "last_seen",
    "gone_at",
)


def load_bare_ads(connection: Connection, ad_ids: Iterable[str]) -> dict[str, StoredAd]:
    """The ads with these ids that the store has; their text fields and origin are left empty."""
    query = select(*(ads.c[name] for name in COLUMNS))
    return {
        row.ad_id: StoredAd(
            Ad(row.ad_id, row.site, row.url, row.posted_at, region=row.region, image_hashes=tuple(row.image_hashes)),
            row.first_seen,
            row.last_seen,
            row.version,
            row.gone_at,
        )
        for row in select_in(connection, query, ads.c.ad_id, ad_ids)
    }
