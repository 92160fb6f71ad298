"""Readings as they stand in the store."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from nlp.records import Mention, MentionJson, Reading
from nlp.tables import readings
from store import pending
from store.database import select_in, upsert
from store.schema import now

READING = ("ad_id", "language", "masked", "mentions", "version")  # the fields of a Reading, in their order


class StoredReading(NamedTuple):
    """A reading as it is stored: its masked text, and its mentions as `Mention.as_json` writes them."""

    masked: str
    mentions: list[MentionJson]


def load_readings(connection: Connection, ad_ids: Iterable[str]) -> dict[str, Reading]:
    """The readings of these ads that the store has."""
    query = select(*(readings.c[name] for name in READING))
    return {row[0]: _reading(*row) for row in select_in(connection, query, readings.c.ad_id, ad_ids)}


def load_mentions(connection: Connection, ad_ids: Iterable[str]) -> dict[str, list[MentionJson]]:
    """What was read from these ads, as it is stored: for who passes over many mentions and keeps a few values of each."""
    query = select(readings.c.ad_id, readings.c.mentions)
    return {row.ad_id: row.mentions for row in select_in(connection, query, readings.c.ad_id, ad_ids)}


def load_stored(connection: Connection, ad_ids: Iterable[str]) -> dict[str, StoredReading]:
    """The readings of these ads as they are stored: in a third of the time it takes to make records of all their mentions."""
    query = select(readings.c.ad_id, readings.c.masked, readings.c.mentions)
    rows = select_in(connection, query, readings.c.ad_id, ad_ids)
    return {ad_id: StoredReading(masked, mentions) for ad_id, masked, mentions in rows}


def save_readings(connection: Connection, made: Iterable[Reading]) -> None:
    """Store readings, each in place of the ad's earlier one, and announce them to the linker."""
    moment = now()
    rows = [
        {
            "ad_id": reading.ad_id,
            "language": reading.language,
            "masked": reading.masked,
            "mentions": [mention.as_json() for mention in reading.mentions],
            "version": reading.version,
            "made_at": moment,
        }
        for reading in made
    ]
    upsert(connection, readings, rows)
    pending.announce(connection, "readings", (str(row["ad_id"]) for row in rows))


def _reading(ad_id: str, language: str, masked: str, mentions: list[MentionJson], version: str) -> Reading:
    return Reading(ad_id, language, masked, tuple([Mention.from_json(one) for one in mentions]), version)
