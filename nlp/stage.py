"""The read stage: every ad that is new, changed, or was read by an older pipeline."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from crawlers.stored import StoredAd, load_ads
from crawlers.tables import ads
from nlp import freshness
from nlp.pipeline import version
from nlp.records import Reading
from nlp.stored import ReadingRow, row_of, save_rows
from nlp.workers import Readers
from nlp.yields import Yields, found_in
from store import health, outbox, pending
from store.schema import now
from store.spread import Spread
from store.workspace import Workspace

STAGE = "read"
BATCH = 1_000


class Made(NamedTuple):
    """What is made of a reading where the ad was read: its row, the place the ad is in, and what counts as found in it."""

    row: ReadingRow
    place: freshness.Where | None
    found: frozenset[str]


def made_of(reading: Reading) -> Made:
    """The reading as the stage needs it."""
    return Made(row_of(reading), freshness.place_of(reading), found_in(reading))


def run(workspace: Workspace, progress: Callable[[int], None] | None = None) -> int:
    """Read what is pending, in batches that each commit with the mark that they are done; returns how many ads."""
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, version(), select(ads.c.ad_id))
    yields = Yields()

    def compute(connection: Connection, ad_ids: Sequence[str]) -> list[tuple[StoredAd, Made]]:
        stored = load_ads(connection, ad_ids)
        batch = [stored[ad_id] for ad_id in ad_ids if ad_id in stored]
        return list(zip(batch, readers.made_of(made_of, (one.ad for one in batch)), strict=True))

    def write(connection: Connection, made: list[tuple[StoredAd, Made]]) -> None:
        save_rows(connection, (one.row for _, one in made))
        outbox.put(connection, outbox.AD, (ad.ad.ad_id for ad, _ in made))
        freshness.note(connection, ((ad, one.place) for ad, one in made))
        yields.note((ad.ad.site, one.found) for ad, one in made)

    with Spread(workspace.settings.scheduler) as spread, Readers(workspace.settings.workers, spread) as readers:
        done = pending.drain(
            workspace, STAGE, compute=compute, write=write, batch=BATCH, progress=progress or (lambda _: None)
        )
    with workspace.begin() as connection:
        health.record(connection, yields.judged(connection))
        health.record(connection, freshness.judge(connection, now()))
    return done
