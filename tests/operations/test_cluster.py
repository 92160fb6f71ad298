"""On a real Dask cluster of two worker processes every command gives, byte for byte, what one process gives."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from crawlers.adlines import parse_ad
from crawlers.stored import record_sighting
from indexer import stage as index_stage
from indexer.engine import open_backend
from market.make import generate
from nlp import stage as read_stage
from nlp.tables import readings
from sidelight import build
from store.errors import UsageError
from store.parquetrows import write_rows
from store.schema import now
from store.settings import Settings
from store.spread import SchedulerError, Spread, check_address
from store.workspace import open_workspace

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ADS = [entry.ad for entry in generate(seed=5, ads=240, days=8)]
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    bounds = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "memory_limit": "1GiB"}
    with LocalCluster(**bounds, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two worker processes on this machine."""
    script = tmp_path_factory.mktemp("cluster") / "cluster.py"
    script.write_text(CLUSTER)
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate("", timeout=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ads in both kinds of file."""
    made = tmp_path_factory.mktemp("files")
    (made / "ads.jsonl").write_bytes(b"".join(orjson.dumps(ad) + b"\n" for ad in ADS))
    table = [{name: value for name, value in ad.items() if name != "image_hashes"} for ad in ADS]
    keys = sorted({key for row in table for key in row})
    write_rows(made / "ads.parquet", [{key: row.get(key, "") for key in keys} for row in table])
    return made


def _run(*words: str) -> None:
    done = CliRunner().invoke(build(), list(words), catch_exceptions=False)
    assert done.exit_code == 0


@pytest.mark.parametrize("command", ["read", "link", "score"])
def test_a_command_gives_the_same_bytes_on_the_cluster(command: str, scheduler: str, folder: Path) -> None:
    _run(command, str(folder / "ads.jsonl"), str(folder / "alone.jsonl"))
    _run(command, str(folder / "ads.jsonl"), str(folder / "spread.jsonl"), "--scheduler", scheduler)
    assert (folder / "spread.jsonl").read_bytes() == (folder / "alone.jsonl").read_bytes()
    assert (folder / "alone.jsonl").stat().st_size > 10_000


def test_parquet_goes_in_and_comes_out(folder: Path) -> None:
    _run("read", str(folder / "ads.parquet"), str(folder / "readings.parquet"))
    _run("read", str(folder / "ads.jsonl"), str(folder / "readings.jsonl"))
    from pyarrow import parquet

    rows = parquet.read_table(folder / "readings.parquet").to_pylist()
    lines = [orjson.loads(line) for line in (folder / "readings.jsonl").read_bytes().splitlines()]
    assert [row["ad_id"] for row in rows] == [line["ad_id"] for line in lines]
    assert [orjson.loads(row["mentions"]) for row in rows] == [line["mentions"] for line in lines]


def test_a_workspace_is_read_and_indexed_over_the_cluster(scheduler: str, tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", Settings(scheduler=scheduler))
    with workspace.begin() as connection:
        for ad in ADS[:60]:
            record_sighting(connection, parse_ad(ad), seen_at=now(), run_id="r")
    assert read_stage.run(workspace) == 60
    with workspace.read() as connection:
        assert connection.execute(select(func.count()).select_from(readings)).scalar_one() == 60
    assert index_stage.rebuild(workspace) == 60
    backend = open_backend(workspace)
    assert backend.health().documents == 60
    backend.close()
    workspace.close()


def test_what_a_function_raises_is_raised_here(scheduler: str) -> None:
    with Spread(scheduler) as spread, pytest.raises(ZeroDivisionError):
        list(spread.map((1).__truediv__, [1, 0]))


def test_no_more_parts_are_taken_than_the_workers_can_soon_do(scheduler: str) -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(1, 101):
            taken.append(number)
            yield number

    with Spread(scheduler) as spread:
        results = spread.map(abs, parts())
        next(results)
        assert len(taken) <= 2 * 2 * 2
        assert sum(results) == sum(range(2, 101))


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.spread.PATIENCE", 1)
    began = time.monotonic()
    with Spread("tcp://127.0.0.1:9") as spread, pytest.raises(SchedulerError, match=r"127\.0\.0\.1:9"):
        list(spread.map(abs, [1]))
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "10.0.0.5:8786", "ucx://10.0.0.5:8786", "tls://"])
def test_nothing_goes_over_a_network_in_the_clear(address: str) -> None:
    with pytest.raises(UsageError, match="TLS"):
        check_address(address)


def test_beyond_this_machine_it_is_tls() -> None:
    check_address("tls://scheduler.example.org:8786")
