"""kill -9 of `sidelight daily` at random moments, every stage hit: afterwards the workspace equals an undisturbed one.

    .venv/bin/python proof/kill_daily.py [--ads 7500] [--kills 20] [--seed N] [--search-url URL]

Serves a rehearsal market on loopback, runs the day once undisturbed, then again under kills of the whole process group,
and compares ads, sightings, evidence, readings, links, groups, priorities, queue and index.
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
from dataclasses import dataclass
from pathlib import Path

from proof.fingerprint import differences, fingerprint
from store.settings import Settings
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]
STAGES = ("crawl", "read", "link", "score", "index", "queue", "alerts")


@dataclass(frozen=True, slots=True)
class Rig:
    """How to start one day: the market's address and the engine."""

    origin: str
    search_url: str | None

    def environment(self, root: Path) -> dict[str, str]:
        """Each workspace has indices of its own on a shared server."""
        extra = {"SIDELIGHT_SEARCH_URL": self.search_url} if self.search_url else {}
        return {**os.environ, **extra, "SIDELIGHT_SEARCH_PREFIX": f"proof-{root.name}"}

    def start(self, root: Path) -> subprocess.Popen[str]:
        """`sidelight daily` in a process group of its own, its steps on stderr."""
        command = [
            sys.executable, "-m", "sidelight", "daily", "--workspace", str(root),
            "--sites", str(ROOT / "market" / "sites"), "--origin", self.origin,
        ]  # fmt: skip
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment(root), text=True, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip


def undisturbed(rig: Rig, root: Path) -> dict[str, float]:
    """Run the day once; returns how long each stage took."""
    process = rig.start(root)
    took: dict[str, float] = {}
    began = time.monotonic()
    for line in _lines(process):
        name, _, rest = line.partition(": ")
        if name in STAGES and rest.startswith("started"):
            began = time.monotonic()
        elif name in STAGES and " done in " in rest:
            took[name] = time.monotonic() - began
    if process.wait() != 0:
        raise SystemExit("the undisturbed run failed")
    return took


def killed(rig: Rig, root: Path, plan: list[tuple[str, float]]) -> Counter[str]:
    """Run the day, killing it in the planned stage after the planned time, again and again; returns kills by stage."""
    hits: Counter[str] = Counter()
    for stage, delay in plan:
        process = rig.start(root)
        reached = False
        for line in _lines(process):
            if line.startswith(f"{stage}: started"):
                reached = True
                break
        if not reached:
            process.wait()
            return hits  # the day is over: this stage was done before its turn came
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            hits[stage] += 1
        process.wait()
    return hits


def finish(rig: Rig, root: Path) -> None:
    """One more run, to its end."""
    process = rig.start(root)
    output = list(_lines(process))
    if process.wait() != 0:
        raise SystemExit("the run after the kills failed:\n" + "\n".join(output[-20:]))


def _lines(process: subprocess.Popen[str]) -> list[str]:  # pragma: no cover - a plain pass-through
    assert process.stderr is not None
    return process.stderr  # type: ignore[return-value]


def plan_of(took: dict[str, float], kills: int, dice: random.Random) -> list[list[tuple[str, float]]]:
    """Kills in rounds: each round goes through the stages in order, so that each is hit and none is passed over."""
    rounds: list[list[tuple[str, float]]] = []
    left = kills
    while left > 0:
        stages = STAGES if left >= len(STAGES) else tuple(sorted(dice.sample(STAGES, left), key=STAGES.index))
        rounds.append([(stage, dice.uniform(0, 0.9 * took.get(stage, 0.1))) for stage in stages])
        left -= len(stages)
    return rounds


def main() -> None:
    """Run the proof and print what it found; ends with 1 when anything differs."""
    from market.make import make
    from market.server import serve

    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=7500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--search-url")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    scratch = Path(tempfile.mkdtemp(prefix="sidelight-proof-"))
    make(scratch / "market", seed=options.seed, ads=options.ads, days=14)
    try:
        with serve(scratch / "market", port=0) as server:
            rig = Rig(server.origin, options.search_url)
            took = undisturbed(rig, scratch / "calm")
            calm = _fingerprint(rig, scratch / "calm")
            print(f"seed {options.seed}: {len(calm['ads']):,} ads; undisturbed: "
                  + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()))  # fmt: skip
            hits: Counter[str] = Counter()
            wrong = 0
            number = 0
            while sum(hits.values()) < options.kills or set(STAGES) - set(hits):
                number += 1
                root = scratch / f"round{number}"
                for plan in plan_of(took, min(len(STAGES), max(options.kills - sum(hits.values()), 1)), dice)[:1]:
                    hits += killed(rig, root, plan)
                finish(rig, root)
                found = differences(calm, _fingerprint(rig, root))
                wrong += bool(found)
                print(f"round {number}: {sum(hits.values())} kills so far; "
                      + ("identical" if not found else "DIFFERS: " + "; ".join(found)))  # fmt: skip
                shutil.rmtree(root)
                if number > 4 * options.kills:
                    raise SystemExit("the stages end too fast to be hit")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{sum(hits.values())} kills ({', '.join(f'{name} {hits[name]}' for name in STAGES)}), {wrong} rounds differ")
    raise SystemExit(bool(wrong))


def _fingerprint(rig: Rig, root: Path) -> dict[str, dict[str, str]]:
    for name, value in rig.environment(root).items():
        if name.startswith("SIDELIGHT_"):
            os.environ[name] = value
    workspace = open_workspace(root, Settings())
    try:
        return fingerprint(workspace)
    finally:
        workspace.close()


if __name__ == "__main__":
    main()
