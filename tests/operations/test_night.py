"""What the scheduler makes of jobs that fail, what the night forgets, and how all of it is shown."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner, Result

import sidelight
from crawlers.halts import lock_name
from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import ads
from indexer import stage as index_stage
from indexer.search import search
from nlp.tables import readings
from operations import jobs, schedule
from operations.nightly import NIGHTLY
from operations.tables import jobs as job_table
from store.locks import exclusive
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace
from tests.crawlers.conftest import Web, make_site, web  # noqa: F401  fixtures


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(sidelight.build("schedule"), ["schedule", *words, "--workspace", str(workspace.root)])


def fall_due(workspace: Workspace, *names: str) -> None:
    """As when the night of these jobs has come."""
    nightly = [f"nightly {name}" for name in names]
    jobs.know(workspace, nightly)
    with workspace.begin() as connection:
        mine = update(job_table).where(job_table.c.job.in_(nightly))
        connection.execute(mine.values(known_at=now() - timedelta(days=3)))


def known(workspace: Workspace) -> dict[str, jobs.Job]:
    with workspace.read() as connection:
        return jobs.every(connection)


def test_a_timer_is_told_what_ran_and_that_nothing_is_due(workspace: Workspace) -> None:
    assert run(workspace, "--once").stdout == "nothing is due\n"
    fall_due(workspace, "canary")
    assert run(workspace, "--once").stdout == "ran nightly canary, process\n"
    assert "planted sidelight-canary:" in known(workspace)["nightly canary"].result


def test_a_job_that_fails_says_why_is_tried_again_soon_and_the_others_are_done(workspace: Workspace) -> None:
    fall_due(workspace, "reconcile", "sweep", "canary")
    with workspace.begin() as connection:
        connection.execute(text("ALTER TABLE watch_runs RENAME TO elsewhere"))  # a database that was damaged
    with exclusive(workspace, index_stage.LOCK):
        schedule.once(workspace)
    found = known(workspace)
    assert (found["nightly reconcile"].state, found["nightly sweep"].state) == (jobs.FAILED, jobs.FAILED)
    assert "is running 'index'" in found["nightly reconcile"].result
    assert found["nightly sweep"].result.startswith("OperationalError: ")
    assert found["nightly canary"].state == jobs.DONE
    ended = found["nightly reconcile"].ended_at
    assert ended is not None
    assert found["nightly reconcile"].next_at == ended + schedule.RETRY


@pytest.mark.slow
def test_a_site_that_another_process_crawls_is_put_off_and_the_reason_kept(
    workspace: Workspace,
    make_site: Callable[..., Path],  # noqa: F811
) -> None:
    make_site("harbor", schedule="hourly")
    with exclusive(workspace, lock_name("harbor")):
        assert schedule.once(workspace) == ["site harbor", "process"]
    one = known(workspace)["site harbor"]
    assert one.state == jobs.FAILED
    assert "is running 'crawl-harbor'" in one.result


def test_each_job_is_a_line_in_the_teams_time(workspace: Workspace) -> None:
    (workspace.root / "sidelight.toml").write_text('timezone = "America/New_York"\n')
    fall_due(workspace, *NIGHTLY)
    jobs.know(workspace, ["process"])
    jobs.start(workspace, ["process", "nightly sweep"])
    jobs.finish(workspace, "process", jobs.FAILED, "the disk is full. " * 20)
    shown = run(workspace, "--show").stdout.splitlines()
    lines = {line[:24].strip(): line for line in shown[:-1]}
    assert shown[-1] == "no scheduler is running; times are America/New_York"
    assert "last never " in lines["nightly canary"]
    assert lines["nightly canary"].endswith(" next due")
    assert lines["nightly sweep"].endswith(" cut short")
    assert " failed    the disk is full. " in lines["process"]
    assert lines["process"].endswith("…")
    with exclusive(workspace, schedule.LOCK):
        shown = run(workspace, "--show").stdout.splitlines()
    assert shown[-1].startswith("a scheduler is running")
    assert next(line for line in shown if line.startswith("nightly sweep")).endswith(" running")


def test_a_scheduler_goes_on_after_a_round_that_failed(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    fall_due(workspace, "canary")
    broken = workspace.sites.with_name("away")
    rounds: list[float] = []

    def wait(pause: float) -> None:
        rounds.append(pause)
        if len(rounds) == 1:
            workspace.sites.rename(broken)
        elif len(rounds) == 2:
            broken.rename(workspace.sites)
        else:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schedule.forever(workspace, [], 60, wait)
    told = [record.getMessage() for record in caplog.records if record.name == "operations.schedule"]
    assert told == [
        "every 60 s it is looked for what is due; sidelight schedule --show says when that is",
        "ran nightly canary, process",
        "a round failed; trying again in 60 s",
    ]


def test_the_night_forgets_what_is_past_its_time_in_store_and_index(workspace: Workspace) -> None:
    (workspace.root / "retention.yml").write_text("ads: 30\n")
    old, moment = now() - timedelta(days=40), now()
    with workspace.begin() as connection:
        record_sightings(connection, [Ad("s:1", "s", "", old, body="old words")], seen_at=old, run_id="r")
        record_sightings(connection, [Ad("s:2", "s", "", moment, body="fresh words")], seen_at=moment, run_id="q")
    schedule._process(workspace)
    fall_due(workspace, "retention", "reconcile")
    schedule.once(workspace)
    found = known(workspace)
    assert found["nightly retention"].result.startswith("1 ads purged")
    assert found["nightly reconcile"].result == "index: 0 missing, 0 stale, 0 extra documents"
    with workspace.read() as connection:
        for table in (ads, readings):
            assert connection.execute(select(table.c.ad_id)).scalars().all() == ["s:2"]
        (act,) = connection.execute(select(audit_events).where(audit_events.c.action == "purge")).all()
    assert (act.via, act.facts) == ("schedule", {"ads": 1, "files": 0, "held": 0})
    assert [search(workspace, word).total for word in ("old", "fresh")] == [0, 1]
