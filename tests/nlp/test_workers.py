"""Reading by worker processes gives what reading at home gives, in order, and a worker that is ended loses nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from crawlers.records import Ad
from nlp import workers
from nlp.pipeline import read_ads
from nlp.stored import row_of
from nlp.workers import Readers
from store import processes
from store.database import Written
from store.processes import WorkerError

pytestmark = pytest.mark.slow


def ads(number: int) -> list[Ad]:
    return [Ad(f"test:{n}", "test", "", None, body=f"call 312 555 01{n % 100:02} number {n}") for n in range(number)]


@pytest.fixture(autouse=True)
def few_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "AT_HOME", 10)


def test_workers_read_what_is_read_at_home_and_in_order() -> None:
    given = ads(730)
    with Readers(2) as readers:
        assert list(readers.read(given)) == list(read_ads(given))


def test_what_is_made_of_a_reading_is_made_where_it_was_read() -> None:
    given = ads(250)
    with Readers(2) as readers:
        assert list(readers.made_of(row_of, given)) == [row_of(reading) for reading in read_ads(given)]
        assert all(type(row.mentions) is Written for row in readers.made_of(row_of, given))


def test_no_more_ads_are_taken_than_a_few_slices_ahead() -> None:
    taken = count()

    def endless() -> Iterator[Ad]:
        for number in taken:
            yield Ad(f"test:{number}", "test", "", None, body="hello")

    with Readers(2) as readers:
        assert len(list(islice(readers.read(endless()), 500))) == 500
    assert next(taken) <= 500 + (processes.AHEAD * 2 + 1) * workers.SLICE


def test_a_worker_that_is_killed_is_an_error_that_says_so_and_the_next_call_reads_again() -> None:
    with Readers(2) as readers:
        assert len(list(readers.read(ads(200)))) == 200
        pool = readers.processes.pool
        assert pool is not None
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        with pytest.raises(WorkerError, match="ended from outside"):
            list(readers.read(ads(2_000)))
        assert len(list(readers.read(ads(200)))) == 200


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        "from crawlers.records import Ad\n"
        "from nlp import workers\n"
        "if __name__ == '__main__':\n"
        "    workers.AT_HOME = 1\n"
        "    readers = workers.Readers(2)\n"
        "    list(readers.read([Ad('t:1', 't', '', None, body='hello')] * 300))\n"
        "    print(*readers.processes.pool._processes, flush=True)\n"
        "    time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30
    while any(_alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_alive(pid) for pid in children)


def _alive(pid: int) -> bool:
    try:
        return "\tZ" not in Path(f"/proc/{pid}/status").read_text().partition("State:")[2][:4]
    except OSError:
        return False
