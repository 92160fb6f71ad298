"""How fast stored readings become groups, how a day joins an archive, and whether that gives what a full run gives.

    .venv/bin/python -m bench.link_speed FOLDER --ads 10000 100000 1000000
    .venv/bin/python -m bench.link_speed FOLDER --ads 1000000 --day 150000

For each size an archive is made (bench/link_archive.py) and linked by the stage in processes of its own: their CPU and
wall seconds, their largest memory, and beside it, in the same run, what reading and parsing the same stored rows
alone takes. With `--day` so many ads more are linked at once and, in another workspace, after the others; every row of
the two outcomes is compared.
"""

import argparse
import hashlib
import logging
import os
import resource
import shutil
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select, text

from bench.link_archive import BASE, archive, base, fill
from linker import stage
from linker.tables import group_members, groups, hubs, link_keys, link_signals, links, text_bands, wordings
from store import pending
from store.workspace import Workspace, open_workspace

SEED = 4
OUTCOME = (link_signals, link_keys, wordings, text_bands, links, hubs, groups, group_members)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ads", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--day", type=int, default=0, help="ads of the day that joins each archive")
    parser.add_argument("--job", choices=sorted(JOBS), help="one job in this process, for the bench itself")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.job:
        print(orjson.dumps(JOBS[given.job](given.folder)).decode())
        return
    print(f"market of {BASE:,} ads, seed {SEED}, replicated; {os.cpu_count()} cores")
    for count in given.ads:
        measure(given.folder, count, given.day)


def measure(folder: Path, count: int, day: int) -> None:
    """Print the figures of one size."""
    root = _filled(folder, folder / f"archive-{count}", count, count + day)
    limit, linked = _job(root, "parse"), _job(root, "link")
    _told(f"{count:,} ads, all at once", count, linked)
    ratio = linked["cpu"] / limit["cpu"]
    print(
        f"    reading and parsing the same rows alone: {count / limit['cpu']:,.0f} ads per CPU second; ratio {ratio:.1f}"
    )
    print(f"    {linked['shape']}")
    if day:
        rows = list(archive(base(folder, SEED, BASE), count + day))[count:]
        fill(open_workspace(root), iter(rows))
        joined = _job(root, "link")
        _told(f"a day of {day:,} into {count:,}", day, joined)
        whole = _filled(folder, folder / f"whole-{count + day}", count + day, count + day)
        _told(f"{count + day:,} ads, all at once", count + day, _job(whole, "link"))
        one, other = _job(root, "digest"), _job(whole, "digest")
        print(f"    identical: {one == other} ({', '.join(name for name in one if one[name] == other.get(name))})")


def _filled(folder: Path, root: Path, count: int, of: int) -> Path:
    """The first `count` ads of an archive `of` so many: how often the market is replicated depends on all of them."""
    shutil.rmtree(root, ignore_errors=True)
    workspace = open_workspace(root)
    fill(workspace, islice(archive(base(folder, SEED, BASE), of), count))
    workspace.close()
    return root


def _job(root: Path, job: str) -> dict[str, Any]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.link_speed", str(root), "--job", job], stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = orjson.loads(made.stdout)
    return told


def _told(what: str, count: int, linked: dict[str, Any]) -> None:
    print(
        f"{what}: {count / linked['cpu']:,.0f} ads per CPU second ({linked['cpu']:.1f} s of CPU, {linked['wall']:.1f} s), "
        f"{linked['memory']:,.0f} MiB at most"
    )
    print(f"    by step: {', '.join(f'{name} {seconds:.1f}' for name, seconds in linked['steps'].items())}")


def parse(root: Path) -> dict[str, Any]:
    """CPU seconds of reading every stored reading and parsing its JSON."""
    workspace = Workspace(root, open_workspace(root).settings)
    began = time.process_time()
    with workspace.read() as connection:
        rows = connection.execution_options(yield_per=5_000).execute(
            text("select ad_id, masked, mentions from readings")
        )
        for row in rows:
            orjson.loads(row.mentions)
    return {"cpu": time.process_time() - began}


def link(root: Path) -> dict[str, Any]:
    """Run the stage; CPU and wall seconds and MiB of memory at most, of the process that stores for it too; by step the CPU
    seconds of this one."""
    workspace = open_workspace(root)
    steps = _Steps()
    logging.getLogger("linker.stage").addHandler(steps)
    logging.getLogger("linker.stage").setLevel(logging.INFO)
    began, wall = time.process_time(), time.monotonic()
    stage.run(workspace, progress=lambda _: steps.note("signals"))
    other = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, wall = time.process_time() - began + other.ru_utime + other.ru_stime, time.monotonic() - wall
    memory = _most_memory() + other.ru_maxrss / 1024
    return {"cpu": cpu, "wall": wall, "memory": memory, "steps": steps.taken, "shape": _shape(workspace)}


def _most_memory() -> float:
    """MiB (Linux). Not what getrusage says, which a process inherits from the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class _Steps(logging.Handler):
    """CPU seconds up to what each step says last, counted to that step."""

    def __init__(self) -> None:
        super().__init__()
        self.last = time.process_time()
        self.taken: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """A step says how far it has come."""
        self.note(str(record.args[0]) if isinstance(record.args, tuple) else record.getMessage())

    def note(self, name: str) -> None:
        """What passed since the last word was spent on this."""
        present = time.process_time()
        self.taken[name] = self.taken.get(name, 0.0) + present - self.last
        self.last = present


def _shape(workspace: Workspace) -> str:
    with workspace.read() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in OUTCOME
        }
        largest = connection.execute(select(func.max(groups.c.ads))).scalar_one()
        waiting = pending.count(connection, stage.STAGE)
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return f"{told}; largest group {largest:,} ads; {waiting} waiting"


def digest(root: Path) -> dict[str, Any]:
    """A digest of every table of the outcome, rows in order; templates are left out as they were not made."""
    workspace = open_workspace(root)
    found = {}
    with workspace.read() as connection:
        for table in OUTCOME:
            columns = [column for column in table.columns if column.name != "templates"]
            rows = connection.execution_options(yield_per=5_000).execute(select(*columns).order_by(*table.primary_key))
            value = hashlib.sha256()
            for row in rows:
                value.update(repr(tuple(row)).encode())
            found[str(table.name)] = value.hexdigest()
    return found


JOBS = {"parse": parse, "link": link, "digest": digest}

if __name__ == "__main__":
    main()
