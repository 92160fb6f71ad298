"""Evidence: what stands in the WARC files, how one record is read back, and that a change of any byte is found."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from crawlers.captures import Damage, body_of, index_lines, verify
from crawlers.cli import app
from crawlers.evidence import Evidence
from crawlers.run import crawl
from crawlers.tables import captures, runs
from crawlers.warc import Fetched
from store.schema import now
from store.workspace import Workspace


def records(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """(type, record headers, content) of every record of a file."""
    with path.open("rb") as handle:
        return [
            (one.rec_type, dict(one.rec_headers.headers), one.content_stream().read())
            for one in ArchiveIterator(handle, check_digests="raise")
        ]


def rows_of(workspace: Workspace) -> list[Any]:
    with workspace.read() as connection:
        return list(connection.execute(select(captures).order_by(captures.c.fetched_at, captures.c.warc_offset)))


def site_with_a_redirect(web: Any, make_site: Callable[..., Path]) -> None:
    make_site("harbor")
    web.listing("/harbor/", "/harbor/ad/1", "/harbor/ad/2")
    web.ad("/harbor/ad/1", 1)
    web.put("/harbor/ad/2", "", status=302, Location="/harbor/moved/2")
    web.ad("/harbor/moved/2", 2)


@pytest.mark.slow
def test_a_record_says_how_its_address_was_reached_under_which_configuration(
    workspace: Workspace, web: Any, make_site: Callable[..., Path]
) -> None:
    site_with_a_redirect(web, make_site)
    crawl(workspace)
    (path,) = workspace.captures.glob("harbor/*.warc.gz")
    found = records(path)
    assert found[0][0] == "warcinfo"
    assert b"configuration-sha256: " in found[0][2]
    assert b"software: Sidelight/" in found[0][2]
    beside = {headers["WARC-Target-URI"]: said.decode() for kind, headers, said in found if kind == "metadata"}
    moved = beside[f"http://{web.origin}/harbor/moved/2"]
    assert f"via: http://{web.origin}/harbor/ad/2" in moved
    assert "hopsFromSeed: R\r\n" in moved
    assert Counter(kind for kind, _, _ in found)["response"] == 4
    assert all(headers["WARC-IP-Address"] == "127.0.0.1" for kind, headers, _ in found if kind == "response")


@pytest.mark.slow
def test_bytes_that_are_kept_already_are_referred_to_and_read_back(
    workspace: Workspace, web: Any, make_site: Callable[..., Path]
) -> None:
    site_with_a_redirect(web, make_site)
    crawl(workspace)
    crawl(workspace)
    again = [row for row in rows_of(workspace) if row.refers_to]
    assert {row.url.rpartition("/")[2] for row in again} == {"", "1", "2"}
    second = sorted(workspace.captures.glob("harbor/*.warc.gz"))[-1]
    revisits = [headers for kind, headers, _ in records(second) if kind == "revisit"]
    assert len(revisits) == 3
    assert all(headers["WARC-Profile"].endswith("identical-payload-digest") for headers in revisits)
    assert all("WARC-Refers-To-Date" in headers for headers in revisits)
    with workspace.read() as connection:
        for row in again:
            assert (
                body_of(workspace, connection, row.capture_id)
                == web.pages[row.url.removeprefix(f"http://{web.origin}")][2]
            )


def an_evidence(workspace: Workspace, rotate: int) -> Evidence:
    return Evidence(workspace, "harbor", "run", {"software": "test"}, rotate)


def fetched(number: int, body: bytes) -> tuple[str, Fetched]:
    at = datetime(2026, 5, 1, 12, 0, number, tzinfo=UTC)
    url = f"https://harbor.example/{number}"
    return f"capture-{number}", Fetched(
        url, at, 200, [("Accept", "*/*")], [("Content-Type", "text/html")], body, "192.0.2.1"
    )


def commit(workspace: Workspace, evidence: Evidence, *some: tuple[str, Fetched]) -> None:
    rows = evidence.write(some)
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
    evidence.committed()


@pytest.fixture
def a_run(workspace: Workspace) -> Workspace:
    with workspace.begin() as connection:
        row = {"run_id": "run", "site": "harbor", "started_at": now(), "manifest": ""}
        connection.execute(insert(runs).values(row))
    return workspace


def test_a_file_that_is_large_enough_is_followed_by_another_also_after_an_interruption(a_run: Workspace) -> None:
    bodies = [random.Random(number).randbytes(3_000) for number in range(6)]
    evidence = an_evidence(a_run, rotate=5_000)
    for number in range(3):
        commit(a_run, evidence, fetched(number, bodies[number]))
    evidence.write([fetched(9, b"written, but never committed")])
    evidence.close()

    evidence = an_evidence(a_run, rotate=5_000)
    for number in range(3, 6):
        commit(a_run, evidence, fetched(number, bodies[number]))
    evidence.close()

    names = sorted(path.name for path in a_run.captures.glob("harbor/*"))
    assert names == ["run-0001.warc.gz", "run-0002.warc.gz", "run-0003.warc.gz", "run.warc.gz"]
    assert not [one for one in verify(a_run) if isinstance(one, Damage)]
    with a_run.read() as connection:
        for number, body in enumerate(bodies):
            assert body_of(a_run, connection, f"capture-{number}") == body


@pytest.mark.slow
def test_a_change_of_any_byte_of_any_file_is_found(a_run: Workspace) -> None:
    evidence = an_evidence(a_run, rotate=2_000)
    for number in range(4):
        commit(a_run, evidence, fetched(number, f"<p>page {number}</p>".encode() * 20))
    commit(a_run, evidence, fetched(4, b"<p>page 0</p>" * 20))
    evidence.close()
    assert not [one for one in verify(a_run) if isinstance(one, Damage)]
    for path in sorted(a_run.captures.rglob("*.warc.gz")):
        whole = path.read_bytes()
        for place in range(0, len(whole), 7):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert [one for one in verify(a_run) if isinstance(one, Damage)], (path, place)
        for wrong in (whole[:-1], whole + b"x"):
            path.write_bytes(wrong)
            assert [one for one in verify(a_run) if isinstance(one, Damage)]
        path.unlink()
        assert [one for one in verify(a_run) if isinstance(one, Damage)]
        path.write_bytes(whole)
    assert not [one for one in verify(a_run) if isinstance(one, Damage)]


@pytest.mark.slow
def test_the_commands(workspace: Workspace, web: Any, make_site: Callable[..., Path]) -> None:
    site_with_a_redirect(web, make_site)
    crawl(workspace)
    run, where = CliRunner().invoke, ["-w", str(workspace.root)]
    sound = run(app, ["captures", "verify", *where])
    assert (sound.exit_code, sound.output) == (0, "1 files sound, 0 damages\n")
    shown = next(row for row in rows_of(workspace) if row.url.endswith("/ad/1"))
    assert run(app, ["captures", "show", shown.capture_id, *where]).stdout_bytes == web.pages["/harbor/ad/1"][2]
    lines = run(app, ["captures", "index", *where]).stdout.splitlines()
    assert len(lines) == 4
    assert lines == list(index_lines(workspace))
    (path,) = workspace.captures.glob("harbor/*.warc.gz")
    path.write_bytes(path.read_bytes()[:-1])
    broken = run(app, ["captures", "verify", *where])
    assert broken.exit_code == 1
    assert "changed before byte" in broken.output


FILL = """
import subprocess, sys, threading, time
from pathlib import Path
root = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(root)], check=True)
from crawlers.run import crawl
from store.workspace import open_workspace
workspace = open_workspace(root)
(root / "sites" / "harbor").mkdir()
(root / "sites" / "harbor" / "site.yml").write_text(sys.argv[2])
full = root / "full"
full.write_bytes(b"x" * 46_000_000)
notices = []
def notice(said):
    notices.append(said)
    if "waiting for room" in said:
        threading.Timer(1.0, full.unlink).start()
(verdict,) = crawl(workspace, notice=notice)
from crawlers.captures import verify
print(verdict.counts["ads"], verdict.counts["pages"], verdict.state.value)
print([one for one in verify(workspace)])
print("\\n".join(notices))
"""


@pytest.mark.slow
def test_a_full_disk_pauses_the_crawl_and_it_goes_on_when_there_is_room(
    tmp_path: Path, web: Any, workspace: Workspace, make_site: Callable[..., Path]
) -> None:
    manifest = make_site("harbor").read_text()
    web.listing("/harbor/", *(f"/harbor/ad/{number}" for number in range(40)))
    for number in range(40):
        web.ad(f"/harbor/ad/{number}", number, body=random.Random(number).randbytes(60_000).hex())
    disk = tmp_path / "disk"
    disk.mkdir()
    # A disk of its own, mounted where only that process sees it.
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", FILL, str(disk), manifest]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    counts, files, *notices = done.stdout.splitlines()
    assert counts.startswith("40 41"), "nothing is lost and nothing is fetched twice"
    assert len(web.asked) == 42, "with robots.txt"
    assert "Damage" not in files
    said = " ".join(notices)
    assert said.index("waiting for room") < said.index("going on")
