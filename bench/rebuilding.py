"""How fast an index is rebuilt from the store while searches go on, and whether any of them fails.

    .venv/bin/python -m bench.rebuilding [--search-url http://127.0.0.1:9200] [--ads 20000] [--rate 20] [--seed 8]

Stores synthetic ads with a phone, a name, an age, a price and a place each, indexes them, and asks so many searches a second
from another process while the index is built anew, in this one. Prints documents a second (wall and CPU), searches and their
failures, and the indices left afterwards. Ends with 1 where a search failed or found less than all.
"""

import argparse
import multiprocessing
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random

from elasticsearch import Elasticsearch
from pydantic import SecretStr

from crawlers.records import Ad
from crawlers.stored import record_sightings
from indexer import stage
from indexer.search import search
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from store.settings import Settings
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
WORDS = (
    *("evening", "quiet", "garden", "river", "corner", "bright", "station"),
    *("market", "window", "morning", "coffee", "summer", "avenue", "harbor"),
)
TOWNS = (
    ("4671654", "Austin", 30.27, -97.74),
    ("4684888", "Dallas", 32.78, -96.81),
    ("4699066", "Houston", 29.76, -95.37),
)
TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the searching process saw."""

    searches: int
    failed: tuple[str, ...]
    short: int  # answers with another total than all
    slowest: float  # seconds


def store(workspace: Workspace, count: int, seed: int) -> None:
    """Put ads and readings into the store."""
    draw = Random(seed)
    for start in range(0, count, TOGETHER):
        made = [_ad(draw, number) for number in range(start, min(start + TOGETHER, count))]
        with workspace.begin() as connection:
            seen_at = MOMENT + timedelta(minutes=start)
            record_sightings(connection, [ad for ad, _ in made], seen_at=seen_at, run_id="bench")
            save_readings(connection, [reading for _, reading in made])


def _ad(draw: Random, number: int) -> tuple[Ad, Reading]:
    phone, age = f"(202) 555-01{number % 100:02}", str(21 + number % 30)
    town = TOWNS[number % len(TOWNS)]
    body = f"{' '.join(draw.choices(WORDS, k=40))}. Call {phone}. {age} years."
    ad = Ad(f"harbor:{number}", "harbor", f"http://127.0.0.1/{number}", MOMENT, title=f"Evening {number}", body=body)
    where = {"name": town[1], "country": "US", "lat": town[2], "lon": town[3]}
    mentions = (
        _mention(ad, Kind.PHONE, f"+120255501{number % 100:02}", phone),
        _mention(ad, Kind.AGE, age, f"{age} years"),
        Mention(Kind.PLACE, town[0], "Evening", "title", 0, 7, "bench", detail=where),
    )
    return ad, Reading(ad.ad_id, "en", "", mentions, "1")


def _mention(ad: Ad, kind: Kind, value: str, surface: str) -> Mention:
    start = ad.body.index(surface)
    return Mention(kind, value, surface, "body", start, start + len(surface), "bench")


def ask(root: Path, settings: dict[str, str], rate: float, total: int, over: Event, answers: "Queue[Asked]") -> None:
    """Search at a steady pace until told that it is over."""
    workspace = open_workspace(root, _settings(settings))
    draw, failed, short, slowest, count = Random(1), [], 0, 0.0, 0
    began = time.monotonic()
    while not over.is_set():
        started = time.monotonic()
        try:
            whole = count % 4 == 0
            page = search(workspace, "evening" if whole else " ".join(draw.sample(WORDS, 2)), limit=20)
            short += whole and page.total != total
        except Exception as problem:
            failed.append(f"{type(problem).__name__}: {problem}")
        slowest = max(slowest, time.monotonic() - started)
        count += 1
        time.sleep(max(began + count / rate - time.monotonic(), 0))
    answers.put(Asked(count, tuple(failed), short, slowest))


def _settings(given: dict[str, str]) -> Settings:
    url = given.get("url")
    return Settings(search_url=SecretStr(url) if url else None, search_prefix=given["prefix"])


def main() -> None:
    """Store, index, rebuild under searches, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url", default="")
    parser.add_argument("--ads", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=20.0, help="searches a second")
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    given = {"url": chosen.search_url, "prefix": f"bench-{secrets.token_hex(4)}"}
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="rebuilding-") as folder:
        root = Path(folder) / "workspace"
        workspace = open_workspace(root, _settings(given))
        store(workspace, chosen.ads, chosen.seed)
        stage.ready(workspace)
        over, answers = spawn.Event(), spawn.Queue()
        asking = spawn.Process(target=ask, args=(root, given, chosen.rate, chosen.ads, over, answers))
        asking.start()
        time.sleep(5)  # until it has imported what it needs
        began, cpu = time.monotonic(), time.process_time()
        written = stage.rebuild(workspace)
        took, spent = time.monotonic() - began, time.process_time() - cpu
        time.sleep(1)
        over.set()
        asked: Asked = answers.get(timeout=60)
        asking.join(10)
        left = _left(given, workspace)
    print(f"rebuilt {written:,} documents: {written / took:,.0f} a second ({written / spent:,.0f} of CPU)")
    print(
        f"{asked.searches} searches, {len(asked.failed)} failed, {asked.short} short, slowest {asked.slowest * 1000:.0f} ms"
    )
    print(f"{left} index left beside no other" if left == 1 else f"{left} indices left")
    for problem in sorted(set(asked.failed))[:5]:
        print(problem)
    sys.exit(1 if asked.failed or asked.short or left != 1 else 0)


def _left(given: dict[str, str], workspace: Workspace) -> int:
    if not given["url"]:
        return sum(one.is_dir() for one in workspace.index.iterdir())
    with Elasticsearch(given["url"]) as client:
        names: Sequence[str] = list(client.indices.get(index=f"{given['prefix']}-*"))
        for name in names:
            client.indices.delete(index=name)
    return len(names)


if __name__ == "__main__":
    main()
