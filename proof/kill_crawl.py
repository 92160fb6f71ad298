"""kill -9 of crawls at random moments, several processes at work on several sites: nothing acknowledged is lost or doubled.

    .venv/bin/python -m proof.kill_crawl [--ads 20000] [--kills 100] [--seed N]

Serves a rehearsal market on loopback. One workspace is crawled undisturbed; in the other every site is crawled by a process of
its own, and a random one is killed with all its children at a random moment, begun again, and so on. While a victim lies dead
its acknowledged ads and captures are counted: none may be missing at the end. Then both workspaces are compared, and every
byte of evidence is checked.
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
from pathlib import Path

from sqlalchemy import select

from crawlers.captures import Damage, verify
from crawlers.tables import ads, captures, runs, sightings
from market.make import make
from market.server import serve
from proof.fingerprint import evidence, rows_by_name
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
SITES = ("harbor", "lantern", "meadow")
LONGEST = 12.0  # seconds between two kills: long enough to begin, short enough to hit the middle


def begin(root: Path, origin: str, site: str) -> subprocess.Popen[bytes]:
    """A crawl of one site in a process group of its own."""
    command = [sys.executable, "-m", "sidelight", "crawl", site, "--workspace", str(root)]
    command += ["--sites", str(ROOT / "market" / "sites"), "--origin", origin]
    return subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def acknowledged(workspace: Workspace) -> tuple[set[str], set[str]]:
    """The ads and captures that were committed."""
    with workspace.read() as connection:
        seen = set(connection.execute(select(ads.c.ad_id)).scalars())
        return seen, set(connection.execute(select(captures.c.capture_id)).scalars())


def ended(workspace: Workspace, site: str) -> bool:
    """Whether the site's run has its verdict."""
    with workspace.read() as connection:
        over = select(runs.c.run_id).where(runs.c.site == site, runs.c.ended_at.is_not(None))
        return connection.execute(over).first() is not None


def disturb(root: Path, origin: str, kills: int, dice: random.Random, longest: float = LONGEST) -> tuple[int, int]:
    """Crawl every site to its end under so many kills; returns how many hit, and what was acknowledged and then lost."""
    workspace = open_workspace(root)
    at_work = {site: begin(root, origin, site) for site in SITES}
    hit = 0
    promised: tuple[set[str], ...] = (set(), set())
    while at_work:
        time.sleep(dice.uniform(0, longest) if hit < kills else 0.2)
        at_work = {site: process for site, process in at_work.items() if process.poll() is None}
        if hit < kills and at_work:
            site = dice.choice(sorted(at_work))
            os.killpg(at_work[site].pid, signal.SIGKILL)
            at_work[site].wait()
            hit += 1
            promised = tuple(one | other for one, other in zip(promised, acknowledged(workspace), strict=True))
            # Where the blow fell between its verdict and its end, to begin again would be another run.
            if ended(workspace, site):
                del at_work[site]
            else:
                at_work[site] = begin(root, origin, site)
    found = acknowledged(workspace)
    workspace.close()
    return hit, sum(len(one - other) for one, other in zip(promised, found, strict=True))


def state(workspace: Workspace) -> dict[str, dict[str, str]]:
    """What both workspaces must agree on: ads, sightings, pages and bytes captured, sound evidence."""
    with workspace.read() as connection:
        found = {
            "ads": rows_by_name(connection, ads, ("ad_id",)),
            "sightings": {
                f"{ad_id} {change}": str(count)
                for (ad_id, change), count in Counter(
                    tuple(row) for row in connection.execute(select(sightings.c.ad_id, sightings.c.change))
                ).items()
            },
            "pages": {row.url: row.sha256 for row in connection.execute(select(captures.c.url, captures.c.sha256))},
        }
        total = len(connection.execute(select(captures.c.capture_id)).all())
    damages = [one for one in verify(workspace) if isinstance(one, Damage)]
    found["evidence"] = {**evidence(workspace), "damages": str(damages)}
    found["doubled"] = {"captures": str(total - len(found["pages"]))}
    return found


def main() -> None:
    """Run the proof; ends with 1 when anything was lost, doubled or differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="sidelight-proof-"))
    try:
        make(scratch / "market", seed=asked.seed, ads=asked.ads)
        with serve(scratch / "market", port=0) as server:
            calm = scratch / "calm"
            for process in [begin(calm, server.origin, site) for site in SITES]:
                process.wait()
            hit = lost = rounds = 0
            different = []
            expected = state(open_workspace(calm))
            dice = random.Random(asked.seed)
            while hit < asked.kills:
                rounds += 1
                root = scratch / f"round{rounds}"
                more, gone = disturb(root, server.origin, asked.kills - hit, dice)
                hit, lost = hit + more, lost + gone
                found = state(open_workspace(root))
                different += [name for name in expected if found[name] != expected[name]]
                print(f"round {rounds}: {hit} kills so far; {lost} lost; differ: {different or 'nothing'}", flush=True)
                shutil.rmtree(root)
            sizes = f"{len(expected['ads']):,} ads, {len(expected['pages']):,} pages"
            print(f"{sizes}, {hit} kills: {lost} lost, {different or 'identical'}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    raise SystemExit(bool(lost or different))


if __name__ == "__main__":
    main()
