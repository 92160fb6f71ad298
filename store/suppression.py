"""Identifiers that may not be collected again (a person's erasure, a court's order), kept only as keyed hashes."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from store.database import select_in, upsert
from store.keys import blind
from store.schema import now
from store.tables import suppressed
from store.workspace import Workspace


def suppress(workspace: Workspace, connection: Connection, identifiers: Iterable[str], reason: str) -> None:
    """From now on nothing that carries one of these identifiers (an ad id, a phone in E.164, an e-mail) is stored."""
    moment = now()
    rows = [{"identifier": blind(workspace, one), "at": moment, "reason": reason} for one in identifiers]
    upsert(connection, suppressed, rows, keep=("at", "reason"))


def held_back(workspace: Workspace, connection: Connection, identifiers: Iterable[str]) -> set[str]:
    """Those of `identifiers` that are suppressed."""
    hashes = {blind(workspace, one): one for one in identifiers}
    rows = select_in(connection, select(suppressed.c.identifier), suppressed.c.identifier, hashes)
    return {hashes[row.identifier] for row in rows}
