"""The whole day on one machine: new ads from a file to queue and alerts, what each stage costs, and how that grows.

    .venv/bin/python -m proof.whole_day [--sizes 2000+300 10000+1500] [--watches 200] [--seed N] [--workspace FOLDER]

For each size STORED+NEW a market is made; its oldest ads are imported and go through every stage at once, watches are kept,
and then the newest come in. Each stage is a process of its own, so that its peak memory is its own; CPU counts its workers
too, and not its start. The last table has cost ~ size ^ exponent between the two largest sizes, and draws that line on to ten
million ads: not a measurement. What a day costs in linking, scoring and indexing goes by the documents it touches, whole
groups: in a large market nearly all are, for its authors are no more than the fictional numbers they can have.
"""

import argparse
import json
import math
import multiprocessing
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

import orjson
from sqlalchemy import func, select

from casework.tables import alerts, queue_entries, watches
from casework.watches import add
from crawlers.imports import import_ads
from linker.tables import groups
from market.make import make
from operations.daily import PROCESS
from store.settings import Settings
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
STAGES = ("import", *(one.name for one in PROCESS))
AHEAD = (10_000_000, 1_500_000)
WHOLE = frozenset({"link", "score", "index"})  # do whole groups of what a day touches
BODIES = 50_000  # of these oldest ads the watches are drawn
SAMPLED, MOST = 10_000, 20  # of so many of them, how many may hold all words of a watch: nobody keeps a broader one


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took: seconds on the clock and of CPU, the most MiB its largest process held, and what it says it did."""

    seconds: float
    cpu: float
    peak: float
    said: str


@dataclass(frozen=True, slots=True)
class Day:
    """A measured day: ads stored and new, what each stage cost for the stored at once and for the new, bytes in the
    workspace and what came of it."""

    stored: int
    new: int
    archive: Mapping[str, Cost]
    costs: Mapping[str, Cost]
    size: int
    groups: int
    queued: int
    alerts: int

    @property
    def ads(self) -> int:
        """All ads there are at the end."""
        return self.stored + self.new

    def size_of(self, stage: str) -> int:
        """What the stage's cost for the new goes by: documents of the groups they touch, or the new ads, and their alerts."""
        if stage in WHOLE:
            return int(self.costs["index"].said.split()[0])
        return self.new + (self.alerts if stage == "alerts" else 0)


def split(folder: Path, seed: int, stored: int, new: int) -> tuple[Path, Path]:
    """A market's ads in two files: the oldest and the newest by the time they were posted."""
    make(folder, seed=seed, ads=stored + new, days=28)
    with (folder / "ads.jsonl").open("rb") as lines:
        order = sorted((orjson.loads(line)["posted_at"], place) for place, line in enumerate(lines))
    late = {place for _, place in order[stored:]}
    names = folder / "stored.jsonl", folder / "new.jsonl"
    with (folder / "ads.jsonl").open("rb") as lines, names[0].open("wb") as old, names[1].open("wb") as fresh:
        for place, line in enumerate(lines):
            (fresh if place in late else old).write(line)
    return names


def keep_watches(workspace: Workspace, bodies: Sequence[str], count: int, seed: int) -> None:
    """Watches such as analysts keep: a run of three words of an ad's body, or two words of it in any order."""
    draw = Random(seed)
    holders = defaultdict[str, set[int]](set)
    for number, body in enumerate(bodies[:SAMPLED]):
        for word in re.findall(r"\w+", body.casefold()):
            holders[word].add(number)
    while count:
        words = draw.choice(bodies).split()
        start = draw.randrange(max(1, len(words) - 3))
        run = [one for one in words[start : start + 3] if one.isalpha() and len(one) > 2]
        if len(run) >= 2 and len(set.intersection(*(holders[one.casefold()] for one in run))) <= MOST:
            add(workspace, "analyst", f'"{" ".join(run)}"' if len(run) == 3 and count % 2 else " ".join(run))
            count -= 1


def stage(root: Path, name: str, file: Path | None) -> Cost:
    """Run one stage in a process of its own."""
    command = [sys.executable, "-m", "proof.whole_day", "--stage", name, "--workspace", str(root)]
    done = subprocess.run(
        [*command, *(["--file", str(file)] if file else [])], cwd=ROOT, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"stage {name} failed:\n{done.stderr[-3000:]}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _stage_here(root: Path, name: str, file: Path | None) -> Cost:
    workspace = open_workspace(root)
    began, cpu = time.monotonic(), _cpu()
    if name == "import" and file is not None:
        said = str(import_ads(workspace, file, print).counts)
    else:
        said = next(one for one in PROCESS if one.name == name).work(workspace, lambda _: None)
    workspace.close()
    for child in multiprocessing.active_children():
        child.join(10)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Cost(time.monotonic() - began, _cpu() - cpu, peak / 1024, said)


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def run(scratch: Path, stored: int, new: int, watched: int, seed: int) -> Day:
    """Measure the days before as one, and then the last."""
    root = scratch / f"workspace-{stored}"
    old, fresh = split(scratch / f"market-{stored}", seed, stored, new)
    archive = {name: stage(root, name, old if name == "import" else None) for name in STAGES}
    workspace = open_workspace(root, Settings())
    with old.open("rb") as lines:
        keep_watches(workspace, [orjson.loads(line)["body"] for line in islice(lines, BODIES)], watched, seed)
    workspace.close()
    stage(root, "alerts", None)  # a new watch first notes what answers it already
    before = _count(root)
    costs = {name: stage(root, name, fresh if name == "import" else None) for name in STAGES}
    after = _count(root)
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    return Day(stored, new, archive, costs, size, after["groups"], after["queued"], after["alerts"] - before["alerts"])


def _count(root: Path) -> dict[str, int]:
    workspace = open_workspace(root, Settings())
    with workspace.read() as connection:
        found = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in {"groups": groups, "queued": queue_entries, "alerts": alerts, "watches": watches}.items()
        }
    workspace.close()
    return found


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """The slope of log cost over log ads between the last two points (ads, cost)."""
    (few, less), (many, more) = points[-2:]
    return math.log(max(more, 0.01) / max(less, 0.01)) / math.log(many / few)


def report(days: Sequence[Day]) -> list[str]:
    """Markdown: a table of each size, then the curve."""
    lines = []
    for day in days:
        seconds, cpu = (sum(getattr(one, what) for one in day.costs.values()) for what in ("seconds", "cpu"))
        lines += [
            f"{day.stored:,} stored + {day.new:,} new: {seconds / 60:.1f} min, {cpu / 60:.1f} min of CPU; "
            f"{day.size / day.ads:,.0f} bytes per ad on disk; {day.groups:,} groups, {day.queued} queued, {day.alerts} alerts",
            "",
            "| stage | stored: s | CPU s | peak MiB | new: s | CPU s | peak MiB | done of the new |",
            "|---|---|---|---|---|---|---|---|",
            *(
                f"| {name} | {_cells(day.archive[name])} | {_cells(one)} | {one.said[:90]} |"
                for name, one in day.costs.items()
            ),
            "",
        ]
    return [*lines, *curve(days)]


def _cells(cost: Cost) -> str:
    return f"{cost.seconds:.1f} | {cost.cpu:.1f} | {cost.peak:.0f}"


def curve(days: Sequence[Day]) -> list[str]:
    """How each stage's CPU seconds grow between the two largest sizes, and the line drawn on to AHEAD."""
    if len(days) < 2:
        return []
    few, many = days[-2:]
    bound = exponent([(one.stored, one.stored * math.log(one.stored)) for one in (few, many)])
    lines = [
        f"From {few.stored:,} to {many.stored:,} stored; there n log n has the exponent {bound:.2f}.",
        "",
        f"| stage | stored: exponent | extrapolated to {AHEAD[0]:,}: CPU min | new: exponent | of "
        f"| extrapolated to {AHEAD[0]:,} + {AHEAD[1]:,}: CPU min |",
        "|---|---|---|---|---|---|",
    ]
    for name in STAGES:
        stored = [(one.stored, one.archive[name].cpu) for one in (few, many)]
        new = [(one.size_of(name), one.costs[name].cpu) for one in (few, many)]
        at_once, first = _drawn_on(stored, AHEAD[0] / many.stored)
        day, later = _drawn_on(new, AHEAD[1] / many.new)
        of = "documents touched" if name in WHOLE else "new ads, alerts" if name == "alerts" else "new ads"
        lines.append(f"| {name} | {at_once:.2f} | {first:.1f} | {day:.2f} | {of} | {later:.1f} |")
    return lines


def _drawn_on(points: Sequence[tuple[int, float]], factor: float) -> tuple[float, float]:
    """The exponent, and CPU minutes at so many times the last size. A fixed cost makes small sizes look flat."""
    slope = exponent(points)
    return slope, points[-1][1] * factor ** max(slope, 1) / 60


def main() -> None:
    """Measure each size, or (with --stage) be one stage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", nargs="+", default=["2000+300", "10000+1500"])
    parser.add_argument("--watches", type=int, default=200)
    parser.add_argument("--seed", type=int, default=61)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(asdict(_stage_here(options.workspace, options.stage, options.file))))
        return
    days = []
    for size in options.sizes:
        stored, new = (int(part) for part in size.split("+"))
        with tempfile.TemporaryDirectory(prefix="sidelight-day-", dir=options.workspace) as name:
            days.append(run(Path(name), stored, new, options.watches, options.seed))
        print("\n".join(report(days[-1:])), file=sys.stderr, flush=True)  # so that a run cut short has told something
    print(f"seed {options.seed}, {options.watches} watches\n")
    print("\n".join(report(days)))


if __name__ == "__main__":
    main()
