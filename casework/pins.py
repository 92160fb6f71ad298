"""The state of an ad or a group at the moment it is pinned in a case, as plain objects."""

from typing import Any

import orjson
from sqlalchemy import Connection

from crawlers.records import TEXT_FIELDS
from crawlers.stored import load_ads
from linker.stored import group_ids_of, load_groups
from models.stored import load_priorities
from nlp.stored import load_readings
from store.errors import UsageError
from store.quarantine import held, require_shown


def ad_state(connection: Connection, ad_id: str) -> dict[str, Any]:
    """Of an ad: text, version, page, group, and what was read. Raises UsageError, QuarantinedError."""
    require_shown(connection, ad_id)
    stored = load_ads(connection, [ad_id]).get(ad_id)
    if stored is None:
        raise UsageError(f"there is no ad {ad_id!r}; find its id with sidelight search")
    reading = load_readings(connection, [ad_id]).get(ad_id)
    return _plain({
        "version": stored.version,
        "fields": {name: text for name in TEXT_FIELDS if (text := getattr(stored.ad, name))},
        "posted_at": stored.ad.posted_at,
        "url": stored.ad.url,
        "first_seen": stored.first_seen,
        "last_seen": stored.last_seen,
        "capture_id": stored.ad.origin.capture_id,
        "parser": stored.ad.origin.parser,
        "group_id": group_ids_of(connection, [ad_id]).get(ad_id),
        "lexicon": reading.version if reading else None,
        "mentions": [one.as_json() for one in reading.mentions] if reading else [],
    })  # fmt: skip


def group_state(connection: Connection, group_id: str) -> dict[str, Any]:
    """Of a group: ads, places, links, and its priority with all reasons. Raises UsageError."""
    group = load_groups(connection, [group_id]).get(group_id)
    if group is None:
        raise UsageError(f"there is no group {group_id!r}; find its id with sidelight search or sidelight queue")
    priority = load_priorities(connection, [group_id]).get(group_id)
    if priority is not None:
        priority = priority.unquoted(held(connection, group.ad_ids))
    return _plain({
        "ad_ids": list(group.ad_ids),
        "first_seen": group.first_seen,
        "last_seen": group.last_seen,
        "places": [stop.name for stop in group.itinerary],
        "links": len(group.links),
        "model": priority.model if priority else None,
        "value": priority.value if priority else None,
        "band": priority.band.value if priority else None,
        "route": priority.route.value if priority else None,
        "evidence": [one.as_json() for one in priority.evidence] if priority else [],
    })  # fmt: skip


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(value))
    return plain
