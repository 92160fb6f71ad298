"""The loop from decisions to the ranking they teach, unattended: a simulated month at the console, and the day after it.

    python -m bench.loop [--ads N] [--decisions N] [--prevalence P] [--seed N] [--workspace FOLDER]

A rehearsal market's ads come in day by day and `sidelight process` works each day. A reader signs in to the console, opens
the day's queue and decides on its groups through the console's own forms, by the market's truth and wrong now and then.
What was decided is in the label ledger. Notebook 02 is then run as it is on the workspace; `sidelight promote` puts its
challenger in force, or refuses and says why; and the next day's queue says which model ranked it, on the page and in JSON.

Days are simulated by a clock of its own in this process; the notebook's kernel has the machine's. The market is synthetic:
the loop shows that the machinery works, and nothing about detection in the world.
"""

import argparse
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from crawlers.records import Ad
    from store.workspace import Workspace

DAYS = 30
PER_DAY = 10
EVENING = timedelta(hours=20)
WRONG, UNSURE = 0.05, 0.05  # of the reader's decisions
GROUP = re.compile(r'name="group" value="([^"]+)"')
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
RANKED_BY = re.compile(r"Ranked by <b>([^<]+)</b>")
SETTINGS = "queue_capacity = {capacity}\nqueue_learn = 4\nqueue_audit = 6\n"


class Clock:
    """The present moment of the simulation."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """A moment that moves on by a millisecond with each look, so that no two events are at once."""
        self.moment += timedelta(milliseconds=1)
        return self.moment


def main() -> int:
    """Run it and print what happened; 1 where the loop did not close."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ads", type=int, default=4_000)
    parser.add_argument("--decisions", type=int, default=300)
    parser.add_argument("--prevalence", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workspace", type=Path, help="where to keep the workspace; else it is thrown away")
    asked = parser.parse_args()
    clock = Clock()
    import store.schema

    store.schema.now = clock.now  # before any room is imported: each takes `now` from there
    with TemporaryDirectory() as made:
        return run(asked, clock, Path(made), asked.workspace or Path(made) / "workspace")


def run(asked: argparse.Namespace, clock: Clock, folder: Path, root: Path) -> int:
    """The month, the notebook, the promotion and the day after."""
    from casework import queue
    from market.make import make
    from models.labels import standing as labels
    from nlp.pipeline import version
    from operations.daily import process
    from store.errors import SidelightError
    from store.workspace import open_workspace

    began = time.process_time()
    make(folder / "market", seed=asked.seed, ads=asked.ads, prevalence=asked.prevalence, days=DAYS + 1)
    by_day, truth = read_market(folder / "market")
    root.mkdir(parents=True)
    (root / "sidelight.toml").write_text(SETTINGS.format(capacity=20), "utf-8")
    workspace = open_workspace(root)
    reader = Reader(workspace, truth, Random(asked.seed))
    days = sorted(by_day)[: DAYS + 1]
    for number, day in enumerate(days[:DAYS], 1):
        work(workspace, clock, day, by_day[day])
        reader.read(clock, min(PER_DAY * number, asked.decisions))
    with workspace.read() as connection:
        ledger = labels(connection)
    counts = Counter(one.value.value for one in ledger)
    print(f"{reader.made} decisions on {DAYS} days; in the ledger: {len(ledger)} labels ({dict(counts)})")
    print(f"the month took {time.process_time() - began:.0f} CPU s")
    run_notebook(root)
    from models import promotion

    try:
        made = promotion.promote(workspace, "challenger", why="a month of decisions", pipeline=version())
    except SidelightError as problem:
        print(f"not promoted: {problem}")
        return 1
    print(f"promoted: {made.model}")
    work(workspace, clock, days[DAYS], by_day[days[DAYS]])
    page = reader.client.get("/queue").text
    named = RANKED_BY.findall(page)
    entries = queue.build(workspace)
    told = queue_json(root, entries[0].day)
    print(f"queue of {entries[0].day}: {len(entries)} entries; the page says {named}, --json says {sorted(told)}")
    sound = bool(entries) and len(named) == 1 and named[0].startswith("challenger ") and told == {*named}
    steps = process(workspace)
    print(f"drift: {steps['drift']}")
    print("the loop is closed" if sound else "THE LOOP IS OPEN")
    workspace.close()
    return 0 if sound else 1


def read_market(folder: Path) -> tuple[dict[str, list["Ad"]], dict[str, bool]]:
    """The ads by the day they were posted, and of each whether it is of a controlled group (or recruits for one)."""
    import orjson

    from crawlers.adlines import parse_ad

    by_day: dict[str, list[Ad]] = defaultdict(list)
    for line in (folder / "ads.jsonl").open("rb"):
        ad = parse_ad(orjson.loads(line))
        if ad.posted_at:
            by_day[ad.posted_at.date().isoformat()].append(ad)
    rows = [orjson.loads(line) for line in (folder / "truth.jsonl").open("rb")]
    yes = {row["ad_id"]: row["class"] == "controlled" or bool(row.get("recruits")) for row in rows}
    return by_day, yes


def work(workspace: "Workspace", clock: Clock, day: str, ads: list["Ad"]) -> None:
    """What came in on a day, and the day's work."""
    from crawlers.stored import record_sightings
    from operations.daily import process

    clock.moment = datetime.fromisoformat(day).replace(tzinfo=UTC) + EVENING
    with workspace.begin() as connection:
        for start in range(0, len(ads), 200):
            record_sightings(connection, ads[start : start + 200], seen_at=clock.now(), run_id=f"day-{day}-{start}")
    process(workspace)


class Reader:
    """Somebody at the console who knows the truth and is wrong now and then."""

    def __init__(self, workspace: "Workspace", truth: dict[str, bool], random: Random) -> None:
        from starlette.testclient import TestClient

        from console.app import create_app

        self.workspace, self.truth, self.random, self.made = workspace, truth, random, 0
        app = create_app(workspace, hosts=("testserver",), open_secret="loop")  # noqa: S106  of one simulated evening
        self.client: TestClient = TestClient(app, follow_redirects=False)
        self.client.get("/open?secret=loop")

    def read(self, clock: Clock, until: int) -> None:
        """Decide on the day's queue from the top, and on what is left of it, until so many decisions are made in all."""
        clock.moment += timedelta(minutes=10)
        self.sign_in_again()
        page = self.client.get("/queue").text
        token, day = TOKEN.search(page), re.search(r"Queue of (\d{4}-\d\d-\d\d)", page)
        assert token is not None and day is not None, "the reader has no queue"  # noqa: PT018
        for group_id in self.chosen([unquote(one) for one in GROUP.findall(page)], until - self.made):
            clock.moment += timedelta(minutes=3)
            form = {
                "csrf": token.group(1), "group": group_id, "verdict": self.verdict(group_id),
                "why": "read its ads", "day": day.group(1), "back": "queue",
            }  # fmt: skip
            answer = self.client.post("/group/decide", data=form)
            assert answer.status_code == 303, answer.text
            self.made += 1

    def chosen(self, group_ids: list[str], count: int) -> Iterator[str]:
        """The top of the queue and its end, where the slices to learn from and by lot are: half of each."""
        top = group_ids[: count // 2]
        rest = [one for one in group_ids if one not in top]
        yield from [*top, *rest[::-1]][:count]

    def verdict(self, group_id: str) -> str:
        """By the truth of most of the group's ads."""
        from linker.stored import load_groups

        with self.workspace.read() as connection:
            ads = load_groups(connection, [group_id])[group_id].ad_ids
        yes = 2 * sum(self.truth[ad_id] for ad_id in ads) > len(ads)
        if (drawn := self.random.random()) < UNSURE:
            return "unsure"
        return "trafficking-indicated" if yes != (drawn < UNSURE + WRONG) else "not trafficking"

    def sign_in_again(self) -> None:
        """A session ends over night: open another for the same person."""
        from casework import accounts, sessions
        from console.desk import COOKIE
        from store import audit

        with self.workspace.read() as connection:
            account = accounts.find(connection, accounts.local_name(audit.operator()))
        assert account is not None
        token, _ = sessions.start(self.workspace, account)
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, token)


def run_notebook(root: Path) -> None:
    """Notebook 02 as it stands, in a kernel of its own, on the workspace."""
    import nbformat
    from nbclient import NotebookClient

    from models.notebooks import SOURCE

    path = os.pathsep.join([str(SOURCE.parent), os.environ.get("PYTHONPATH", "")])
    os.environ |= {"SIDELIGHT_WORKSPACE": str(root), "MPLBACKEND": "agg", "PYTHONPATH": path}
    notebook = nbformat.read(SOURCE / "02_retrain.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=1_800, resources={"metadata": {"path": str(root)}}).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = output.get("text") or ""
            sys.stdout.write("".join(f"  02 | {line}\n" for line in text.splitlines()[:40]))


def queue_json(root: Path, day: str) -> set[str]:
    """The models that `sidelight queue --json` names."""
    from typer.testing import CliRunner

    from casework.cli import app

    answer = CliRunner().invoke(app, ["queue", "--json", "--workspace", str(root), "--day", day])
    return {json.loads(line)["model"] for line in answer.stdout.splitlines()}


if __name__ == "__main__":
    sys.exit(main())
