"""Typed pandas frames for notebooks: one row per group, one per ad. Handing one out of a workspace is recorded first."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from crawlers.adlines import parse_ad
from models.features import NAMES, matrix
from models.grouping import stored_views, views_of
from models.labelfiles import LabelFile
from models.labels import Label, standing
from models.owntext import texts
from models.priority import assess, prioritise
from models.views import GroupView
from nlp.records import Kind
from store import audit
from store.jsonlines import LineReader
from store.workspace import Workspace, open_workspace

AD_TYPES = {
    "ad_id": "string",
    "group_id": "string",
    "site": "string",
    "language": "string",
    "posted_at": "datetime64[us, UTC]",
    "masked": "string",
    **{f"{kind.value}s": "int64" for kind in Kind},
}
GROUP_TYPES = {
    "group_id": "string",
    "ads": "int64",
    "sites": "int64",
    "places": "int64",
    "first_seen": "datetime64[us, UTC]",
    "last_seen": "datetime64[us, UTC]",
    "value": "float64",
    "band": "string",
    "route": "string",
    "lane": "string",
    "abstained": "string",
    **dict.fromkeys(NAMES, "float64"),
}

OWN_TYPES = {
    "ad_id": "string",
    "text": "string",
    "value": "string",
    "posted_at": "datetime64[us, UTC]",
    "site": "string",
    "block": "string",
}

FOLDER = "SIDELIGHT_NOTEBOOK_DATA"


def source(why: str) -> "Market | Team":
    """What a notebook works on: the folder that SIDELIGHT_NOTEBOOK_DATA names, else the workspace (`why` is recorded)."""
    folder = os.environ.get(FOLDER)
    return Market(Path(folder)) if folder else Team(open_workspace(), why)


class Market:
    """A folder with ads.jsonl and truth.jsonl, or ads and labels of your own under these names. Nothing is audited."""

    workspace: Workspace | None = None
    capacity = 20

    def __init__(self, folder: Path) -> None:
        self.views = views_of(LineReader(str(folder / "ads.jsonl"), parse_ad))
        self.labels: list[Label] = list(LabelFile(str(folder / "truth.jsonl")))


class Team:
    """A workspace's groups and label ledger. Made only once the look is in the audit log, as the operating system's user."""

    def __init__(self, workspace: Workspace, why: str) -> None:
        act = audit.Act(audit.operator(), audit.Via.NOTEBOOK, "frame", "workspace", str(workspace.root), reason=why)
        audit.append(workspace, act)
        self.workspace: Workspace | None = workspace
        self.capacity = workspace.settings.queue_capacity
        self.views = list(stored_views(workspace))
        with workspace.read() as connection:
            self.labels: list[Label] = standing(connection)


def groups(views: Iterable[GroupView]) -> pd.DataFrame:
    """One row per group: what it is, what the scorecard says, and the strength of every feature."""
    views = list(views)
    strengths = matrix(assess(view).found for view in views)
    rows = [
        {
            "group_id": view.group.group_id,
            "ads": len(view.ad_ids),
            "sites": len({view.ad(ad_id).site for ad_id in view.ad_ids}),
            "places": len({stop.place for stop in view.group.itinerary}),
            "first_seen": view.group.first_seen,
            "last_seen": view.group.last_seen,
            "value": priority.value,
            "band": priority.band.value,
            "route": priority.route.value,
            "lane": priority.lane.value,
            "abstained": priority.abstained,
            **dict(zip(NAMES, row, strict=True)),
        }
        for view, priority, row in zip(views, prioritise(views), strengths, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(GROUP_TYPES)).astype(GROUP_TYPES)


def ads(views: Iterable[GroupView]) -> pd.DataFrame:
    """One row per ad: where, when, its masked text, and how many mentions of each kind it has."""
    rows = [
        {
            "ad_id": ad_id,
            "group_id": view.group.group_id,
            "site": view.ad(ad_id).site,
            "language": view.readings[ad_id].language,
            "posted_at": view.moment(ad_id),
            "masked": view.readings[ad_id].masked,
            **{f"{kind.value}s": len(view.readings[ad_id].of(kind)) for kind in Kind},
        }
        for view in views
        for ad_id in view.ad_ids
    ]
    return pd.DataFrame(rows, columns=list(AD_TYPES)).astype(AD_TYPES)


def own(labels: Path, ads: Path) -> pd.DataFrame:
    """One row per labelled text of a user's own files (models.owntext says which columns they have)."""
    found = texts(labels, ads)
    columns = (found.ids, found.texts, found.values, found.at, found.sites, found.block)
    return pd.DataFrame(dict(zip(OWN_TYPES, columns, strict=True))).astype(OWN_TYPES)
