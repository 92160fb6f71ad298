"""Several workers of one stage: nothing is done twice, nothing is lost, and what a killed one had is free at once."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from store import pending
from store.errors import BusyError
from store.locks import exclusive, is_held
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.store.draining import STAGE, drain, seen

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ITEMS = [f"s:{number}" for number in range(400)]


@pytest.fixture
def busy(shared: Workspace) -> Workspace:
    """A workspace on PostgreSQL with 400 items to do."""
    seen.create(shared.engine)
    with shared.begin() as connection:
        pending.announce(connection, "ads", ITEMS)
    return shared


def _start(workspace: Workspace, *words: str) -> subprocess.Popen[str]:
    url = workspace.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.store.draining", str(workspace.root), url, *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _said(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def _seen(workspace: Workspace) -> Counter[str]:
    with workspace.read() as connection:
        return Counter(connection.execute(select(seen.c.item)).scalars())


def _waiting(workspace: Workspace, stage: str = STAGE) -> int:
    with workspace.read() as connection:
        return pending.count(connection, stage)


def test_two_processes_share_the_work_and_do_nothing_twice(busy: Workspace) -> None:
    workers = [_start(busy), _start(busy)]
    counts = [int(_said(worker)) for worker in workers]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert sum(counts) == len(ITEMS)
    assert all(counts), "one did everything"
    assert _seen(busy) == Counter(ITEMS)
    assert (_waiting(busy), _waiting(busy, "link")) == (0, len(ITEMS))


def test_what_a_killed_worker_had_is_free_at_once(busy: Workspace) -> None:
    victim = _start(busy, "hang")
    assert _said(victim) == "holding 10"
    # The other goes round what is held, and leaves it.
    left = len(ITEMS) - drain(busy, 1)
    assert 0 < left == _waiting(busy)
    victim.kill()
    victim.wait(10)
    began = time.monotonic()
    again = 0
    while again < left and time.monotonic() < began + 5:
        again += drain(busy, 2)
    assert (again, _waiting(busy)) == (left, 0)
    assert _seen(busy) == Counter(ITEMS)


def test_to_announce_never_waits_for_a_worker_and_what_was_announced_meanwhile_is_done_again(busy: Workspace) -> None:
    holder = _start(busy, "hang")
    assert _said(holder) == "holding 10"
    began = time.monotonic()
    with busy.begin() as connection:
        pending.announce(connection, "ads", ITEMS)
    assert time.monotonic() - began < 5
    holder.kill()
    holder.wait(10)
    while _waiting(busy):
        drain(busy, 1)
    assert _seen(busy) == Counter(ITEMS)


def test_a_second_worker_of_a_stage_on_sqlite_is_told_that_there_is_room_for_one(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", Settings())
    with exclusive(workspace, f"stage-{STAGE}"), pytest.raises(BusyError, match=f"stage-{STAGE}"):
        drain(workspace, 1)
    workspace.close()


@pytest.fixture
def elsewhere(shared: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """Another machine's workspace folder on the same database."""
    opened = open_workspace(tmp_path / "elsewhere", shared.settings)
    yield opened
    opened.close()


def test_a_lock_holds_for_all_machines_on_one_database(shared: Workspace, elsewhere: Workspace) -> None:
    assert not is_held(elsewhere, "process")
    with exclusive(shared, "process"):
        assert is_held(elsewhere, "process")
        with pytest.raises(BusyError, match=r"sidelight .* is running 'process'"), exclusive(elsewhere, "process"):
            pass
        with exclusive(elsewhere, "other"):
            pass
    assert not is_held(elsewhere, "process")
    with exclusive(elsewhere, "process"):
        pass
