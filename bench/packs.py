"""Evidence packs under one-byte changes: `python -m bench.packs --packs 50 --bytes 6`.

Makes a workspace of synthetic cases, exports each, then changes one byte at a time in every file but the verifier (the first,
the last, and others drawn at random, each by a random flip) and asks the verifier. Says how many were found, and how
many packs are the same bytes when they are exported again.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from casework import caseitems, cases, packs, packverifier
from casework.caseitems import ItemKind
from crawlers.evidence import Evidence
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.tables import captures, runs
from crawlers.warc import Fetched
from linker import stage as link_stage
from models import stage as score_stage
from nlp import stage as read_stage
from store.settings import Settings
from store.workspace import Workspace, open_workspace

START = datetime(2026, 5, 1, tzinfo=UTC)
PLACES = ("Austin, TX", "Reno, NV", "Houston, TX", "Dallas, TX")
SEALED_ANEW = {packs.SEAL, packs.SIGNATURE}


def build(workspace: Workspace, count: int, rng: random.Random) -> list[str]:
    """`count` cases of one to four ads each, on pages of their own; returns their numbers."""
    with workspace.begin() as connection:
        row = {"run_id": "r", "site": "s", "started_at": START, "ended_at": START, "manifest": ""}
        connection.execute(insert(runs).values(row))
    evidence = Evidence(workspace, "s", "r", {"software": "bench"})
    made: list[list[Ad]] = []
    for number in range(count):
        mine = []
        for part in range(rng.randint(1, 4)):
            native = f"{number}-{part}"
            body = f"Visiting until Sunday. Call (202) 555-01{number % 100:02d}. Room {rng.randint(1, 99)}, =1+{part}."
            told: dict[str, Any] = {
                "title": f"Evening {native}",
                "body": body,
                "location": rng.choice(PLACES),
                "region": "US",
            }
            moment = START + timedelta(days=part)
            mine.append(
                Ad(
                    f"s:{native}",
                    "s",
                    f"https://s.example/{native}",
                    moment,
                    **told,
                    origin=Origin(f"c{native}", "s-1"),
                )
            )
        made.append(mine)
    pages = [
        (str(ad.origin.capture_id), Fetched(ad.url, START, 200, [], [("Content-Type", "text/html")], ad.body.encode()))
        for mine in made
        for ad in mine
    ]
    rows = evidence.write(pages)
    evidence.close()
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
        record_sightings(connection, [ad for mine in made for ad in mine], seen_at=START, run_id="r")
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    numbers = []
    for mine in made:
        case = cases.open_case(workspace, "Bench", "ana")
        for ad in mine:
            caseitems.pin(workspace, case, ItemKind.AD, ad.ad_id, "same wording", "ana")
        numbers.append(case.case_id)
    return numbers


def found(pack: Path) -> bool:
    """Whether the verifier says that something is wrong."""
    try:
        return next(packverifier.problems(str(pack), ""), None) is not None
    except packverifier.DAMAGE:
        return True


def changed(pack: Path, each: int, rng: random.Random) -> Iterator[str]:
    """Change one byte after the other, and set it right again."""
    for path in sorted(one for one in pack.rglob("*") if one.is_file() and one.name != packs.VERIFIER):
        whole = path.read_bytes()
        spots = {0, len(whole) - 1} | {rng.randrange(len(whole)) for _ in range(each - 2)} if whole else set()
        for spot in sorted(spots):
            path.write_bytes(whole[:spot] + bytes([whole[spot] ^ rng.randint(1, 255)]) + whole[spot + 1 :])
            yield f"{path.relative_to(pack)} byte {spot}"
        path.write_bytes(whole)


def same_again(workspace: Workspace, case_id: str, pack: Path, target: Path) -> bool:
    """Whether a second export differs from the first in the seal alone."""
    packs.export_case(workspace, case_id, target, packs.Terms("ana", "again"))
    names = {path.relative_to(pack) for path in pack.rglob("*") if path.is_file()}
    return all(
        (pack / name).read_bytes() == (target / name).read_bytes() for name in names if name.name not in SEALED_ANEW
    )


def main() -> int:
    """Print the figures; exit status 1 if a change was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packs", type=int, default=50)
    parser.add_argument("--bytes", type=int, default=6, help="of each file")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    started, tried, missed, same, files = time.process_time(), 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as place:
        workspace = open_workspace(Path(place) / "workspace", Settings())
        for case_id in build(workspace, given.packs, rng):
            pack, again = Path(place) / "pack", Path(place) / "again"
            files += packs.export_case(workspace, case_id, pack, packs.Terms("ana", "bench"))
            same += same_again(workspace, case_id, pack, again)
            if found(pack):
                print(f"case {case_id}: its own pack does not verify")
                return 1
            for what in changed(pack, given.bytes, rng):
                tried += 1
                if not found(pack):
                    missed += 1
                    print(f"case {case_id}: missed {what}")
            shutil.rmtree(pack)
            shutil.rmtree(again)
        workspace.close()
    print(f"{given.packs} packs, {files} files, {tried} one-byte changes, {tried - missed} found, {missed} missed")
    print(f"{same} of {given.packs} packs exported again were the same bytes but for the seal")
    print(f"CPU {time.process_time() - started:.0f} s, seed {given.seed}")
    return 1 if missed or same < given.packs else 0


if __name__ == "__main__":
    sys.exit(main())
