"""Frames for notebooks are typed, whatever is in them, and a look into a workspace is recorded before it is handed out."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import frames
from models.frames import AD_TYPES, GROUP_TYPES
from models.labels import record
from store.errors import UsageError
from store.tables import audit_events
from store.workspace import Workspace
from tests.models.conftest import labelled


def test_groups_and_ads_are_typed_rows_and_no_rows_have_the_same_types() -> None:
    views, _ = labelled(6)
    groups, ads = frames.groups(views), frames.ads(views)
    assert (len(groups), len(ads)) == (6, sum(len(view.ad_ids) for view in views))
    for made, empty, types in ((groups, frames.groups([]), GROUP_TYPES), (ads, frames.ads([]), AD_TYPES)):
        assert list(made.columns) == list(types)
        assert made.dtypes.tolist() == empty.dtypes.tolist()
    assert groups["value"].between(0, 1).all()
    assert set(ads["group_id"]) == set(groups["group_id"])


def test_a_look_into_a_workspace_is_recorded_and_brings_its_labels(workspace: Workspace) -> None:
    _, labels = labelled(3)
    with workspace.begin() as connection:
        for one in labels:
            record(connection, one)
    team = frames.Team(workspace, "monthly retraining")
    with workspace.read() as connection:
        events = connection.execute(select(audit_events.c.via, audit_events.c.action, audit_events.c.reason)).all()
    assert [tuple(event) for event in events] == [("notebook", "frame", "monthly retraining")]
    assert [one.group_id for one in team.labels] == [one.group_id for one in labels]


def test_a_folder_without_ads_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ads\.jsonl: cannot be read"):
        frames.Market(tmp_path)
