"""Damaged records at every stage: the rest is done, exactly the damaged are set aside, an operator sees and retries them."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from market.make import make
from operations.doctor import CHECKS
from proof.poison import Damager, live, poisoned_file
from store import backlog
from store.settings import Settings
from store.workspace import open_workspace

pytestmark = pytest.mark.slow


def test_the_rest_is_done_and_exactly_the_damaged_are_set_aside(tmp_path: Path) -> None:
    make(tmp_path / "market", seed=5, ads=150, days=10)
    poisoned_file(tmp_path / "market" / "ads.jsonl", tmp_path / "ads.jsonl", 3, Random(5))
    stages = dict(live(tmp_path / "workspace", tmp_path / "ads.jsonl", lambda one: Damager(one, 2, Random(5))))
    assert {name: one.aside for name, one in stages.items()} == {name: one.expected for name, one in stages.items()}
    assert len(stages["import"].aside) == 3
    assert [(name, stages[name].done, len(stages[name].aside)) for name in ("read", "link")] == [
        ("read", 148, 2),
        ("link", 146, 2),
    ]
    assert len(stages["score"].aside) == len(stages["alerts"].aside) == 2
    workspace = open_workspace(tmp_path / "workspace", Settings())
    said = [f"{one.topic} {one.text}" for one in CHECKS["backlog"](workspace)]
    assert any(one.startswith("stage read 2 items were set aside, such as: JSONDecodeError") for one in said)
    with workspace.begin() as connection:
        connection.execute(text("UPDATE ads SET image_hashes = '[]'"))
    assert backlog.retry(workspace, "read") == 2
    from nlp import stage

    assert stage.run(workspace) == 2
    assert backlog.every(workspace, "read")[0].aside == 0
    workspace.close()
