"""Pages per second over loopback with the pace off, everything on, beside a bare Scrapy spider that only yields the items.

    .venv/bin/python -m bench.crawling [--ads 3000] [--rounds 3]

Both crawl the same site of a rehearsal market, in turn, each in a process of its own, ours into a workspace that stands.
Ours parses, keeps WARC records (synced), the frontier, ads and sightings; the bare spider parses with the same selectors and
yields. Prints wall and CPU figures, and the ratio ours / bare of each.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import scrapy
from rich.console import Console
from rich.table import Table
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from crawlers.manifest import Manifest, load_manifest
from market.make import make
from market.server import serve
from store.settings import Settings
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]
SITE = ROOT / "market" / "sites" / "harbor" / "site.yml"


class BareSpider(scrapy.Spider):
    """The site's selectors and nothing else."""

    name = "bare"

    def __init__(self, manifest: Manifest, origin: str) -> None:
        super().__init__()
        self.start_urls = manifest.at(origin).start
        self.ads, self.onward = str(manifest.select.listing.ads), str(manifest.select.listing.next)
        self.fields = {name: str(selector) for name, selector in manifest.select.ad.items()}

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """A listing page: its ads, and the next page."""
        for link in response.css(self.ads).getall():
            yield response.follow(link, self.ad)
        for link in response.css(self.onward).getall():
            yield response.follow(link, self.parse)

    def ad(self, response: Response) -> dict[str, str | None]:
        """An ad page: its fields."""
        return {name: response.css(selector).get() for name, selector in self.fields.items()}


def bare(origin: str) -> None:
    """Crawl and count; runs in a process of its own."""
    process = CrawlerProcess(
        {
            "LOG_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "DOWNLOAD_DELAY": 0,
        }
    )
    process.crawl(BareSpider, manifest=load_manifest(SITE), origin=origin)
    process.start()


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a command and its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, spent


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bare", metavar="ORIGIN", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bare:
        bare(asked.bare)
        return
    took: dict[str, list[tuple[float, float]]] = {"sidelight": [], "bare Scrapy": []}
    pages: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch) / "market", seed=1, ads=asked.ads)
        with serve(Path(scratch) / "market", port=0) as server:
            for turn in range(asked.rounds):
                open_workspace(Path(scratch) / f"w{turn}", Settings()).close()
                ours = [sys.executable, "-m", "sidelight", "crawl", "harbor", "--sites", str(SITE.parents[1])]
                ours += ["--origin", server.origin, "--workspace", f"{scratch}/w{turn}"]
                peer = [sys.executable, "-m", "bench.crawling", "--bare", server.origin]
                for who, command in (("sidelight", ours), ("bare Scrapy", peer)):
                    served = sum(server.paths.values())
                    took[who].append(timed(command))
                    pages[who] = sum(server.paths.values()) - served
    table = Table("who", "pages", "pages/s", "pages per CPU-second")
    speeds = {}
    for who, rounds in took.items():
        speeds[who] = [pages[who] / median(one) for one in zip(*rounds, strict=True)]
        table.add_row(who, f"{pages[who]:,}", *(f"{one:,.0f}" for one in speeds[who]))
    ratios = [f"{one / other:.2f}" for one, other in zip(speeds["sidelight"], speeds["bare Scrapy"], strict=True)]
    table.add_row("ratio", "", *ratios)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
