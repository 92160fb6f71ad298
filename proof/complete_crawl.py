"""Completeness: every ad that a site shows on a day is stored as it stood that day, over days of changes, for each site layout.

    .venv/bin/python -m proof.complete_crawl [--ads 2000] [--days 3] [--seed N]

Serves a rehearsal market on loopback and crawls its four sites (a numbered list, a tree of towns, JSON behind endless
scrolling, and the one begun from its page with `sites new`) on one day and on as many days after it: ads appear, change, are
bumped and go. After each crawl what is stored is compared with what the site showed, field by field, and the ads that went
with those marked gone. The fourth site shows other ads every day, which is taken for a broken site: of it only what is shown
is compared.
Exit status 1 where an ad is missing, or is not as it was shown, or stands although it went.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crawlers.records import TEXT_FIELDS
from crawlers.run import crawl
from crawlers.scaffold import scaffold
from crawlers.stored import all_ads
from market.catalogue import native_id
from market.make import make
from market.server import Market, serve
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
SITES = ("harbor", "lantern", "meadow", "thicket")
RESHUFFLED = "thicket"  # shows another part of everybody's ads each day


@dataclass(frozen=True, slots=True)
class Tally:
    """One site on one day: ads shown, of these not stored or stored otherwise, and ads that stand although they went."""

    site: str
    day: int
    shown: int
    missing: tuple[str, ...]
    different: tuple[str, ...]
    lingering: tuple[str, ...]
    new: int
    changed: int

    @property
    def complete(self) -> bool:
        """Whether nothing is amiss."""
        return bool(self.shown) and not (self.missing or self.different or self.lingering)


def follow(folder: Path, workspace: Workspace, days: range) -> Iterator[Tally]:
    """Crawl the market in `folder` on each of these days; one tally per site and day."""
    with serve(folder, day=days[0]) as market:
        scaffold(workspace, RESHUFFLED, f"{market.url}/{RESHUFFLED}/")
        for day in days:
            market.day = day
            verdicts = crawl(workspace, None, [ROOT / "market" / "sites"], origin=market.origin)
            counts = {one.site: one.counts for one in verdicts}
            for site in SITES:
                yield compare(market, workspace, site, day, counts[site])


def compare(market: Market, workspace: Workspace, site: str, day: int, counts: Mapping[str, int]) -> Tally:
    """What the site shows on that day, and what is stored of it."""
    shown = {f"{site}:{native_id(ad)}": said(ad) for ad in market.catalogue.view(site, day).ads}
    with workspace.read() as connection:
        stored = {
            one.ad.ad_id: {name: getattr(one.ad, name) for name in TEXT_FIELDS}
            for one in all_ads(connection)
            if one.ad.site == site and one.gone_at is None
        }
    return Tally(
        site,
        day,
        len(shown),
        tuple(sorted(shown.keys() - stored.keys())),
        tuple(sorted(ad_id for ad_id in shown.keys() & stored.keys() if shown[ad_id] != stored[ad_id])),
        () if site == RESHUFFLED else tuple(sorted(stored.keys() - shown.keys())),
        counts.get("new", 0),
        counts.get("changed", 0),
    )


def said(ad: Mapping[str, Any]) -> dict[str, str]:
    """The text fields of an ad of the market."""
    return {name: str(ad.get(name, "")) for name in TEXT_FIELDS}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    table = Table(
        "site", "day", "shown", "stored as shown", "missing", "different", "stand though gone", "new", "changed"
    )
    complete = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "market"
        make(folder, seed=asked.seed, ads=asked.ads)
        for one in follow(folder, open_workspace(Path(scratch) / "w"), range(6, 6 + asked.days + 1)):
            share = (one.shown - len(one.missing) - len(one.different)) / max(one.shown, 1)
            facts = (len(one.missing), len(one.different), len(one.lingering), one.new, one.changed)
            table.add_row(one.site, str(one.day), str(one.shown), f"{share:.1%}", *map(str, facts))
            complete &= one.complete
    Console(width=120).print(table)
    sys.exit(not complete)


if __name__ == "__main__":
    main()
