"""Sites that break over night: does the run say so?

    .venv/bin/python -m proof.broken_sites [--ads 1500] [--seed N] [--ways PATTERN]

Serves a rehearsal market on loopback and crawls three of its days. Then, for each way a site breaks (`proof/breakages.py`), a
copy of that workspace crawls the fourth day of each site, broken that way. A run is *alarmed* where it is not green and
something is held against it that is not held against the same day unbroken. At least 95 in 100 have to be; none may be green
without ads.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from crawlers.records import RunVerdict
from crawlers.run import crawl
from market.layouts.answer import Answer
from market.make import make
from market.server import Market, serve
from proof.breakages import WAYS, Way
from store.health import State
from store.tables import health
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
SITES = ("harbor", "lantern", "meadow")
FIRST = 8  # the day of the first crawl
DAYS = 3
TARGET = 0.95
HEALTHY = "unbroken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One site on the day it broke: what was held against the run, and whether that is more than on the same day unbroken."""

    way: str
    site: str
    verdict: RunVerdict
    against: frozenset[str]
    alarmed: bool


def outcomes(market: Market, folder: Path, ways: dict[str, Way], days: int = DAYS) -> Iterator[Outcome]:
    """Crawl the healthy days, then the day after, unbroken and broken each way."""
    history = folder / "history"
    for day in range(FIRST, FIRST + days):
        market.day = day
        for verdict, against in _crawled(history, market):
            yield Outcome(f"day {day}", verdict.site, verdict, against, verdict.state is not State.GREEN)
    market.day = FIRST + days
    usual: dict[str, frozenset[str]] = {}
    for name, way in {HEALTHY: _unbroken, **ways}.items():
        copy = shutil.copytree(history, folder / "copy")
        market.rewrite = _rewrite(way)
        for verdict, against in _crawled(copy, market):
            before = usual.setdefault(verdict.site, against)
            alarmed = verdict.state is not State.GREEN and bool(against - before)
            yield Outcome(name, verdict.site, verdict, against, alarmed)
        shutil.rmtree(copy)


def _unbroken(_site: str, _target: str, answer: Answer) -> Answer:
    return answer


def _rewrite(way: Way) -> Callable[[str, Answer], Answer]:
    def rewrite(target: str, answer: Answer) -> Answer:
        site = target.lstrip("/").partition("/")[0]
        return way(site, target, answer) if site in SITES else answer

    return rewrite


def _crawled(folder: Path, market: Market) -> list[tuple[RunVerdict, frozenset[str]]]:
    workspace = open_workspace(folder)
    try:
        verdicts = crawl(workspace, SITES, [ROOT / "market" / "sites"], origin=market.origin)
        return [(one, _against(workspace, one)) for one in verdicts]
    finally:
        workspace.close()


def _against(workspace: Workspace, verdict: RunVerdict) -> frozenset[str]:
    query = select(health.c.measure).where(health.c.run_id == verdict.run_id, health.c.state != State.GREEN.value)
    with workspace.read() as connection:
        return frozenset(connection.execute(query).scalars()) - {"run"}


def main() -> int:
    """Print each outcome and the share alarmed; exit status 1 below the target or with a green run without ads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ads", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--ways", default="", help="only those whose name this pattern finds")
    options = parser.parse_args()
    ways = {name: way for name, way in WAYS.items() if re.search(options.ways, name)}
    alarmed = total = silent = false = healthy = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "market", seed=options.seed, ads=options.ads)
        with serve(folder / "market") as market:
            for one in outcomes(market, folder, ways):
                ads = one.verdict.counts.get("ads", 0)
                broken = one.way in ways
                total += broken
                alarmed += broken and one.alarmed
                silent += one.verdict.state is State.GREEN and not ads
                healthy += not broken
                false += not broken and one.verdict.state is not State.GREEN
                mark = "alarm" if one.alarmed else "SILENT" if broken else ""
                told = ", ".join(sorted(one.against))
                print(
                    f"{one.way:<46} {one.site:<8} {one.verdict.state.value:<6} {ads:>4} ads {mark:<7} {told}",
                    flush=True,
                )
    share = alarmed / max(total, 1)
    print(
        f"{alarmed} of {total} alarmed ({share:.1%}); {silent} green with no ads; {false} of {healthy} healthy runs alarmed"
    )
    return int(share < TARGET or silent > 0)


if __name__ == "__main__":
    sys.exit(main())
