"""Ads that carry a known image and are held back: in no search, queue or command; for a supervisor alone, through casework."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from store.database import select_in
from store.errors import SidelightError
from store.tables import hash_matches

STANDING = select(hash_matches.c.ad_id).where(hash_matches.c.released_at.is_(None))


class QuarantinedError(SidelightError):
    """The ad is held back."""


def held(connection: Connection, ad_ids: Iterable[str]) -> set[str]:
    """Those of these ads that are held back."""
    return {ad_id for (ad_id,) in select_in(connection, STANDING, hash_matches.c.ad_id, ad_ids)}


def require_shown(connection: Connection, ad_id: str) -> None:
    """Raise QuarantinedError where the ad is held back."""
    if held(connection, [ad_id]):
        raise QuarantinedError(f"ad {ad_id!r} is held back: it carries a known image; see `sidelight reports list`")
