"""A crawl that is killed goes on: the same ads as an undisturbed one, nothing doubled, no torn evidence."""

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from warcio.archiveiterator import ArchiveIterator

from crawlers.run import crawl
from crawlers.stored import all_ads
from crawlers.tables import captures, frontier, runs, sightings
from store.workspace import Workspace

pytestmark = pytest.mark.slow

ADS = 300
CALL = "import sys; from pathlib import Path; from store.workspace import open_workspace; from crawlers.run import crawl; crawl(open_workspace(Path(sys.argv[1])))"  # noqa: E501


def done(workspace: Workspace) -> int:
    with workspace.read() as connection:
        return connection.execute(select(func.count()).select_from(captures)).scalar_one()


def begin(workspace: Workspace, pages: int) -> subprocess.Popen[bytes]:
    """A crawl in a process of its own that has kept at least so many pages."""
    process = subprocess.Popen([sys.executable, "-c", CALL, str(workspace.root)], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while done(workspace) < pages and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


def crawlers_alive(workspace: Workspace) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
            mine = (path.parent / "cwd").readlink() == Path.cwd()
        except OSError:
            continue
        parent = (path.parent / "stat").read_text().rpartition(")")[2].split()[1]
        if b"crawlers.process" in words and mine and parent == "1":
            found.append(path.parent.name)
    return found


def make_harbor(web: Any, make_site: Callable[..., Any]) -> None:
    make_site("harbor", pace={"delay": 0.002, "concurrency": 4, "autothrottle": False})
    for page in range(0, ADS, 30):
        following = f"/harbor/?from={page + 30}" if page + 30 < ADS else ""
        path = f"/harbor/?from={page}" if page else "/harbor/"
        web.listing(path, *(f"/harbor/ad/{number}" for number in range(page, page + 30)), following=following)
    for number in range(ADS):
        web.ad(f"/harbor/ad/{number}", number)


def test_killed_anywhere_it_goes_on_and_ends_the_same(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_harbor(web, make_site)
    for pages in (60, 160):
        process = begin(workspace, pages)
        process.kill()  # the caller alone: its crawling process has to follow by itself
        process.wait()
        deadline = time.monotonic() + 10
        while crawlers_alive(workspace) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert 160 <= done(workspace) < ADS + 10, "killed in the middle"
    with next(workspace.captures.glob("harbor/*.warc.gz")).open("ab") as torn:
        torn.write(b"\x1f\x8b\x08half a record")
    served = len(web.asked)

    (verdict,) = crawl(workspace)

    assert len(web.asked) - served < ADS, "what was kept is not fetched again"
    assert verdict.counts["ads"] == ADS
    assert verdict.counts["pages"] == ADS + 10
    with workspace.read() as connection:
        assert {one.ad.title for one in all_ads(connection)} == {f"Title {number}" for number in range(ADS)}
        assert connection.execute(select(func.count()).select_from(sightings)).scalar_one() == ADS
        assert connection.execute(select(func.count()).select_from(runs)).scalar_one() == 1
        assert set(connection.execute(select(frontier.c.state)).scalars()) == {"done"}
        rows = {row.warc_offset: row.sha256 for row in connection.execute(select(captures))}
    assert evidence(workspace) == rows


def evidence(workspace: Workspace) -> dict[int, str]:
    (path,) = workspace.captures.glob("harbor/*.warc.gz")
    found = {}
    with path.open("rb") as handle:
        archive = ArchiveIterator(handle, check_digests="raise")
        for record in archive:
            body = record.content_stream().read()
            if record.rec_type == "response":
                found[archive.get_record_offset()] = hashlib.sha256(body).hexdigest()
    return found


def test_ctrl_c_stops_at_a_safe_point_and_says_how_to_go_on(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_harbor(web, make_site)
    process = begin(workspace, 60)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert b"run it again to go on" in complaint
    with workspace.read() as connection:
        assert connection.execute(select(runs.c.ended_at)).scalar_one() is None
    assert len(evidence(workspace)) == done(workspace)
