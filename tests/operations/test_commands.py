"""What an operator, a timer or somebody who tries Sidelight types, and what each command answers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

import sidelight
from operations import progress
from operations.daily import PROCESS
from operations.demo import LEADS
from operations.tables import daily_runs, daily_steps
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
STEPS = [one.name for one in PROCESS]


def run(workspace: Workspace | Path, *words: str) -> Result:
    root = workspace if isinstance(workspace, Path) else workspace.root
    return CliRunner().invoke(sidelight.build(words[0]), [*words, "--workspace", str(root)], catch_exceptions=False)


@pytest.mark.slow
def test_the_demo_shows_sites_stages_leads_scores_and_where_to_go_on(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    done = run(root, "demo", "--ads", "200", "--seed", "11")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    for words in (
        "A rehearsal market of 200 synthetic ads (seed 11)",
        "harbor",
        "Counts per stage",
        f"Top {LEADS} of the ranked lane (a review priority, never a finding)",
        "are true by the truth file",
        "phone F1",
        "phonenumbers",
        "they say nothing about detection in the world",
        "Search example: linked:+1",
    ):
        assert words in told
    assert f"./sidelight queue --workspace {root}" in done.stdout
    opened = open_workspace(root)
    with opened.read() as connection:
        (look,) = connection.execute(audit_events.select().where(audit_events.c.action == "search")).all()
    opened.close()
    assert look.via == "command"


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        (["daily"], ["crawl", *STEPS]),
        (["process"], STEPS),
        (["work"], ["read", "link", "score", "index", "alerts"]),
        (["work", "score", "read"], ["read", "score"]),
    ],
)
def test_each_step_is_announced_and_told_with_what_it_came_to(
    words: list[str], steps: list[str], workspace: Workspace
) -> None:
    done = run(workspace, *words)
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == steps
    assert all(len(line.split()) > 1 for line in done.stdout.splitlines())
    assert [line for line in done.stderr.splitlines() if line.endswith(": started")] == [
        f"{one}: started" for one in steps
    ]


def test_a_day_goes_on_after_the_steps_it_had_finished(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        connection.execute(insert(daily_runs).values(run_id="r", started_at=now()))
        finished = {"run_id": "r", "step": "crawl", "ended_at": now(), "summary": "harbor green"}
        connection.execute(insert(daily_steps).values(finished))
    again = run(workspace, "daily")
    assert "crawl    harbor green" in again.stdout
    assert "crawl: started" not in again.stderr
    assert "crawl    no site is set up" in run(workspace, "daily").stdout


def _shown(terminal: int) -> str:
    """What a terminal was given up to the line that ends a step, however many writes it came in."""
    told = b""
    while not told.rstrip().endswith(b" s"):
        told += os.read(terminal, 65_536)
    return told.decode()


def test_on_a_terminal_a_step_counts_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        with progress.step("read") as advance:
            advance(1234)
        told = _shown(ours)
    os.close(ours)
    assert "started" not in told
    assert "read: 1,234 done" in told


def _interrupted(workspace: Workspace, begun: Callable[[Path], bool], said: Path, *words: str) -> tuple[int, str]:
    """Exit status and output of a command that is stopped by Ctrl-C once it has `begun`."""
    # As from a terminal: what a shell starts in the background is told to ignore it.
    command = [
        "env",
        "--default-signal=INT",
        sys.executable,
        "-m",
        "sidelight",
        *words,
        "--workspace",
        str(workspace.root),
    ]
    environment = {**os.environ, "SIDELIGHT_LOG_FORMAT": "json"}
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    until = time.monotonic() + 120
    while not begun(said) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    return process.wait(60), said.read_text()


def _logs(said: Path) -> bool:
    return '"logger"' in said.read_text()


@pytest.mark.slow
def test_a_worker_that_is_stopped_says_that_nothing_is_lost(workspace: Workspace, tmp_path: Path) -> None:
    status, told = _interrupted(workspace, _logs, tmp_path / "said", "work", "read", "--every", "60")
    assert status == 130
    assert "what was finished is kept" in told
    assert "Traceback" not in told
    logged = [orjson.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [(one["logger"], one["level"]) for one in logged] == [("operations.work", "info")]


@pytest.mark.slow
def test_a_scheduler_that_is_stopped_says_who_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    status, told = _interrupted(workspace, _logs, tmp_path / "said", "schedule")
    begun, _, rest = told.partition("\n")
    assert (status, rest) == (
        0,
        "stopped; what was under way goes on with the next sidelight schedule or sidelight daily\n",
    )
    logged = orjson.loads(begun)
    assert (logged["logger"], logged["values"]) == ("operations.schedule", [60.0])


def test_the_numbers_for_a_monitor_are_printed_as_they_are_read(workspace: Workspace) -> None:
    told = run(workspace, "metrics").stdout
    assert "\nsidelight_schema_current 1.0\n" in told
    assert told.endswith("\n")
    assert not told.endswith("\n\n")


def test_a_backup_is_made_drilled_and_restored_by_its_commands(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / "sidelight.toml").write_text('contact = "desk@example.org"\n')
    (workspace.captures / "r.warc.gz").write_bytes(b"evidence")
    copy, new = tmp_path / "copies" / "monday", tmp_path / "new"
    copy.mkdir(parents=True)
    assert run(workspace, "backup", str(copy)).stdout == f"3 files copied to {copy}\n"
    assert run(workspace, "restore", str(copy), "--drill").stdout.startswith("the drill passed: 3 files, ")
    new.mkdir()
    restored = run(new, "restore", str(copy)).stdout
    assert f"3 files restored to {new}, " in restored
    assert f"now run: sidelight index rebuild --workspace {new}" in restored
    assert (new / "sidelight.toml").read_text() == 'contact = "desk@example.org"\n'
