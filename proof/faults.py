"""A day with the ground taken away beneath it: clock moved, disk full, PostgreSQL or Elasticsearch stopped in the middle.

    .venv/bin/python -m proof.faults clock|disk|postgresql|elasticsearch [--ads 2000] [--faults 6] [--seed N]

Imported ads go through `sidelight daily` once undisturbed and once with faults, with watches kept; then ads, readings, links,
groups, priorities, queue, alerts and every indexed document are compared. `clock` kills each attempt at a random moment and
begins the next a day later or earlier. `disk` puts the workspace on a memory disk that has no room, and gives it a little more
after each failure (needs root). The servers are started by deploy/ on ports of their own (5481, 9281), stopped hard at random
moments and started again. Ends with 1 where anything differs.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import make_url, select, text

from casework import queue
from casework.tables import alerts
from casework.watches import add
from crawlers.imports import import_ads
from market.make import make
from proof.fingerprint import Print, differences, fingerprint
from store.database import connect
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]
DAY = 86_400
PORTS = {"postgresql": 5481, "elasticsearch": 9281}
QUERIES = ("incall", "new in town", '"available now"', "price:<200")
STEP = 2  # MiB more after each time the disk was full


@dataclass(slots=True)
class Trial:
    """What all runs share: the ads, where scratch files go, how often to disturb, the dice, and the settings of each run."""

    scratch: Path
    faults: int
    dice: Random
    environment: dict[str, str] = field(default_factory=dict)

    def prepare(self, root: Path) -> None:
        """A workspace with the ads imported and watches kept."""
        with self.settings():
            workspace = open_workspace(root)
            import_ads(workspace, self.scratch / "market" / "ads.jsonl", print)
            for query in QUERIES:
                add(workspace, "analyst", query)
            workspace.close()

    def settings(self) -> "_Environment":
        """Within it, this process has the run's environment too."""
        return _Environment(self.environment)

    def begin(self, root: Path, moved: int = 0) -> subprocess.Popen[str]:
        """`sidelight daily` as a process group of its own, the clock moved by so many seconds."""
        command = [sys.executable, "-m", "proof.moved_clock", str(moved), "daily", "--workspace", str(root)]
        return subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self.environment}, text=True, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ends_within(self, process: subprocess.Popen[str], calm: float, number: int) -> bool:
        """Wait until the random moment of this fault, each later than the one before; whether the day was over by then."""
        try:
            process.wait(self.dice.uniform(0.3, 1.0) * calm * (number + 1) / self.faults)
        except subprocess.TimeoutExpired:
            return False
        return True

    def to_the_end(self, root: Path) -> float:
        """Run the day undisturbed; returns its seconds."""
        began = time.monotonic()
        process = self.begin(root)
        said = process.communicate()[1]
        if process.returncode:
            raise SystemExit(f"a day failed:\n{said[-3000:]}")
        return time.monotonic() - began

    def outcome(self, root: Path) -> Print:
        """What the workspace holds in the end; alerts by watch and ad."""
        with self.settings():
            workspace = open_workspace(root)
            found = fingerprint(workspace)
            with workspace.read() as connection:
                pairs = Counter(tuple(row) for row in connection.execute(select(alerts.c.watch_id, alerts.c.ad_id)))
            entries = queue.build(workspace)
            workspace.close()
        # A queue is its day's own, and a moved clock may have built another day's: compared is today's.
        found["queue_entries"] = {one.group_id: f"{one.rank} {one.lane} {one.value:.9f}" for one in entries}
        found["alerts"] = {f"{watch} {ad_id}": str(count) for (watch, ad_id), count in pairs.items()}
        return found


class _Environment:
    def __init__(self, changed: dict[str, str]) -> None:
        self.changed, self.before = changed, dict(os.environ)

    def __enter__(self) -> None:
        os.environ.update(self.changed)

    def __exit__(self, *_: object) -> None:
        os.environ.clear()
        os.environ.update(self.before)


def clock(trial: Trial, root: Path, calm: float) -> int:
    """Kill the day again and again, each time taken up a day later or earlier; returns the kills that hit."""
    hits = 0
    for number in range(trial.faults):
        process = trial.begin(root, trial.dice.choice((-DAY, 0, DAY)))
        if not trial.ends_within(process, calm, number):
            os.killpg(process.pid, signal.SIGKILL)
            hits += 1
        process.wait()
    return hits


def disk(trial: Trial, root: Path, calm: float) -> int:  # noqa: ARG001
    """Work on a memory disk with hardly any room, a little more after each failure; returns how often it was full."""
    kept = root.with_name("kept")
    shutil.move(root, kept)
    root.mkdir()
    used = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    size = used // 2**20 + STEP
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "none", str(root)], check=True)
    try:
        shutil.copytree(kept, root, dirs_exist_ok=True)
        full = 0
        while True:
            process = trial.begin(root)
            said = process.communicate()[1]
            if process.returncode == 0:
                break
            if "Traceback" in said:
                raise SystemExit(f"a traceback on a full disk:\n{said[-2000:]}")
            full += 1
            size += STEP if full < trial.faults else 512
            subprocess.run(["mount", "-o", f"remount,size={size}m", str(root)], check=True)
        shutil.rmtree(kept)
        shutil.copytree(root, kept)
    finally:
        subprocess.run(["umount", str(root)], check=True)
    root.rmdir()
    shutil.move(kept, root)
    return full


def _servers(name: str) -> tuple[Callable[[], str], Callable[[], None]]:
    """How the server of this name is started (giving its URL) and stopped."""
    script, port = ROOT / "deploy" / f"{name}.sh", PORTS[name]
    if name == "elasticsearch":
        start, stop = [str(script), "start", str(port)], [str(script), "stop", str(port)]
    else:
        folder = Path(tempfile.gettempdir()) / f"sidelight-faults-{name}"
        start, stop = ["sh", str(script), "start", str(folder), str(port)], ["sh", str(script), "stop", str(folder)]

    def begin() -> str:
        done = subprocess.run(start, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip() if name == "postgresql" else f"http://127.0.0.1:{port}"

    return begin, lambda: subprocess.run(stop, check=False, stdout=subprocess.DEVNULL) and None


def interrupted(name: str) -> Callable[[Trial, Path, float], int]:
    """Stop the server in the middle of the day, start it, and go on; returns how many days it ended."""

    def disturb(trial: Trial, root: Path, calm: float) -> int:
        start, stop = _servers(name)
        hits = 0
        for number in range(trial.faults):
            process = trial.begin(root)
            running = not trial.ends_within(process, calm, number)
            stop()
            said = process.communicate()[1]
            if "Traceback" in said:
                raise SystemExit(f"a traceback without {name}:\n{said[-2000:]}")
            hits += running and process.returncode != 0
            start()
        return hits

    return disturb


FAULTS: dict[str, Callable[[Trial, Path, float], int]] = {
    "clock": clock, "disk": disk, "postgresql": interrupted("postgresql"), "elasticsearch": interrupted("elasticsearch"),
}  # fmt: skip


def prove(fault: str, trial: Trial, ads: int, seed: int) -> tuple[int, Sequence[str]]:
    """How often the day was hit, and what differs in the end."""
    make(trial.scratch / "market", seed=seed, ads=ads, days=14)
    url = _servers(fault)[0]() if fault in PORTS else ""
    prints, hits, took = [], 0, 0.0
    for name in ("calm", "hurt"):
        trial.environment = _settings(fault, url, name)
        trial.prepare(trial.scratch / name)
        if name == "hurt":
            hits = FAULTS[fault](trial, trial.scratch / name, took)
        took = trial.to_the_end(trial.scratch / name)
        prints.append(trial.outcome(trial.scratch / name))
    return hits, differences(*prints)


def _settings(fault: str, url: str, name: str) -> dict[str, str]:
    if fault == "elasticsearch":
        return {"SIDELIGHT_SEARCH_URL": url, "SIDELIGHT_SEARCH_PREFIX": f"faults-{os.getpid()}-{name}"}
    if fault == "postgresql":
        database = f"faults_{os.getpid()}_{name}"
        owner = connect(url).execution_options(isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}"))
        owner.dispose()
        made = make_url(url).set(database=database).render_as_string(hide_password=False)
        return {"SIDELIGHT_DATABASE_URL": made}
    return {}


def main() -> None:
    """Run one proof."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fault", choices=FAULTS)
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--faults", type=int, default=6)
    parser.add_argument("--seed", type=int, default=81)
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="sidelight-faults-"))
    try:
        hits, found = prove(
            options.fault, Trial(scratch, options.faults, Random(options.seed)), options.ads, options.seed
        )
    finally:
        if options.fault in PORTS:
            _servers(options.fault)[1]()
        shutil.rmtree(scratch, ignore_errors=True)
    print(
        f"{options.fault}: {options.ads:,} ads, seed {options.seed}: hit {hits} times; {'; '.join(found) or 'identical'}"
    )
    raise SystemExit(bool(found) or not hits)


if __name__ == "__main__":
    main()
