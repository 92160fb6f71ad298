"""Ads in the store and the index, each with what is read from it, put there by hand: no stage before the index is run."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert

from crawlers.records import Ad
from crawlers.stored import record_sightings
from indexer import stage
from linker.tables import group_members, groups
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from store import outbox
from store.database import upsert
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
AUSTIN = {"name": "Austin", "country": "US", "lat": 30.26715, "lon": -97.74306}


def publish(workspace: Workspace, ads: Mapping[str, str], *, days: int = 0, index: bool = True) -> None:
    """Ads by id with their body; a number in it such as +12025550143 is read as a phone, "Austin" as the place."""
    seen_at = MOMENT + timedelta(days=days)
    made = [Ad(one, one.partition(":")[0], "", MOMENT, title=f"Ad {one}", body=body) for one, body in ads.items()]
    with workspace.begin() as connection:
        record_sightings(connection, made, seen_at=seen_at, run_id=f"r{days}")
        save_readings(connection, [Reading(ad.ad_id, "en", "", tuple(_mentions(ad)), "1") for ad in made])
        outbox.put(connection, outbox.AD, ads)
    if index:
        stage.run(workspace)


def group(workspace: Workspace, group_id: str, ad_ids: Iterable[str], *, standing: bool = False) -> None:
    """Put the ads into a group, which goes where they were the last ones; `standing` as the score stage does."""
    row = {"group_id": group_id, "itinerary": [], "templates": [], "first_seen": MOMENT, "last_seen": MOMENT}
    members = list(ad_ids)
    with workspace.begin() as connection:
        upsert(connection, groups, [{**row, "ads": len(members)}])
        connection.execute(delete(group_members).where(group_members.c.ad_id.in_(members)))
        connection.execute(insert(group_members), [{"ad_id": one, "group_id": group_id} for one in members])
        outbox.put(connection, outbox.AD, members, standing=standing)
        outbox.put(connection, outbox.GROUP, [group_id])
    stage.run(workspace)


def _mentions(ad: Ad) -> Iterable[Mention]:
    for word in ad.body.split():
        start = ad.body.index(word)
        if word.startswith("+"):
            yield Mention(Kind.PHONE, word, word, "body", start, start + len(word), "hand", detail={})
        if word == "Austin":
            yield Mention(Kind.PLACE, "4671654", word, "body", start, start + len(word), "hand", detail=AUSTIN)
