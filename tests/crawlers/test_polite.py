"""How gently a site is asked: robots.txt, the interval, patience, conditions, stopping when told to."""

import asyncio
import gzip
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawlers import halts
from crawlers.errors import ManifestError
from crawlers.manifest import load_manifest
from crawlers.pace import WAIT_LIMIT, WAIT_USUAL, HaltedError, Pace, retry_after
from crawlers.robots import ClosedError, read_rules
from crawlers.run import crawl
from proof.hostile_server import ROOT, Server, ad, page, served, write_site
from store.health import State
from store.tables import audit_events
from store.workspace import Workspace
from tests.pace import slowdown

Site = Callable[..., Any]
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def listing(*paths: str) -> bytes:
    return page("".join(f'<a class="ad" href="{path}">x</a>' for path in paths))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("Mon, 04 May 2026 12:01:30 GMT", 90),
        ("Mon, 04 May 2026 11:00:00 GMT", 1),
        ("Mon, 04 May 2026 12:00:10", 10),
        ("99999999999999999999", WAIT_LIMIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", WAIT_LIMIT),
        ("", WAIT_USUAL),
        ("soon", WAIT_USUAL),
        ("-5", WAIT_USUAL),
        ("x" * 100_000, WAIT_USUAL),
    ],
)
def test_patience_is_read_as_seconds_or_a_date(written: str, seconds: float) -> None:
    assert retry_after(written, AT) == seconds


@pytest.mark.parametrize(
    ("text", "closed", "delay"),
    [
        ("User-agent: *\nDisallow: /a", True, 0),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", False, 0),
        ("User-agent: Other\nDisallow: /", False, 0),
        ("User-agent: sidelight\nDisallow: /\nUser-agent: *\nAllow: /", True, 0),
        ("User-agent: *\nCrawl-delay: 4.5", False, 4.5),
        ("User-agent: *\nRequest-rate: 1/20", False, 20),
        ("User-agent: *\nCrawl-delay: nan", False, 0),
        ("User-agent: *\nCrawl-delay: -3", False, 0),
        ("\ufeffUser-agent: *\nDisallow: /", True, 0),
        ("User-agent: *\nDisallow: /" + "*a" * 40 + "b", False, 0),
        ("User-agent: *\nDisallow: " + "*/" * 40, True, 0),
        ("User-agent: *\nDisallow: /\nAllow: " + "*/" * 40, True, 0),
        ("<html>Not found</html>", False, 0),
    ],
)
def test_what_robots_txt_says(text: str, closed: bool, delay: float) -> None:
    rules = read_rules(text.encode(), "Sidelight")
    assert rules.delay == delay
    if closed:
        with pytest.raises(ClosedError, match="robots"):
            rules.check("http://harbor.example/a/b/c/d/" + "a" * 2000, "Sidelight")
    else:
        rules.check("http://harbor.example/a/b/" + "x" * 2000, "Sidelight")


def test_hostile_rules_cost_little_time() -> None:
    text = "User-agent: *\n" + ("Disallow: /" + "*a" * 60 + "b\n") * 3000
    begun = time.process_time()
    rules = read_rules(text.encode(), "Sidelight")
    for number in range(20):
        try:
            rules.check(f"http://harbor.example/{number}" + "a" * 2000, "Sidelight")
        except ClosedError:
            continue
    assert time.process_time() - begun < 5 * slowdown()


CLOSED = page("User-agent: *\nDisallow: /", "text/plain")
ROBOTS = {
    "error": (page("broken", status=500), "robots_unread"),
    "plain": (CLOSED, "robots"),
    "packed": (page(gzip.compress(b"User-agent: *\nDisallow: /"), "text/plain", Content_Encoding="gzip"), "robots"),
    "moved": (page("", None, 301, Location="/moved/robots.txt"), "robots"),
    "elsewhere": (page("", None, 301, Location="http://elsewhere.example/robots.txt"), "robots_unread"),
    "loop": (page("", None, 302, Location="/robots.txt"), "robots_unread"),
    "silence": (b"", "robots_unread"),
}


@pytest.mark.slow
def test_a_site_whose_robots_txt_closes_it_or_cannot_be_read_is_left_alone(workspace: Workspace) -> None:
    servers = {name: Server() for name in ROBOTS}
    with served(*servers.values()):
        for name, server in servers.items():
            server.pages |= {"/robots.txt": ROBOTS[name][0], f"/{name}/": listing("/ad/1"), "/ad/1": ad(1)}
            server.pages["/moved/robots.txt"] = CLOSED
            write_site(workspace, server, name)
        verdicts = {one.site: one for one in crawl(workspace)}
    for name, (_, reason) in ROBOTS.items():
        assert f"/{name}/" not in servers[name].asked
        assert verdicts[name].state is State.RED
        assert verdicts[name].counts[f"refused.{reason}"] == 1, name
        assert any("robots.txt" in sentence for sentence in verdicts[name].reasons)


@pytest.mark.slow
def test_robots_txt_is_passed_over_only_with_a_legal_basis_that_is_audited(workspace: Workspace) -> None:
    server = Server()
    basis = "Production order 2026-117, Harbor County Court, 4 May 2026"
    with served(server):
        server.pages |= {
            "/robots.txt": page("User-agent: *\nDisallow: /"),
            "/harbor/": listing("/ad/1"),
            "/ad/1": ad(1),
        }
        for said in ({"obey": False}, {"obey": False, "legal_basis": "because"}):
            write_site(workspace, server, "harbor", robots=said)
            with pytest.raises(ManifestError, match="legal_basis"):
                load_manifest(workspace.sites / "harbor" / "site.yml")
        write_site(workspace, server, "harbor", robots={"obey": False, "legal_basis": basis})
        (verdict,) = crawl(workspace)
    assert verdict.counts["ads"] == 1
    with workspace.read() as connection:
        (event,) = connection.execute(select(audit_events).where(audit_events.c.action == "crawl-past-robots")).all()
    assert event.reason == basis
    assert event.facts == {"run_id": verdict.run_id}
    assert event.at <= verdict.ended_at


@pytest.mark.slow
def test_the_crawl_delay_is_kept(workspace: Workspace) -> None:
    server = Server()
    with served(server):
        server.pages["/robots.txt"] = page("User-agent: *\nCrawl-delay: 0.6", "text/plain")
        server.pages |= {"/harbor/": listing("/ad/1", "/ad/2", "/ad/3"), **{f"/ad/{n}": ad(n) for n in (1, 2, 3)}}
        write_site(workspace, server, "harbor")
        (verdict,) = crawl(workspace)
    assert verdict.counts["ads"] == 3
    gaps = [after - before for before, after in pairwise(server.times)]
    assert min(gaps) > 0.55, "though the manifest allows four at once and no delay"


@pytest.mark.slow
def test_a_busy_host_is_left_in_peace_and_its_page_is_not_lost(workspace: Workspace) -> None:
    server = Server()
    answers = {
        "/ad/1": [page("", status=429, Retry_After="1"), ad(1)],
        "/ad/2": [page("", status=503, Retry_After="1")] * 9,
    }
    with served(server):
        server.pages |= {"/harbor/": listing("/ad/1", "/ad/2", "/ad/3"), "/ad/3": ad(3)}
        server.otherwise = lambda path: answers[path].pop(0) if path in answers else None
        write_site(workspace, server, "harbor", pace={"delay": 0, "concurrency": 1, "autothrottle": False})
        (verdict,) = crawl(workspace)
    assert verdict.counts["ads"] == 2
    assert verdict.counts["waits"] == 3
    assert verdict.counts["http_errors"] == 1, "after three tries it is an error"
    assert server.asked.count("/ad/2") == 3
    busy = [at for path, at in zip(server.asked, server.times, strict=True) if path == "/ad/2"]
    assert busy[1] - busy[0] > 0.95


def test_sites_and_processes_that_share_a_host_share_its_pace(tmp_path: Path) -> None:
    """Two turn-takers that know nothing of each other but the folder, as two processes do."""
    times: list[float] = []

    async def ask(pace: Pace) -> None:
        for _ in range(3):
            await pace.turn("harbor.example")
            times.append(time.monotonic())
            await asyncio.sleep(0.05)
            pace.done("harbor.example", 0.05)

    async def both() -> None:
        paces = [Pace(tmp_path / "hosts", 0.2, single=True, throttled=False, halted=lambda: False) for _ in range(2)]
        await asyncio.gather(*map(ask, paces))

    asyncio.run(both())
    assert len(times) == 6
    assert min(after - before for before, after in pairwise(times)) > 0.19


def test_waiting_ends_when_the_run_is_halted_and_a_slow_host_is_asked_less(tmp_path: Path) -> None:
    halted: list[int] = []
    pace = Pace(tmp_path / "hosts", 1, single=True, throttled=True, halted=lambda: bool(halted))
    pace.hold("harbor.example", 1000)

    async def wait() -> None:
        asyncio.get_running_loop().call_later(0.1, halted.append, 1)
        await pace.turn("harbor.example")

    with pytest.raises(HaltedError):
        asyncio.run(wait())
    pace.done("harbor.example", 8)
    assert pace.interval("harbor.example") == 8
    pace.done("harbor.example", 1)
    assert pace.interval("harbor.example") == 4.5


@pytest.mark.slow
def test_a_crawl_in_another_process_stops_when_told_to_and_goes_on_later(workspace: Workspace) -> None:
    server = Server()
    numbers = range(30)
    with served(server):
        server.pages["/harbor/"] = listing(*(f"/ad/{number}" for number in numbers))
        server.pages |= {f"/ad/{number}": ad(number) for number in numbers}
        write_site(workspace, server, "harbor", pace={"delay": 2, "concurrency": 1, "autothrottle": False})
        command = [sys.executable, "-m", "sidelight", "crawl"]
        crawling = subprocess.Popen([*command, "harbor", "--workspace", str(workspace.root)], cwd=ROOT)
        deadline = time.monotonic() + 60
        while len(server.asked) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        begun = time.monotonic()
        assert halts.halt(workspace, "harbor")
        took = time.monotonic() - begun
        assert crawling.wait(timeout=30) == 0
        asked = len(server.asked)
        write_site(workspace, server, "harbor", pace={"delay": 2, "concurrency": 1, "autothrottle": False})
        again = subprocess.Popen([*command, "harbor", "--workspace", str(workspace.root)], cwd=ROOT)
        while len(server.asked) < asked + 3 and time.monotonic() < deadline + 60:
            time.sleep(0.05)
        stopped = subprocess.run(
            [*command, "harbor", "--stop", "--workspace", str(workspace.root)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        again.wait(timeout=30)
    assert took < 30
    assert asked < 10
    pages = [path for path in server.asked if path.startswith("/ad/")]
    assert len(pages) == len(set(pages)), "what was fetched is not fetched again"
    assert stopped.stdout == "harbor: stopped\n"
    assert not halts.halt(workspace, "harbor"), "nothing crawls it now"
