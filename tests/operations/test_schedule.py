"""The scheduler runs what is due, once, whatever happened to it, to the machine or to the clock in between."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import typer
from sqlalchemy import insert, select, update
from typer.testing import CliRunner

import sidelight
from crawlers.tables import ads, runs
from crawlers.timetable import timetable
from models.tables import drift_checks
from operations import jobs, schedule
from operations.doctor import Grade, examine
from operations.jobs import Job
from operations.tables import jobs as job_table
from store.errors import BusyError
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace
from tests.crawlers.conftest import Web, make_site, web  # noqa: F401  fixtures

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")


def job(name: str = "site harbor", **values: object) -> Job:
    known: dict[str, object] = {
        "known_at": NOON - 100 * HOUR, "started_at": None, "ended_at": None, "state": None, "result": "", "next_at": None,
    }  # fmt: skip
    return Job(job=name, **{**known, **values})  # type: ignore[arg-type]


def due(one: Job, written: str = "daily", **last: datetime) -> datetime:
    named = {f"site {site}": moment for site, moment in last.items()}
    return schedule.due(one, timetable(written), named, NOON, UTC_ZONE)


def test_a_site_that_never_ran_is_due_at_once() -> None:
    assert due(job()) == NOON


def test_a_nightly_job_that_never_ran_waits_for_the_night() -> None:
    assert due(job("nightly retention", known_at=NOON), "daily at 02:30") == datetime(2026, 5, 2, 2, 30, tzinfo=UTC)


def test_a_run_by_hand_counts_like_the_schedulers_own() -> None:
    mine = job(started_at=NOON - 20 * HOUR, ended_at=NOON - 19 * HOUR, state="green")
    assert due(mine) == NOON + 4 * HOUR
    assert due(mine, harbor=NOON - HOUR) == NOON + 23 * HOUR


def test_what_came_due_many_times_while_the_machine_was_off_is_due_once() -> None:
    assert due(job(started_at=NOON - 240 * HOUR, ended_at=NOON - 239 * HOUR, state="green")) < NOON
    ran = job(started_at=NOON, ended_at=NOON, state="green")
    assert due(ran) == NOON + 24 * HOUR


def test_a_start_in_the_future_was_written_by_a_wrong_clock_and_tells_nothing() -> None:
    wrong = NOON + 9000 * HOUR
    assert due(job(started_at=wrong, ended_at=wrong, state="green")) == NOON
    assert due(job(started_at=NOON - HOUR, ended_at=wrong, state="failed")) <= NOON + schedule.RETRY


def test_what_failed_is_tried_again_soon_and_what_a_person_stopped_is_not() -> None:
    times = {"started_at": NOON - HOUR, "ended_at": NOON}
    assert due(job(state="failed", **times)) == NOON + schedule.RETRY
    assert due(job(state="stopped", **times)) == NOON + 23 * HOUR


def test_what_died_with_its_scheduler_is_due_at_once() -> None:
    assert due(job(started_at=NOON - HOUR)) == NOON


class Gated(dict[str, Any]):
    """Pages, one of which waits at a gate."""

    def __init__(self, pages: dict[str, Any], path: str, gate: Event) -> None:
        super().__init__(pages)
        self._path, self._gate = path, gate

    def get(self, path: str, default: Any = None) -> Any:  # type: ignore[override]
        if path == self._path:
            self._gate.wait(60)
        return super().get(path, default)


@pytest.fixture
def harbor(make_site: Callable[..., Path], web: Web) -> Path:  # noqa: F811
    """A site of two ads that is crawled hourly."""
    web.listing("/harbor/", "/ad/1", "/ad/2")
    web.ad("/ad/1", 1)
    web.ad("/ad/2", 2)
    return make_site("harbor", schedule="hourly")


@pytest.mark.slow
def test_a_due_site_is_crawled_and_processed_and_not_again_before_its_time(harbor: Path, workspace: Workspace) -> None:
    assert schedule.once(workspace) == ["site harbor", "process"]
    with workspace.read() as connection:
        known = jobs.every(connection)
        seen = connection.execute(select(ads.c.ad_id).order_by(ads.c.ad_id)).scalars().all()
    assert seen == ["harbor:1", "harbor:2"]
    ran = known["site harbor"]
    assert ran.state in ("green", "amber")
    assert ran.started_at is not None
    assert ran.next_at is not None
    assert timedelta() <= ran.next_at - ran.started_at - HOUR < timedelta(minutes=5)
    assert known["process"].state == "done"
    assert "read: 2 ads" in known["process"].result
    assert known["nightly retention"].started_at is None
    assert schedule.once(workspace) == []


def test_the_nights_jobs_run_when_their_night_has_come(workspace: Workspace) -> None:
    jobs.know(workspace, ["nightly retention"])
    with workspace.begin() as connection:
        connection.execute(update(job_table).values(known_at=now() - timedelta(days=3)))
    assert schedule.once(workspace) == ["nightly retention", "process"]
    assert schedule.once(workspace) == []
    with workspace.read() as connection:
        assert jobs.every(connection)["nightly retention"].result.startswith("0 ads purged")


def test_drift_is_looked_for_once_a_day_however_often_something_is_processed(workspace: Workspace) -> None:
    assert "; drift: " in schedule._process(workspace)
    assert "; drift: " not in schedule._process(workspace)
    assert not schedule.drift_due(workspace, now())
    assert schedule.drift_due(workspace, now() + timedelta(hours=24))
    assert schedule.drift_due(
        workspace, now() - timedelta(hours=24)
    )  # a clock that was set back since made the last one
    with workspace.begin() as connection:
        connection.execute(update(drift_checks).values(model="challenger"))
    assert schedule.drift_due(workspace, now())  # a check of a model that is no longer in force


def test_a_second_scheduler_is_refused_and_a_timer_takes_that_for_no_failure(workspace: Workspace) -> None:
    with exclusive(workspace, schedule.LOCK):
        with pytest.raises(BusyError, match=str(os.getpid())):
            schedule.once(workspace)
        result = CliRunner().invoke(sidelight.build(), ["schedule", "--once", "-w", str(workspace.root)])
    assert result.exit_code == 0
    assert "nothing begun" in result.stdout


@pytest.mark.slow
def test_a_killed_scheduler_holds_nothing_and_the_next_takes_its_run_up(
    harbor: Path,
    workspace: Workspace,
    web: Web,  # noqa: F811
) -> None:
    gate = Event()
    web.pages = Gated(web.pages, "/ad/2", gate)
    command = [sys.executable, "-m", "sidelight", "schedule", "--once", "-w", str(workspace.root)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 200
    while "/ad/2" not in web.paths() and time.monotonic() < until:
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    gate.set()
    with workspace.read() as connection:
        assert jobs.every(connection)["site harbor"].cut_short
    time.sleep(1)  # the crawling process follows its parent
    assert "site harbor" in schedule.once(workspace)
    with workspace.read() as connection:
        begun = connection.execute(select(runs.c.run_id, runs.c.state)).all()
    assert len(begun) == 1, "the run that was cut short went on; no second was begun"
    assert begun[0].state is not None


def test_each_job_is_shown_with_last_next_and_result(workspace: Workspace, harbor: Path) -> None:
    with workspace.begin() as connection:
        started = now() - timedelta(minutes=10)
        row = {
            "run_id": "r",
            "site": "harbor",
            "started_at": started,
            "ended_at": now(),
            "manifest": "",
            "state": "green",
        }
        connection.execute(insert(runs).values(**row, counts={"ads": 40}))
    shown = CliRunner().invoke(sidelight.build(), ["schedule", "--show", "--json", "-w", str(workspace.root)])
    lines = {one["job"]: one for one in map(orjson.loads, shown.stdout.splitlines())}
    nightly = {f"nightly {name}" for name in ("retention", "reconcile", "sweep", "canary")}
    assert set(lines) == {"site harbor", "process", *nightly}
    assert datetime.fromisoformat(lines["site harbor"]["next"]) == started + HOUR
    plain = ["schedule", "--show", "-w", str(workspace.root)]
    assert "next as needed" in CliRunner().invoke(sidelight.build(), plain).stdout
    broken = workspace.sites / "lantern" / "site.yml"
    broken.parent.mkdir()
    broken.write_text("name: [")
    assert CliRunner().invoke(sidelight.build(), plain).stderr.startswith(f"{broken}:")
    shutil.rmtree(broken.parent)
    listed = CliRunner().invoke(sidelight.build(), ["sites", "list", "-w", str(workspace.root)])
    assert "harbor" in listed.stdout
    assert "█ 40 ads" in listed.stdout


def test_the_units_are_sound_and_name_what_there_is(tmp_path: Path) -> None:
    units = [ROOT / "deploy" / f"sidelight-schedule.{kind}" for kind in ("service", "timer")]
    for one in units:
        (tmp_path / one.name).write_text(one.read_text().replace("/opt/sidelight", str(ROOT)))
    command = units[0].read_text().split("ExecStart=")[1].splitlines()[0].split()
    table = (ROOT / "deploy" / "crontab").read_text()
    assert command[0] == "/opt/sidelight/sidelight"
    assert f" {' '.join(command)} >>" in table
    front: Any = typer.main.get_command(sidelight.build())
    options = {option for one in front.commands["schedule"].params for option in one.opts}
    assert {word for word in command if word.startswith("--")} <= options
    if analyze := shutil.which("systemd-analyze"):
        verify = [
            analyze,
            "verify",
            "--man=no",
            "--recursive-errors=no",
            *map(str, sorted(tmp_path.glob("sidelight-*"))),
        ]
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_doctor_tells_what_failed_and_what_was_cut_short(workspace: Workspace) -> None:
    jobs.know(workspace, ["site harbor", "process"])
    jobs.start(workspace, ["site harbor", "process"])
    jobs.finish(workspace, "process", jobs.FAILED, "the disk is full")
    told = {finding.text: finding.grade for finding in examine(workspace.root) if finding.topic == "schedule"}
    assert told == {
        "process failed: the disk is full": Grade.BROKEN,
        "site harbor was cut short": Grade.NOTE,
        "no scheduler is running just now": Grade.OK,
    }
