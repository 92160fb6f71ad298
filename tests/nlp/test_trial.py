"""Trying lexicons on the stored ads: what they would add and lose, and nothing is changed."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from crawlers.records import Ad
from crawlers.stored import record_sighting
from nlp import stage
from nlp.cli import app
from nlp.indicators import lexicon
from nlp.indicators.lexicon import LexiconError
from nlp.stored import load_readings
from nlp.trial import Change, differences
from store.tables import audit_events
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
BODIES = ("I am fully independent, no agency", "Purple lamps and calm hours", "Not independent")


@pytest.fixture
def candidate(workspace: Workspace, tmp_path: Path) -> Path:
    """Three ads, read; and the lexicons with other words for independence."""
    with workspace.begin() as connection:
        for number, body in enumerate(BODIES):
            ad = Ad(f"lantern:{number}", "lantern", "", MOMENT, body=body, region="US")
            record_sighting(connection, ad, seen_at=MOMENT, run_id="run")
    stage.run(workspace)
    folder = tmp_path / "lexicons"
    shutil.copytree(lexicon.FOLDER, folder)
    (folder / "independence_claim.yml").write_text(
        "id: independence_claim\ngrade: G\nfamily: wording\nsource: a test\ndefinition: a test\n"
        "entries:\n"
        "  - id: en.lamps\n    language: en\n    patterns: [purple lamps]\n"
        "    must_match: [purple lamps, two purple lamps]\n    must_not_match: [green lamps]\n"
    )
    return folder


@pytest.mark.slow
def test_what_is_added_lost_and_kept_is_told_with_its_words(workspace: Workspace, candidate: Path) -> None:
    with workspace.read() as connection:
        found = [(one.change, one.ad_id, one.mention.surface) for one in differences(connection, candidate)]
        unchanged = {one.change for one in differences(connection, lexicon.FOLDER)}
    assert (Change.ADDED, "lantern:1", "Purple lamps") in found
    assert {(change, ad_id) for change, ad_id, _ in found if change is Change.LOST} == {(Change.LOST, "lantern:0")}
    assert not any(ad_id == "lantern:2" for _, ad_id, _ in found)  # denied: it never counted
    assert unchanged == {Change.KEPT}


def test_nothing_is_changed_and_the_look_is_logged_first(workspace: Workspace, candidate: Path) -> None:
    with workspace.read() as connection:
        before = load_readings(connection, ["lantern:0", "lantern:1"])
    told = CliRunner().invoke(app, ["lexicon", "diff", str(candidate), "--workspace", str(workspace.root), "--json"])
    assert told.exit_code == 0
    assert {json.loads(line)["change"] for line in told.stdout.splitlines()} == {"added", "lost"}
    with workspace.read() as connection:
        assert load_readings(connection, ["lantern:0", "lantern:1"]) == before
        query = select(func.count()).select_from(audit_events).where(audit_events.c.action == "lexicon-diff")
        assert connection.execute(query).scalar_one() == 1


@pytest.mark.slow
def test_the_table_counts_by_indicator(workspace: Workspace, candidate: Path) -> None:
    told = CliRunner().invoke(app, ["lexicon", "diff", str(candidate), "--workspace", str(workspace.root)])
    assert "independence_claim" in told.stdout
    assert "Purple lamps" in told.stdout


def test_a_lexicon_that_cannot_be_used_is_refused_with_its_name(workspace: Workspace, candidate: Path) -> None:
    (candidate / "independence_claim.yml").write_text("id: other\n")
    with workspace.read() as connection, pytest.raises(LexiconError, match=r"independence_claim\.yml"):
        list(differences(connection, candidate))
