"""The proofs at a given size, one after the other, and one table of what came of them, as Markdown on stdout.

    .venv/bin/python -m proof.results [--size small|medium|full] [--only NAME...] [--seed N] > results.md

The head names seed, machine, commit and date. Each row is a command that can be run by itself; its last lines are the
figure, its status says whether what it promises held. Beyond `small` it takes a night or days.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = ("small", "medium", "full")
LINES = 4  # of a proof's output that go into its row


@dataclass(frozen=True, slots=True)
class Proof:
    """A module to run and its arguments for each size; `{seed}` stands for the seed."""

    what: str
    module: str
    small: str
    medium: str
    full: str

    def command(self, size: str, seed: int) -> list[str]:
        """What is run, without the interpreter."""
        return [self.module, *getattr(self, size).format(seed=seed).split()]


PROOFS: Mapping[str, Proof] = {
    "day": Proof(
        "the whole day, stage by stage, and its curve", "proof.whole_day",
        "--sizes 2000+300 10000+1500 --seed {seed}", "--sizes 10000+1500 100000+15000 --seed {seed}",
        "--sizes 10000+1500 100000+15000 1000000+150000 --seed {seed}",
    ),
    "poison": Proof(
        "bad items at every stage", "proof.poison",
        "--ads 4000 --bad 8 --seed {seed}", "--ads 20000 --bad 40 --seed {seed}", "--ads 50000 --bad 100 --seed {seed}",
    ),
    "kills": Proof(
        "kill -9 of the day", "proof.kill_daily",
        "--ads 2000 --kills 20 --seed {seed}", "--ads 10000 --kills 50 --seed {seed}",
        "--ads 50000 --kills 100 --each 5 --seed {seed}",
    ),
    "clock": Proof(
        "the clock moved by a day", "proof.faults",
        "clock --seed {seed}", "clock --ads 10000 --seed {seed}", "clock --ads 50000 --faults 20 --seed {seed}",
    ),
    "disk": Proof(
        "a full disk", "proof.faults",
        "disk --seed {seed}", "disk --ads 10000 --seed {seed}", "disk --ads 50000 --faults 20 --seed {seed}",
    ),
    "postgresql": Proof(
        "PostgreSQL stopped in the middle", "proof.faults",
        "postgresql --seed {seed}", "postgresql --ads 10000 --seed {seed}", "postgresql --ads 50000 --faults 20 --seed {seed}",
    ),
    "elasticsearch": Proof(
        "Elasticsearch stopped in the middle", "proof.faults", "elasticsearch --seed {seed}",
        "elasticsearch --ads 10000 --seed {seed}", "elasticsearch --ads 50000 --faults 20 --seed {seed}",
    ),
    "seized": Proof(
        "a seized disk, with and without a seal", "proof.seized_disk",
        "--seed {seed}", "--ads 2000 --seed {seed}", "--ads 10000 --seed {seed}",
    ),
    "soak": Proof(
        "a soak at ten times the daily rate", "proof.soak",
        "--minutes 6 --warm 60000 --seed {seed}", "--minutes 10 --warm 60000 --seed {seed}",
        "--minutes 30 --warm 60000 --seed {seed}",
    ),
    "fuzz": Proof(
        "readers of external formats", "proof.fuzz",
        "--runs 1000 --seed {seed}", "--runs 20000 --seed {seed}", "--runs 200000 --seed {seed}",
    ),
    "pages": Proof(
        "damaged site pages", "bench.fuzz_pages",
        "--pages 1000 --seed {seed}", "--pages 10000 --seed {seed}", "--pages 100000 --seed {seed}",
    ),
}  # fmt: skip


def head(size: str, seed: int) -> Iterator[str]:
    """Seed, machine, commit and date."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"Size {size}, seed {seed}, commit {commit.stdout.strip()}{' with changes' if changed.stdout.strip() else ''}, "
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
    yield f"{platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start."


def row(proof: Proof, size: str, seed: int) -> tuple[str, str, bool]:
    """Run a proof; returns its row of the table, all that it printed, and whether it held."""
    command = proof.command(size, seed)
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    held = done.returncode == 0
    said = [line for line in (done.stdout if done.stdout.strip() else done.stderr).splitlines() if line.strip()]
    figure = "; ".join(line.strip("| ") for line in said[-LINES:] if not line.startswith("|")) or "see below"
    minutes = (time.monotonic() - began) / 60
    verdict = "held" if held else "**did not hold**"
    line = f"| {proof.what} | {verdict} | {figure[:400]} | {minutes:.1f} | `{' '.join(command)}` |"
    # Of one that broke off, what it said last of why.
    return line, done.stdout if held else f"{done.stdout}\n{done.stderr[-2_000:]}\nstatus {done.returncode}", held


def table(names: Sequence[str], size: str, seed: int) -> tuple[str, bool]:
    """The head, a row for each proof, and below it what each printed."""
    rows, whole, good = [], [], True
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        line, said, held = row(PROOFS[name], size, seed)
        rows.append(line)
        whole.append(f"### {PROOFS[name].what}\n\n{said.strip()}\n")
        good = good and held
    top = ["| proof | | figure | minutes | `python -m` |", "|---|---|---|---|---|"]
    return "\n".join(["".join(head(size, seed)), "", *top, *rows, "", *whole]), good


def main() -> None:
    """Print the table; ends with 1 where something did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=list(PROOFS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    text, good = table(options.only, options.size, options.seed)
    print(text)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
