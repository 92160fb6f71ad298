"""`python -m crawlers.process`: crawls the sites named on stdin's first line, all in one reactor, and reports on stdout.

It dies with the process that started it: stdin is a pipe whose other end the kernel closes when that process ends, however
it ends. SIGINT and SIGTERM stop it at a safe point.
"""

import os
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from crawlers import runs
from crawlers.collector import Collector
from crawlers.evidence import Evidence
from crawlers.halts import clear, lock_name
from crawlers.manifest import relocated
from crawlers.project import ROBOT, VERSION, process_settings, site_settings
from crawlers.recorder import Recorder
from crawlers.renderer import executable
from crawlers.sites import Site, discover
from crawlers.spider import HALTED, ListingSpider
from store import disk
from store.audit import Act, Via, append, operator
from store.errors import BusyError, SidelightError
from store.locks import exclusive
from store.workspace import Workspace, open_workspace


def main() -> int:
    """Crawl, and report one JSON object per line: how far a site is, and how its run ended."""
    with open(0, "rb", buffering=0, closefd=False) as pipe:
        order = orjson.loads(pipe.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    workspace = open_workspace(Path(order["workspace"]))
    found, _ = discover(workspace, [Path(one) for one in order["sites"]])
    sites = [found[name].at(order["origin"]) for name in order["names"]]
    process = AsyncCrawlerProcess(process_settings([site.manifest for site in sites]))
    for site in sites:
        lock = ExitStack()
        try:
            lock.enter_context(exclusive(workspace, lock_name(site.name)))
            clear(workspace, site.name)
            _begin(process, workspace, site, order["origin"], lock)
        except (BusyError, SidelightError, OSError) as problem:
            lock.close()
            _tell(site=site.name, problem=str(problem))
    process.start()
    return 0


def _begin(process: AsyncCrawlerProcess, workspace: Workspace, site: Site, origin: str | None, lock: ExitStack) -> None:
    """Set one site's crawl going; `lock` is let go when it is over, whatever the others do."""
    if site.manifest.scripts:
        executable()  # said before anything is asked for
    run = runs.take_up(workspace, site)
    _audit(workspace, site, run.run_id)
    known = {ad_id: relocated(url, origin) if origin else url for ad_id, url in run.known.items()}
    facts = {"software": f"{ROBOT}/{VERSION}", "configuration-sha256": site.digest, "parser": site.version}
    evidence = Evidence(workspace, site.name, run.run_id, facts)
    recorder = Recorder(workspace, run.run_id, run.counts, evidence)
    collector = Collector(site, recorder, run.frontier, run.waiting, known, run.seen)
    crawler = Crawler(
        ListingSpider, {**process.settings.copy_to_dict(), **site_settings(site.manifest, workspace.settings.contact)}
    )

    def closed(spider: Spider, reason: str) -> None:
        if not isinstance(spider, ListingSpider):
            raise TypeError(f"{spider!r} is not the listing spider")
        spider.finish()
        problem = spider.problem
        if problem is None and reason in ("finished", "budget"):
            try:
                runs.end(workspace, site.manifest, run.run_id, recorder.counts)
            except Exception as trouble:
                problem = f"{type(trouble).__name__}: {trouble}"
        clear(workspace, site.name)
        lock.close()
        if reason == HALTED:
            sys.stderr.write(f"{site.name}: stopped as asked; the next crawl of it goes on from here\n")
        _tell(site=site.name, run_id=run.run_id, reason=reason, problem=problem)

    crawler.signals.connect(closed, signals.spider_closed, weak=False)
    recorder.on_commit = lambda: _tell(site=site.name, pages=recorder.counts["pages"])

    def tell(notice: str) -> None:
        _tell(site=site.name, notice=notice)

    if (share := disk.used(workspace.root)) >= workspace.settings.disk_warning:
        tell(f"the disk is {share:.0%} full")
    process.crawl(crawler, collector=collector, tell=tell)


def _audit(workspace: Workspace, site: Site, run_id: str) -> None:
    """A run that does not obey robots.txt is recorded with its legal basis before its first request."""
    robots = site.manifest.robots
    if not robots.obey:
        facts = {"run_id": run_id}
        act = Act(
            operator(), Via.COMMAND, "crawl-past-robots", "site", site.name, reason=robots.legal_basis, facts=facts
        )
        append(workspace, act)


def _tell(**facts: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(facts, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def _die_with_parent() -> None:
    # Unbuffered: a thread that sleeps inside Python's own stdin would keep the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main())
