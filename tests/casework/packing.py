"""A case to export: two linked ads on one captured page, with words that would be a formula."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from casework import caseitems, cases
from casework.caseitems import ItemKind
from casework.packs import Terms
from crawlers.evidence import Evidence
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.tables import captures, runs
from crawlers.warc import Fetched
from linker import stage as link_stage
from linker.stored import group_ids_of
from models import stage as score_stage
from nlp import stage as read_stage
from store.settings import Settings
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
BODY = "Call (202) 555-0143. Room & view, ask for é <b> \u202eyes"
FORMULA = '=HYPERLINK("http://evil.example","x")'
PAGE = f"<html><p>{BODY.replace('&', '&amp;').replace('<b>', '&lt;b&gt;')}</p></html>".encode()
TERMS = Terms("ana", "to the prosecutor")


def first_group(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return group_ids_of(connection, ["s:1"])["s:1"]


def first_case(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return cases.every(connection)[0].case_id


def make_office(blank: Path, root: Path) -> Workspace:
    """A case of two linked ads on one captured page, with a note that would be a formula."""
    shutil.copytree(blank, root)
    workspace = open_workspace(root, Settings())
    with workspace.begin() as connection:
        row = {"run_id": "r", "site": "s", "started_at": MOMENT, "ended_at": MOMENT, "manifest": ""}
        connection.execute(insert(runs).values(row))
    evidence = Evidence(workspace, "s", "r", {"software": "test"})
    rows = evidence.write(
        [("c1", Fetched("http://s.example/1", MOMENT, 200, [], [("Content-Type", "text/html")], PAGE))]
    )
    evidence.close()
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
        told = {"title": FORMULA, "body": BODY, "region": "US", "origin": Origin("c1", "s-1")}
        ads = [Ad(f"s:{number}", "s", "http://s.example/1", MOMENT, **told) for number in (1, 2)]  # type: ignore[arg-type]
        record_sightings(connection, ads, seen_at=MOMENT, run_id="r")
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.GROUP, first_group(workspace), "same wording", "ana")
    caseitems.note(workspace, case, FORMULA, "ana")
    return workspace
