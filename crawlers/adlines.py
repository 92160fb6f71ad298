"""Ads as JSON objects: one line in, one Ad out, or a typed error that names the field."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawlers.records import TEXT_FIELDS, Ad, Origin
from store.jsonlines import BadLineError

KNOWN = frozenset({"ad_id", "site", "url", "posted_at", "region", "image_hashes", *TEXT_FIELDS})
# Longer than any ad; a line beyond it is damage or an attack.
FIELD_LIMIT = 2_000_000
REGION = re.compile(r"[A-Z]{2}\Z")


def parse_ad(value: Mapping[str, Any], origin: Origin | None = None) -> Ad:
    """The ad an object describes. Numbers stand for their JSON text; unknown keys are refused. Raises BadLineError."""
    if unknown := sorted(set(value) - KNOWN):
        raise BadLineError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(KNOWN))}")
    region = value.get("region")
    if region is not None and not (isinstance(region, str) and REGION.match(region)):
        raise BadLineError(f"'region' is {region!r}; expected an ISO country such as US")
    hashes = value.get("image_hashes") or []
    if not isinstance(hashes, list) or not all(isinstance(one, str) for one in hashes):
        raise BadLineError("'image_hashes' is no list of strings")
    return Ad(
        ad_id=_required(value, "ad_id"),
        site=_required(value, "site"),
        url=_text(value, "url"),
        posted_at=_instant(value.get("posted_at")),
        **{name: _text(value, name) for name in TEXT_FIELDS},
        region=region,
        image_hashes=tuple(hashes),
        origin=origin or Origin(),
    )


def _required(value: Mapping[str, Any], name: str) -> str:
    text = _text(value, name)
    if not text:
        raise BadLineError(f"{name!r} is missing or empty")
    return text


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if found is None:
        return ""
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise BadLineError(f"{name!r} is {type(found).__name__}; expected text")
    text = str(found)
    if len(text) > FIELD_LIMIT:
        raise BadLineError(f"{name!r} has {len(text)} characters; the limit is {FIELD_LIMIT}")
    return text


def _instant(found: object) -> datetime | None:
    if found is None or found == "":
        return None
    try:
        moment = datetime.fromisoformat(str(found))
    except ValueError:
        raise BadLineError(f"'posted_at' is {found!r}; expected ISO 8601 such as 2026-05-01T12:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
