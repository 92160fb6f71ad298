"""A day over real HTTP: everything the market shows arrives, a killed day goes on, a second day doubles nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawlers.tables import ads, sightings
from models.tables import priorities
from nlp.tables import readings
from operations import rehearsal as truth_of
from operations.daily import daily
from proof.fingerprint import differences, fingerprint
from proof.kill_daily import STAGES as STEPS
from proof.kill_daily import Rig, kill_round
from store import outbox, pending
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.operations.conftest import Rehearsal

pytestmark = pytest.mark.slow


def test_a_day_brings_every_ad_from_page_to_queue(lived: Workspace, rehearsal: Rehearsal) -> None:
    truth = truth_of.load_truth(rehearsal.folder)
    with lived.read() as connection:
        collected = set(connection.execute(select(ads.c.ad_id)).scalars())
        read = connection.execute(select(func.count()).select_from(readings)).scalar_one()
        scored = connection.execute(select(func.count()).select_from(priorities)).scalar_one()
        left = [pending.count(connection, stage) for stage in ("read", "link", "score", "watch")]
        waiting = outbox.count(connection)
    assert collected == set(truth)
    assert read == len(truth)
    assert scored > 0
    assert left == [0, 0, 0, 0]
    assert waiting == (0, 0)


def test_no_request_for_a_picture_left(lived: Workspace, rehearsal: Rehearsal) -> None:
    assert lived.root.exists()
    assert rehearsal.server.media == 0


def test_figures_against_the_truth_hold_on_a_small_market(lived: Workspace, rehearsal: Rehearsal) -> None:
    truth = truth_of.load_truth(rehearsal.folder)
    with lived.read() as connection:
        lines = {line.what: line.ours for line in truth_of.extraction(connection, truth)}
        groups = truth_of.linking(connection, truth)
    assert lines["phone F1"].f1 >= 0.95
    assert lines["age F1"].f1 >= 0.95
    assert groups.ours.f1 >= 0.85
    assert groups.theirs is not None
    assert groups.ours.f1 > groups.theirs.f1


def test_a_second_day_over_the_same_pages_adds_sightings_and_nothing_else(rehearsal: Rehearsal, tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", Settings())
    assert tuple(daily(workspace, rehearsal.sources)) == STEPS
    first = fingerprint(workspace)
    daily(workspace, rehearsal.sources)
    second = fingerprint(workspace)
    changed = {line.split(":")[0] for line in differences(first, second)}
    assert changed <= {"sightings per ad", "captures per page"}
    with workspace.read() as connection:
        per_ad = connection.execute(select(func.count()).select_from(sightings).group_by(sightings.c.ad_id)).scalars()
        assert set(per_ad) == {2}
    workspace.close()


def test_a_day_killed_in_every_stage_ends_like_an_undisturbed_one(
    lived: Workspace, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    root = tmp_path / "killed"
    hits = kill_round(Rig(rehearsal.server.origin, None), root, [(stage, 0.05) for stage in STEPS])
    assert set(hits) >= {"crawl", "read", "link", "score", "index"}
    workspace = open_workspace(root, Settings())
    assert differences(fingerprint(lived), fingerprint(workspace)) == []
    workspace.close()


def test_a_day_on_elasticsearch_gives_the_same_documents(
    lived: Workspace, rehearsal: Rehearsal, tmp_path: Path, new_elastic_settings: Callable[[], Settings]
) -> None:
    workspace = open_workspace(tmp_path / "workspace", new_elastic_settings())
    daily(workspace, rehearsal.sources)
    assert differences(fingerprint(lived), fingerprint(workspace)) == []
    workspace.close()
