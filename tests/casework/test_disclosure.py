"""A disclosure tells what was said on a date and what people did with it, and never passes today's word off as that date's."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from casework import caseitems, cases, disclosure
from casework.caseitems import ItemKind
from casework.decisions import decide
from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker import stage as link_stage
from linker.stored import group_ids_of
from models import stage as score_stage
from models.labels import Value
from models.tables import priorities
from nlp import stage as read_stage
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

FIRST = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def seen(workspace: Workspace) -> Workspace:
    """An ad that changed, was looked at, decided on and pinned."""
    for day, body in enumerate(("Visiting until Sunday, (202) 555-0143", "Gone to Elko")):
        moment = FIRST + timedelta(days=10 * day)
        with workspace.begin() as connection:
            ad = Ad("s:1", "s", "http://s.example/1", FIRST, body=body, region="US")
            record_sighting(connection, ad, seen_at=moment, run_id=f"run{day}")
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    audit.append(workspace, Act("ben", Via.CONSOLE, "show", "ad", "s:1"))
    decide(workspace, _group(workspace), Value.UNSURE, who="ana", why="waiting for a second ad", via=Via.CONSOLE)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, "s:1", "same wording", "ana")
    return workspace


def _group(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return group_ids_of(connection, ["s:1"])["s:1"]


def _told(workspace: Workspace, kind: str, item: str, at: datetime) -> disclosure.Disclosure:
    with workspace.read() as connection:
        return disclosure.disclose(workspace, connection, kind, item, at)


def test_it_says_who_saw_it_and_what_they_did_and_wrote(seen: Workspace) -> None:
    told = _told(seen, "ad", "s:1", now())
    assert ("ben", "show") in {(one["who"], one["did"]) for one in told.looks}
    assert [(one["what"], one["said"], one["why"]) for one in told.acts if one["what"] == "decision"] == [
        ("decision", "unsure (opinion)", "waiting for a second ad")
    ]
    assert any(one["what"].startswith("pinned in case") and one["why"] == "same wording" for one in told.acts)
    assert any(one["what"] == "label" and "on screen" in one["why"] for one in told.acts)
    [ad] = told.said["ads"]
    assert ad["lexicon"]
    assert told.said["group"]["model"]


def test_the_text_is_that_of_the_date(seen: Workspace) -> None:
    [before] = _told(seen, "ad", "s:1", FIRST + timedelta(days=2)).said["ads"]
    [after] = _told(seen, "ad", "s:1", now()).said["ads"]
    assert before["text"] == {"body": "Visiting until Sunday, (202) 555-0143"}
    assert after["text"] == {"body": "Gone to Elko"}
    assert str(before["reading"]).startswith(disclosure.NOT_KEPT)
    [none] = _told(seen, "ad", "s:1", FIRST - timedelta(days=2)).said["ads"]
    assert (none["known then"], none["text"]) == (False, {})


def test_a_score_that_was_made_anew_is_said_to_be_so(seen: Workspace) -> None:
    moment = now()
    with seen.begin() as connection:
        connection.execute(update(priorities).values(value=0.99, scored_at=moment + timedelta(days=1)))
    told = _told(seen, "group", _group(seen), moment)
    assert "value" not in told.said["group"]
    assert told.said["group"]["priority"].startswith(disclosure.NOT_KEPT)
    assert "0.99" not in str(told)


def test_nothing_after_the_date_is_told(seen: Workspace) -> None:
    told = _told(seen, "ad", "s:1", FIRST + timedelta(days=2))
    assert (told.looks, told.acts) == ([], [])


def test_it_is_one_page_and_one_file_and_recorded(seen: Workspace, tmp_path: Path) -> None:
    disclosure.export(seen, _told(seen, "ad", "s:1", now()), tmp_path / "out", "ana", "to the defence")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "disclosure.html", "disclosure.json", "disclosure.pdf",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out" / "disclosure.json").read_bytes())["item"] == "s:1"
    assert "waiting for a second ad" in (tmp_path / "out" / "disclosure.html").read_text()
    assert _told(seen, "ad", "s:1", now()).looks[-1]["did"] == "disclose"
    with pytest.raises(UsageError, match="nothing is known"):
        _told(seen, "ad", "s:9", now())


def test_a_look_at_the_very_moment_is_told_and_one_after_it_is_not(seen: Workspace) -> None:
    with seen.read() as connection:
        moments = list(connection.scalars(select(audit_events.c.at).where(audit_events.c.action == "show")))
    [at] = moments
    assert [one["did"] for one in _told(seen, "ad", "s:1", at).looks] == ["show"]
    assert _told(seen, "ad", "s:1", at - timedelta(microseconds=1)).looks == []
