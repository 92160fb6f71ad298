"""Bad items at every stage: the rest is done, each bad one is set aside with its reason, and it costs little.

    .venv/bin/python -m proof.poison [--ads 50000] [--bad 100] [--seed N] [--folder FOLDER]

A market goes through a workspace twice, undisturbed and with damage: so many lines of the file are no ads, and before each
later stage so many of its records are made unreadable in the database (a column that should be JSON is not). Printed for
each stage: items done and set aside, beside those expected, and items per CPU-second (workers included)
against the undisturbed run.
Ends with 1 where an item is missing, or all stages together lost more than a tenth of their throughput.
"""

import argparse
import resource
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Table, select, text

from casework.watches import add
from crawlers.imports import import_ads
from crawlers.tables import ads
from linker.tables import group_members, groups
from market.make import make
from models.tables import priorities
from nlp.tables import readings
from operations.daily import PROCESS
from store import backlog
from store.settings import Settings
from store.workspace import Workspace, open_workspace

DAMAGED = "{damaged"
ALLOWED = 0.10


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage of one run: items done, those set aside, CPU seconds, and what was to be set aside."""

    done: int
    aside: frozenset[str]
    cpu: float
    expected: frozenset[str] = frozenset()

    @property
    def sound(self) -> bool:
        """Whether exactly the damaged items were set aside."""
        return self.aside == self.expected


@dataclass(slots=True)
class Damager:
    """Makes so many records of a stage unreadable, each item at most once."""

    workspace: Workspace
    bad: int
    draw: Random
    used: set[tuple[Table, str]] = field(default_factory=set)

    def records(self, table: Table, key: str, column: str, among: Callable[[Connection], Sequence[str]]) -> list[str]:
        """Damage `column` of some of the rows whose `key` is `among` what is there; returns their keys."""
        with self.workspace.begin() as connection:
            there = sorted(set(among(connection)) - {one for _, one in self.used})
            chosen = self.draw.sample(there, min(self.bad, len(there) // 4))
            for one in chosen:
                statement = text(f"UPDATE {table.name} SET {column} = :damaged WHERE {key} = :one")  # noqa: S608
                connection.execute(statement, {"damaged": DAMAGED, "one": one})
        self.used.update((table, one) for one in chosen)
        return chosen


def poisoned_file(source: Path, target: Path, bad: int, draw: Random) -> None:
    """The market's ads with `bad` lines among them that are none."""
    kinds = (
        '{"ad_id": ',
        '{"site": "harbor"}',
        "[]",
        '{"ad_id": 7, "body": null}',
        "\x00\x01",
        '{"ad_id":"x","body":{}}',
    )
    lines = source.read_text(encoding="utf-8").splitlines()
    for number in range(bad):
        lines.insert(draw.randrange(len(lines) + 1), kinds[number % len(kinds)])
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def damage(before: str, damager: Damager) -> frozenset[str]:
    """Spoil records of the stage that comes next; returns the items it has to set aside."""
    if before == "read":
        return frozenset(damager.records(ads, "ad_id", "image_hashes", _pending("read")))
    if before == "link":
        return frozenset(damager.records(readings, "ad_id", "mentions", _pending("link")))
    if before == "score":
        return frozenset(damager.records(groups, "group_id", "itinerary", _pending("score")))
    if before == "index":
        damager.records(ads, "ad_id", "image_hashes", _indexed)
        return _documents_of(damager)
    if before == "queue":
        damager.records(priorities, "group_id", "evidence", _priorities)  # it sets nothing aside: it says less of them
    if before == "alerts":
        return frozenset(damager.records(ads, "ad_id", "image_hashes", _pending("watch")))
    return frozenset()


def _pending(stage: str) -> Callable[[Connection], Sequence[str]]:
    query = text("SELECT item FROM pending WHERE stage = :stage")
    return lambda connection: list(connection.execute(query, {"stage": stage}).scalars())


def _indexed(connection: Connection) -> Sequence[str]:
    return list(connection.execute(text("SELECT item FROM outbox WHERE kind = 'ad'")).scalars())


def _priorities(connection: Connection) -> Sequence[str]:
    return list(connection.execute(select(priorities.c.group_id)).scalars())


def _documents_of(damager: Damager) -> frozenset[str]:
    """The documents that rest on damaged records: of these ads, and of groups that have one."""
    # A new index is made of everything, so what was damaged before is met again.
    spoilt = {one for table, one in damager.used if table is not groups}
    with damager.workspace.read() as connection:
        query = select(group_members.c.group_id).where(group_members.c.ad_id.in_(spoilt))
        of_groups = set(connection.execute(query).scalars())
    return frozenset({*(f"ad:{one}" for one in spoilt), *(f"group:{one}" for one in of_groups)})


STAGE_OF = {"read": "read", "link": "link", "score": "score", "index": "index", "alerts": "watch"}


def live(root: Path, file: Path, damager: Callable[[Workspace], Damager] | None) -> Iterator[tuple[str, Passed]]:
    """Import and process a file in a new workspace; each step with what came of it."""
    workspace = open_workspace(root, Settings())
    spoil = damager(workspace) if damager else None
    bad: list[str] = []
    began = _cpu()
    counts = import_ads(workspace, file, bad.append).counts
    lines = frozenset(bad)
    yield (
        "import",
        Passed(counts["ads"], lines, _cpu() - began, lines if len(lines) == counts.get("bad", 0) else frozenset()),
    )
    for query in ("incall", "new in town", '"available now"'):
        add(workspace, "analyst", query)
    for step in PROCESS:
        expected = damage(step.name, spoil) if spoil else frozenset()
        waiting = _waiting(workspace, step.name)
        began, done = _cpu(), [0]
        step.work(workspace, lambda count, done=done: done.__setitem__(0, count))  # type: ignore[misc]
        took = _cpu() - began
        aside = frozenset(one.item for one in _aside(workspace, step.name))
        yield step.name, Passed(waiting - len(aside) if waiting else done[0], aside, took, expected)
        if left := _waiting(workspace, step.name):
            raise SystemExit(f"{step.name}: {left} items were left")
    workspace.close()


def _aside(workspace: Workspace, step: str) -> Sequence[backlog.Aside]:
    if step not in STAGE_OF:
        return []
    return backlog.every(workspace, STAGE_OF[step], 1_000_000)[0].items


def _waiting(workspace: Workspace, step: str) -> int:
    return backlog.every(workspace, STAGE_OF[step])[0].waiting if step in STAGE_OF else 0


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def prove(folder: Path, count: int, bad: int, seed: int) -> tuple[Mapping[str, Passed], Mapping[str, Passed]]:
    """The undisturbed run and the poisoned one."""
    draw = Random(seed)
    make(folder / "market", seed=seed, ads=count, days=14)
    make(folder / "first", seed=seed, ads=200, days=14)
    whole, poisoned = folder / "market" / "ads.jsonl", folder / "poisoned.jsonl"
    poisoned_file(whole, poisoned, bad, draw)
    dict(live(folder / "first", folder / "first" / "ads.jsonl", None))  # what is loaded once is loaded here
    calm = dict(live(folder / "calm", whole, None))
    return calm, dict(live(folder / "bad", poisoned, lambda workspace: Damager(workspace, bad, draw)))


def report(calm: Mapping[str, Passed], hurt: Mapping[str, Passed]) -> tuple[list[str], bool]:
    """Markdown, and whether all is as promised."""
    lines = ["| stage | done | set aside / expected | CPU s, undisturbed | per item |", "|---|---|---|---|---|"]
    for name, one in hurt.items():
        before = calm[name]
        change = _rate(one) / _rate(before) - 1 if before.done and before.cpu > 0.5 else None
        lines.append(
            f"| {name} | {one.done:,} | {len(one.aside)} / {len(one.expected)} | {one.cpu:.1f}, {before.cpu:.1f} | "
            f"{'' if change is None else f'{change:+.0%}'} |"
        )
    cost = sum(one.cpu for one in hurt.values()) / sum(one.cpu for one in calm.values()) - 1
    sound = all(one.sound for one in hurt.values())
    lines.append(
        f"\nall stages together: {cost:+.1%} of CPU; {'exactly the bad ones' if sound else 'OTHERS'} were set aside"
    )
    return lines, sound and cost <= ALLOWED


def _rate(one: Passed) -> float:
    return one.done / max(one.cpu, 0.01)


def main() -> None:
    """Run the proof."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=50_000)
    parser.add_argument("--bad", type=int, default=100)
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sidelight-poison-", dir=options.folder) as name:
        lines, good = report(*prove(Path(name), options.ads, options.bad, options.seed))
    print(f"{options.ads:,} ads, {options.bad} bad at each stage, seed {options.seed}\n")
    print("\n".join(lines))
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
