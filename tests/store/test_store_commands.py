"""What the store says of itself on the command line: settings in force, what waits, and what was set aside."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import Result
from sqlalchemy import insert, update
from typer.testing import CliRunner

from sidelight import build
from store import outbox, pending
from store.backlog import STAGES
from store.errors import UsageError
from store.settings import Settings
from store.tables import failures
from store.tables import outbox as outbox_table
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def troubled(tmp_path: Path) -> Workspace:
    """Two ads to be read, one that could not be, and a document that the search engine refused."""
    workspace = open_workspace(tmp_path / "workspace", Settings())
    with workspace.begin() as connection:
        pending.announce(connection, "ads", ["s:1", "s:2"])
        rows = [{"stage": "read", "item": f"s:{n}", "error": f"ValueError: {n}", "at": MOMENT} for n in (3, 4)]
        connection.execute(insert(failures), rows)
        outbox.put(connection, outbox.AD, ["s:5"])
        connection.execute(update(outbox_table).values(error="too long", since=MOMENT))
    return workspace


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(build("pending"), [*words, "--workspace", str(workspace.root)])


def test_each_stage_is_a_line_and_what_was_set_aside_stands_below_with_its_reason(troubled: Workspace) -> None:
    told = run(troubled, "pending").stdout.splitlines()
    heads = [line for line in told if not line.startswith(" ")]
    assert [line.split()[0] for line in heads] == list(STAGES)
    assert told[:3] == [
        "read           2 waiting       2 set aside",
        "       s:3  since 2026-05-01 12:00: ValueError: 3",
        "       s:4  since 2026-05-01 12:00: ValueError: 4",
    ]
    assert told[-2:] == [
        "index          0 waiting       1 set aside",
        "       ad:s:5  since 2026-05-01 12:00: too long",
    ]
    assert run(troubled, "pending", "index").stdout.splitlines() == told[-2:]
    assert run(troubled, "pending", "read", "--limit", "1").stdout.splitlines() == told[:2]


def test_the_same_as_json_has_the_stage_and_then_its_items(troubled: Workspace) -> None:
    stage, first, _ = map(orjson.loads, run(troubled, "pending", "read", "--json").stdout.splitlines())
    assert stage == {"stage": "read", "waiting": 2, "aside": 2}
    assert first == {"stage": "read", "item": "s:3", "error": "ValueError: 3", "at": "2026-05-01T12:00:00+00:00"}


@pytest.mark.parametrize(
    ("stage", "put", "left"),
    [((), 3, (4, 1)), (("read",), 2, (4, 0)), (("index",), 1, (2, 1)), (("link",), 0, (2, 0))],
)
def test_what_was_set_aside_is_put_on_its_list_again(
    stage: tuple[str, ...], put: int, left: tuple[int, int], troubled: Workspace
) -> None:
    done = run(troubled, "pending", *stage, "--retry")
    assert done.stdout == f"{put} items put on the list again; now run: sidelight process\n"
    with troubled.read() as connection:
        assert (pending.count(connection, "read"), outbox.count(connection)[0]) == left


@pytest.mark.parametrize("more", [(), ("--retry",)])
def test_a_stage_there_is_none_of_is_answered_with_those_there_are(more: tuple[str, ...], troubled: Workspace) -> None:
    problem = run(troubled, "pending", "reed", *more).exception
    assert isinstance(problem, UsageError)
    assert str(problem) == f"there is no stage 'reed'; there are {', '.join(STAGES)}"


def test_settings_are_printed_with_secrets_hidden(troubled: Workspace) -> None:
    (troubled.root / "sidelight.toml").write_text('metrics_token = "quiet-heron"\nqueue_capacity = 7\n')
    told = run(troubled, "settings").stdout
    assert f"workspace = {troubled.root}\n" in told
    assert "queue_capacity = 7\n" in told
    assert "metrics_token = **********\n" in told
    assert "quiet-heron" not in told
