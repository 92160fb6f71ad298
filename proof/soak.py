"""A soak: one process does a team's days at ten times their rate; memory and file handles must stay flat after warming up.

    .venv/bin/python -m proof.soak [--minutes 3] [--warm 0] [--ads-a-day 150000] [--times 10] [--watches 200] [--seed N]

A day's ads come in batches at `times` the daily rate (as far as the machine keeps up: the rate reached is printed), each
through import and every stage with watches kept, in one process, as `sidelight work --every` does it. The first `--warm` ads
go through as fast as they can and are not looked at: what is bounded (the reader's automata, the pages SQLite keeps) takes
tens of thousands of ads to fill, in minutes or in hours.
After each batch that follows, memory and open handles are taken: memory the process holds for itself, without the pages of
files it has mapped (the index), which the system takes back when it likes. Printed are, for each minute, the memory at its
end and what was held after each stage; the slope of memory by least squares over the last two thirds of the run (the first
batches at the daily pace settle what was warmed in haste); and how long it took from the start of a batch's indexing until
its alerts stood. Ends with 1 where memory grows by more than ALLOWED MiB a minute, or handles by more than a few.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from crawlers.imports import import_ads
from market.make import generate
from operations.daily import PROCESS, run_step
from proof.whole_day import BODIES, keep_watches
from store.settings import Settings
from store.workspace import open_workspace

BATCH = 300
ALLOWED = 2.0  # MiB a minute: the tables that grow with the archive (prices by place, keys) are part of it
HANDLES = 8
STAGES = ("read", "link", "score", "index", "alerts")  # what goes on all day; the others have their hour


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the process: minutes since the start, MiB held (and after each stage), open handles, ads done, seconds from
    index to alerts."""

    minutes: float
    memory: float
    handles: int
    ads: int
    delay: float
    after: Mapping[str, float]


def held() -> float:
    """MiB that the process holds for itself."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def look(began: float, ads: int, delay: float, after: Mapping[str, float]) -> Look:
    """How it stands now."""
    gc.collect()
    return Look((time.monotonic() - began) / 60, held(), len(list(Path("/proc/self/fd").iterdir())), ads, delay, after)


def soak(folder: Path, minutes: float, rate: float, watches: int, seed: int, warm: int = 0) -> list[Look]:
    """Work for so many minutes at up to `rate` ads a second, after `warm` ads at any rate."""
    workspace = open_workspace(folder / "workspace", Settings(workers=1))
    wanted = {"seed": seed, "ads": warm + max(BATCH, int(rate * minutes * 60)), "days": 28}
    keep_watches(workspace, [one.ad["body"] for one in islice(generate(**wanted), BODIES)], watches, seed)
    entries = generate(**wanted)
    steps = [one for one in PROCESS if one.name in STAGES]
    began, looks, done = time.monotonic(), [], -warm
    while done < 0 or time.monotonic() - began < minutes * 60:
        file = folder / "batch.jsonl"
        part = list(islice(entries, BATCH))
        if not part:
            break
        file.write_bytes(b"".join(orjson.dumps(one.ad) + b"\n" for one in part))
        import_ads(workspace, file, print)
        indexed = 0.0
        after = {}
        for step in steps:
            if step.name == "index":
                indexed = time.monotonic()
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
                run_step(workspace, step)
            after[step.name] = held()
        done += len(part)
        if done <= 0:
            began = time.monotonic()
            continue
        looks.append(look(began, done, time.monotonic() - indexed, after))
        time.sleep(max(0.0, done / rate - (time.monotonic() - began)))
    workspace.close()
    return looks


def slope(looks: Sequence[Look]) -> float:
    """MiB a minute, by least squares."""
    mean_x, mean_y = (
        sum(values) / len(looks) for values in zip(*((one.minutes, one.memory) for one in looks), strict=True)
    )
    spread = sum((one.minutes - mean_x) ** 2 for one in looks)
    return sum((one.minutes - mean_x) * (one.memory - mean_y) for one in looks) / spread if spread else 0.0


def curve(looks: Sequence[Look]) -> list[str]:
    """The last look of each minute."""
    last = {int(one.minutes): one for one in looks}
    return [
        f"minute {minute + 1}: {one.ads:,} ads, {one.memory:.0f} MiB; "
        + ", ".join(f"after {name} {memory:.0f}" for name, memory in one.after.items())
        for minute, one in last.items()
    ]


def main() -> None:
    """Run the soak."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--warm", type=int, default=0)
    parser.add_argument("--ads-a-day", type=int, default=150_000)
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--watches", type=int, default=200)
    parser.add_argument("--seed", type=int, default=95)
    options = parser.parse_args()
    rate = options.ads_a_day * options.times / 86_400
    with tempfile.TemporaryDirectory(prefix="sidelight-soak-") as name:
        looks = soak(Path(name), options.minutes, rate, options.watches, options.seed, options.warm)
    warm = [one for one in looks if one.minutes >= options.minutes / 3] or looks
    grown, handles = slope(warm), warm[-1].handles - warm[0].handles
    print("\n".join(curve(looks)))
    last = looks[-1]
    delays = sorted(one.delay for one in looks)
    half, most = delays[len(delays) // 2], delays[len(delays) * 95 // 100]
    print(
        f"seed {options.seed}: {last.ads:,} ads in {last.minutes:.1f} min, {last.ads / last.minutes / 60:.1f} a second "
        f"(asked: {rate:.1f}); memory {warm[0].memory:.0f} -> {last.memory:.0f} MiB after warming up, "
        f"{grown:+.2f} MiB a minute; handles {warm[0].handles} -> {last.handles}; {options.watches:,} watches: "
        f"alerts stood {half:.1f} s after the start of indexing (p50), {most:.1f} s (p95)"
    )
    raise SystemExit(grown > ALLOWED or handles > HANDLES)


if __name__ == "__main__":
    main()
