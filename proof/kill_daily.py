"""kill -9 of `sidelight daily` at random moments, every stage hit: afterwards the workspace equals an undisturbed one.

    .venv/bin/python -m proof.kill_daily [--ads 7500] [--kills 20] [--each 1] [--seed N] [--search-url URL]

Serves a rehearsal market on loopback, runs the day once undisturbed, then again under kills of the whole process group,
`--each` of them in every stage, and compares ads, sightings, evidence, readings, links, groups, priorities, queue and index.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from elasticsearch import Elasticsearch
from sqlalchemy import select

from market.make import make
from market.server import serve
from operations.tables import daily_runs
from proof.fingerprint import Print, differences, fingerprint
from store.settings import Settings
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]
STAGES = ("crawl", "read", "link", "drift", "score", "index", "queue", "alerts", "reports", "style")


@dataclass(frozen=True, slots=True)
class Rig:
    """How a day is started: where the market is served, and which search server is used, if any."""

    origin: str
    search_url: str | None

    def settings(self, root: Path) -> dict[str, str]:
        """Each workspace has indices of its own on a shared server."""
        chosen = {"SIDELIGHT_SEARCH_PREFIX": f"proof-{root.parent.name[-8:].lower().replace('_', '-')}-{root.name}"}
        return chosen | ({"SIDELIGHT_SEARCH_URL": self.search_url} if self.search_url else {})

    def start(self, root: Path) -> subprocess.Popen[str]:
        """`sidelight daily` as a process group of its own, its steps on stderr."""
        command = [sys.executable, "-m", "sidelight", "daily", "--workspace", str(root)]
        command += ["--sites", str(ROOT / "market" / "sites"), "--origin", self.origin]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self.settings(root)},
            text=True,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def drop(self, root: Path) -> None:
        """Remove the workspace and its indices."""
        shutil.rmtree(root)
        if self.search_url:
            with Elasticsearch(self.search_url) as client:
                for name in list(client.indices.get(index=f"{self.settings(root)['SIDELIGHT_SEARCH_PREFIX']}-*")):
                    client.indices.delete(index=name)

    def fingerprint(self, root: Path) -> Print:
        """What the workspace holds when the day is over."""
        os.environ.update(self.settings(root))
        workspace = open_workspace(root, Settings())
        try:
            return fingerprint(workspace)
        finally:
            workspace.close()


def run_to_the_end(rig: Rig, root: Path) -> dict[str, float]:
    """Run the day; returns the seconds of each stage it still had to do."""
    process = rig.start(root)
    took: dict[str, float] = {}
    last: list[str] = []
    began = time.monotonic()
    for line in process.stderr or ():
        last = [*last[-20:], line]
        name, _, rest = line.partition(": ")
        if rest.startswith("started"):
            began = time.monotonic()
        elif name in STAGES and " done in " in rest:
            took[name] = time.monotonic() - began
    if process.wait() != 0:
        raise SystemExit("a day failed:\n" + "".join(last))
    return took


def run_until_killed(rig: Rig, root: Path, stage: str, delay: float) -> str | None:
    """Run the day and kill it `delay` seconds after `stage`, or one behind it, began; returns what was hit, or None."""
    process = rig.start(root)
    lines = iter(process.stderr or ())
    current = None
    for line in lines:
        name, _, rest = line.partition(": ")
        current = name if rest.startswith("started") else current
        if current in STAGES[STAGES.index(stage) :]:
            break
    time.sleep(delay if current in STAGES else 0)
    hit = process.poll() is None
    if hit:
        os.killpg(process.pid, signal.SIGKILL)
    # The stage may have ended while we slept: the last one announced is the one that was hit.
    for line in lines:
        name, _, rest = line.partition(": ")
        current = name if rest.startswith("started") else current
    process.wait()
    return current if hit else None


def kill_round(rig: Rig, root: Path, delays: Iterable[tuple[str, float]]) -> Counter[str]:
    """Kill the same day in each of these stages, one after the other, then let it end; returns the hits."""
    hits: Counter[str] = Counter()
    for stage, delay in delays:
        if (hit := run_until_killed(rig, root, stage, delay)) is not None:
            hits[hit] += 1
        if over(root):
            return (
                hits  # killed between the end of the day and that of the process: the next start would be another day
            )
    run_to_the_end(rig, root)
    return hits


def over(root: Path) -> bool:
    """Whether the workspace has a day that has ended."""
    workspace = open_workspace(root, Settings())
    with workspace.read() as connection:
        ended = connection.execute(select(daily_runs.c.run_id).where(daily_runs.c.ended_at.is_not(None))).first()
    workspace.close()
    return ended is not None


def prove(rig: Rig, scratch: Path, kills: int, each: int, dice: random.Random) -> bool:
    """Rounds of kills until there were enough and every stage was hit; True when every round ended identical."""
    took = run_to_the_end(rig, scratch / "calm")
    calm = rig.fingerprint(scratch / "calm")
    print(f"undisturbed: {len(calm['ads']):,} ads; " + ", ".join(f"{name} {s:.1f} s" for name, s in took.items()))
    hits: Counter[str] = Counter()
    different = rounds = 0
    while (hits.total() < kills or set(STAGES) - set(hits)) and rounds < kills:
        rounds += 1
        root = scratch / f"round{rounds}"
        shares = [(stage, 0.9 * took[stage] / each) for stage in STAGES for _ in range(each)]
        hits += kill_round(rig, root, [(stage, dice.uniform(0, share)) for stage, share in shares])
        found = differences(calm, rig.fingerprint(root))
        different += bool(found)
        print(f"round {rounds}: {hits.total()} kills so far: {'; '.join(found) or 'identical'}", flush=True)
        rig.drop(root)
    rig.drop(scratch / "calm")
    print(f"{hits.total()} kills ({', '.join(f'{name} {hits[name]}' for name in STAGES)}); {different} rounds differ")
    return not different and not set(STAGES) - set(hits)


def main() -> None:
    """Run the proof; ends with 1 when anything differs or a stage was never hit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=7500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--search-url")
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="sidelight-proof-"))
    try:
        make(scratch / "market", seed=options.seed, ads=options.ads, days=14)
        with serve(scratch / "market", port=0) as server:
            print(f"seed {options.seed}, engine {options.search_url or 'embedded'}")
            good = prove(
                Rig(server.origin, options.search_url),
                scratch,
                options.kills,
                options.each,
                random.Random(options.seed),
            )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
