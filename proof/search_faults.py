"""Bulk writes through a proxy that fails them, to a real Elasticsearch: every valid document once, the others set aside.

    .venv/bin/python -m proof.search_faults --search-url http://127.0.0.1:9200 [--ads 10000] [--seed 8]

Of the ads 1 in 100 holds a value that no keyword field takes. The index stage runs as the daily run does, again where it
gave up, until nothing is due; in the midst one ad in ten changes and one in twenty goes. Ends with 1 where the index then is
not what the store holds.
"""

import argparse
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from elasticsearch import Elasticsearch
from pydantic import SecretStr
from sqlalchemy import delete, select

from crawlers.records import Ad
from crawlers.stored import record_sighting
from crawlers.tables import ad_versions, ads, sightings
from indexer import bulk, engine, stage
from indexer.backend import SearchUnavailable
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from nlp.tables import readings
from proof.faulty_proxy import Faults, Proxy, faulty
from store import outbox, tables
from store.settings import Settings
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
PATIENCE = 5.0  # seconds the client waits for an answer; what the proxy loses takes so long
UNMAPPABLE = "x" * 40_000  # longer than any term of the engine's
WORDS = ("evening", "quiet", "garden", "river", "corner", "bright", "station", "market", "window", "morning", "coffee")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands in the index and what was set aside, beside what should."""

    expected: int
    documents: int
    differences: int  # by reconcile: missing, stale or extra beside those set aside
    refused: dict[str, str]  # id and reason
    unmappable: set[str]
    gave_up: int

    @property
    def sound(self) -> bool:
        """Whether every valid document stands there once and the others, they alone, were set aside with a reason."""
        aside = set(self.refused) == self.unmappable and all(self.refused.values())
        return self.documents == self.expected and not self.differences and aside


def ids(count: int) -> list[str]:
    """The ads of the proof."""
    return [f"harbor:{number:06}" for number in range(count)]


def unmappable(count: int) -> set[str]:
    """One in a hundred of them."""
    return set(ids(count)[7::100])


def put(workspace: Workspace, ad_ids: Sequence[str], note: str = "") -> None:
    """Store these ads with what was read of them, and note that they are due."""
    bad = unmappable(int(ad_ids[-1].partition(":")[2]) + 1)
    with workspace.begin() as connection:
        for ad_id in ad_ids:
            number = int(ad_id.partition(":")[2])
            said = " ".join(WORDS[(number // 11**place) % 11] for place in range(4))
            url, text = f"http://127.0.0.1/{number}", f"{said} {note}".strip()
            ad = Ad(ad_id, "harbor", url, posted_at=MOMENT, title=f"{said} {number}", body=text)
            seen = MOMENT + timedelta(minutes=number, days=90 if note else 0)
            record_sighting(connection, ad, seen_at=seen, run_id=f"run {note}")
        made = [
            Reading(ad_id, "en", "", (Mention(Kind.INDICATOR, UNMAPPABLE, "", "title", 0, 1, "proof"),), "1")
            for ad_id in ad_ids
            if ad_id in bad
        ]
        save_readings(connection, made)
        outbox.put(connection, outbox.AD, ad_ids)


def drop(workspace: Workspace, ad_ids: Sequence[str]) -> None:
    """These ads are gone from the store."""
    with workspace.begin() as connection:
        for table in (sightings, ad_versions, readings, ads):
            connection.execute(delete(table).where(table.c.ad_id.in_(ad_ids)))
        outbox.put(connection, outbox.AD, ad_ids)


def settled(workspace: Workspace) -> int:
    """Run the index stage until nothing is due; how often it gave up."""
    gave_up = 0
    while True:
        try:
            stage.run(workspace)
        except SearchUnavailable:
            gave_up += 1
        else:
            return gave_up


def outcome(workspace: Workspace, server: str, prefix: str, left: set[str], count: int, gave_up: int) -> Outcome:
    """Ask the server itself, past the proxy."""
    with workspace.read() as connection:
        aside = select(tables.outbox.c.item, tables.outbox.c.error).where(tables.outbox.c.error.is_not(None))
        refused = {row.item: row.error for row in connection.execute(aside)}
    bad = unmappable(count) & left
    with Elasticsearch(server) as client:
        client.indices.refresh(index=prefix)
        documents = int(client.count(index=prefix)["count"])
    drift = stage.reconcile(workspace)
    differences = {key.partition(":")[2] for key in (*drift.missing, *drift.stale, *drift.extra)} - set(refused)
    return Outcome(len(left) - len(bad), documents, len(differences), refused, bad, gave_up)


def prove(root: Path, server: str, prefix: str, proxy: Proxy, count: int) -> Outcome:
    """Write, change and drop `count` ads through the proxy."""
    settings = Settings(search_url=SecretStr(proxy.address), search_prefix=prefix)
    workspace = open_workspace(root, settings)
    every = ids(count)
    stage.ready(workspace)
    put(workspace, every)
    gave_up = settled(workspace)
    put(workspace, every[::10], note="changed")
    drop(workspace, every[5::20])
    gave_up += settled(workspace)
    found = outcome(workspace, server, prefix, set(every) - set(every[5::20]), count, gave_up)
    workspace.close()
    return found


def main() -> None:
    """Run it and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url", required=True)
    parser.add_argument("--ads", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=50, help="documents in a bulk request, so that there are many")
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # a line for each that is set aside
    engine.TIMEOUT = PATIENCE
    stage.BATCH = chosen.batch
    prefix = f"proof-{secrets.token_hex(4)}"
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        faulty(chosen.search_url, Faults(), chosen.seed) as proxy,
        Elasticsearch(chosen.search_url) as client,
    ):
        found = prove(Path(folder) / "workspace", chosen.search_url, prefix, proxy, chosen.ads)
        for index in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=index)
    for name, times in sorted(proxy.done.items()):
        print(f"{times:>8,} {name}")
    print(
        f"{found.documents} of {found.expected} valid documents, each once; {found.differences} other than the store has"
    )
    print(
        f"{len(found.refused)} set aside, {len(found.unmappable)} unmappable; the stage gave up {found.gave_up} times"
    )
    print(f"longest retry {bulk.longest_retry(engine.TIMEOUT):.0f} s; {time.monotonic() - began:.0f} s in all")
    sys.exit(0 if found.sound else 1)


if __name__ == "__main__":
    main()
