"""The read stage: every ad that is new, changed, or was read by an older pipeline."""

from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from crawlers.stored import StoredAd, load_ads
from crawlers.tables import ads
from nlp import freshness
from nlp.pipeline import version
from nlp.records import Kind, Reading
from nlp.stored import save_readings
from nlp.workers import Readers
from store import health, pending
from store.health import Health, State
from store.schema import now
from store.workspace import Workspace

STAGE = "read"
BATCH = 1_000
# With fewer ads a share says nothing.
JUDGED = 50
# Below this share of ads with one, the site's pages or our reading of them changed.
FLOORS = {Kind.PHONE: 0.05, Kind.AGE: 0.02}


def run(workspace: Workspace, progress: Callable[[int], None] | None = None) -> int:
    """Read what is pending, in batches that each commit with the mark that they are done; returns how many ads."""
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, version(), select(ads.c.ad_id))
    seen: Counter[str] = Counter()
    having: Counter[tuple[str, Kind]] = Counter()

    def compute(connection: Connection, ad_ids: Sequence[str]) -> list[tuple[StoredAd, Reading]]:
        stored = load_ads(connection, ad_ids)
        batch = [stored[ad_id] for ad_id in ad_ids if ad_id in stored]
        return list(zip(batch, readers.read([one.ad for one in batch]), strict=True))

    def write(connection: Connection, made: list[tuple[StoredAd, Reading]]) -> None:
        save_readings(connection, (reading for _, reading in made))
        freshness.note(connection, made)
        for one, reading in made:
            seen[one.ad.site] += 1
            having.update({(one.ad.site, kind) for kind in FLOORS if reading.of(kind)})

    with Readers(workspace.settings.workers) as readers:
        done = pending.drain(
            workspace, STAGE, compute=compute, write=write, batch=BATCH, progress=progress or (lambda _: None)
        )
    with workspace.begin() as connection:
        health.record(connection, _yields(seen, having))
        health.record(connection, freshness.judge(connection, now()))
    return done


def _yields(seen: Counter[str], having: Counter[tuple[str, Kind]]) -> list[Health]:
    """How many of the ads read just now hold a phone and an age, by site."""
    rows = []
    for site, count in sorted(seen.items()):
        for kind, floor in FLOORS.items():
            share = having[site, kind] / count
            low = count >= JUDGED and share < floor
            reason = f"{share:.0%} of {count} ads read have a {kind.value}"
            rows.append(
                Health(
                    now(), "nlp", site, f"yield_{kind.value}", State.AMBER if low else State.GREEN, reason, share, floor
                )
            )
    return rows
