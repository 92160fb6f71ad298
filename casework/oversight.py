"""Oversight: what a supervisor looks at so that looking at people stays accountable."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, select

from casework import ownterms
from casework.misuse import LOOKS, Seen
from indexer import lookups
from linker.stored import group_ids_of
from store import keys
from store.database import select_in
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

SAMPLE_KEY = "oversight-sample"
SHARE_SPAN = timedelta(days=7)


def seen(workspace: Workspace, days: int) -> list[Seen]:
    """The events of the last days, oldest first, with what the patterns need of them."""
    zone = workspace.settings.zone
    with workspace.read() as connection:
        known = ownterms.load(connection)
        query = (
            select(audit_events).where(audit_events.c.at >= now() - timedelta(days=days)).order_by(audit_events.c.seq)
        )
        return [
            Seen(
                row.seq,
                row.at.astimezone(zone),
                row.actor,
                row.via,
                row.action,
                row.object_kind,
                row.object_hash,
                row.case_id,
                row.reason,
                row.facts.get("asked by"),
                frozenset(_own(workspace, known.get(row.actor, {}), row)),
            )
            for row in connection.execute(query)
        ]


def _own(workspace: Workspace, known: dict[str, str], row: Row[Any]) -> set[str]:
    if not known or row.sealed is None or row.action != "search":
        return set()
    words = keys.unseal(workspace, row.seal_key, row.sealed)
    return ownterms.hit(workspace, known, words) if words else set()


def sample(workspace: Workspace, day: str, reader: str, count: int) -> list[int]:
    """Numbers of looks of the week before `day` for `reader` to ask about: drawn at random, the same however often asked.

    The draw hangs on a secret of the workspace and the day, so that nobody can know it before or draw until it suits.
    Nobody is given looks of their own.
    """
    secret = keys.key(workspace, SAMPLE_KEY)
    with workspace.read() as connection:
        first = select(func.min(audit_events.c.seq)).where(audit_events.c.at >= now() - SHARE_SPAN)
        query = select(audit_events.c.seq).where(
            audit_events.c.seq >= first.scalar_subquery(),
            audit_events.c.action.in_(sorted(LOOKS)),
            audit_events.c.actor != reader,
        )
        numbers = list(connection.execute(query).scalars())
    return sorted(sorted(numbers, key=lambda seq: hmac.digest(secret, f"{day}:{seq}".encode(), sha256))[:count])


def about(workspace: Workspace, connection: Connection, typed: str, ad_ids: Iterable[str]) -> list[int]:
    """Numbers of the events that concern a person: look-ups of their contact, and looks at ads and groups that hold it."""
    ads = list(ad_ids)
    groups = set(group_ids_of(connection, ads).values())
    things = (
        *(f"contact:{one}" for one in lookups.of_person(typed)),
        *(f"ad:{one}" for one in ads),
        *(f"group:{one}" for one in sorted(groups)),
    )
    query = select(audit_events.c.seq)
    hashes = [keys.blind(workspace, one) for one in things]
    return sorted(row.seq for row in select_in(connection, query, audit_events.c.object_hash, hashes))
