"""Commands of the casework, as another program calls them."""

import json

import pytest
from sqlalchemy import text, update
from typer.testing import CliRunner, Result

from casework import auditlog
from casework.cli import app
from casework.foremost import foremost
from models.records import Band, Direction, Evidence, Lane, Priority, Route
from store import audit
from store.errors import UsageError
from store.tables import audit_events
from store.workspace import Workspace
from tests.casework.conftest import AddGroup


def _run(workspace: Workspace, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(app, [*words, "--workspace", str(workspace.root)], input=given)


def test_an_account_is_added_listed_and_disabled(workspace: Workspace) -> None:
    added = _run(
        workspace, "users", "add", "ana", "--role", "data scientist", "--password-stdin", given="seven quiet herons\n"
    )
    assert added.exit_code == 0, added.output
    assert _run(workspace, "users", "disable", "ana").exit_code == 0
    [line] = _run(workspace, "users", "list", "--json").stdout.splitlines()
    account = json.loads(line)
    assert (account["name"], account["role"], account["disabled"]) == ("ana", "data scientist", True)
    assert "password" not in line


def test_an_unknown_role_names_those_there_are(workspace: Workspace) -> None:
    answer = _run(workspace, "users", "add", "ana", "--role", "boss", "--password-stdin", given="seven quiet herons\n")
    assert isinstance(answer.exception, UsageError)
    assert "analyst, supervisor, operator, data scientist, auditor" in str(answer.exception)


def test_the_queue_is_built_when_first_asked_for_and_the_look_recorded(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)
    [line] = _run(workspace, "queue", "--json").stdout.splitlines()
    assert json.loads(line)["group_id"] == "a"
    assert "is right 48% of the time" in _run(workspace, "queue").stdout
    looks = auditlog.events(workspace, limit=5, action="queue")
    assert [(one.actor, one.via) for one in looks] == [(audit.operator(), "command")] * 2


def test_each_entry_of_the_queue_stands_with_its_reasons(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9, reasons=("one", "two", "three", "four", "five"))
    lines = _run(workspace, "queue").stdout.splitlines()
    entry = next(place for place, line in enumerate(lines) if "  a  " in line)
    assert lines[entry + 1 :] == [
        "        + Because of one.",
        "        + Because of two.",
        "        + Because of three.",
        "        and 2 more for review: sidelight group a",
    ]


def test_a_stated_age_comes_first_and_one_reason_against_is_told() -> None:
    evidence = [
        Evidence("copies", Direction.FOR, "copies", "L", 0.5, "Copies."),
        Evidence("venue", Direction.AGAINST, "class", "C", -0.2, "A venue."),
        Evidence("stated_minor", Direction.FOR, "age", "M", 0.0, "An age."),
        Evidence("limits", Direction.AGAINST, "wording", "E-", -0.1, "Limits."),
    ]
    found = foremost(Priority("g", 0.5, Band.REVIEW, Route.REVIEW, Lane.FIRST, tuple(evidence), None, "scorecard 1"))
    assert [one.sentence for one in (*found.reasons, *found.against)] == ["An age.", "Copies.", "A venue."]
    assert foremost(None).reasons == ()


def test_a_decision_needs_a_known_verdict(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    assert (
        "decision 1: cleared (opinion), 2 ads"
        in _run(workspace, "decide", "a", "cleared", "--why", "own website").stdout
    )
    answer = _run(workspace, "decide", "a", "guilty", "--why", "x")
    assert isinstance(answer.exception, UsageError)


@pytest.mark.parametrize("tampered", [False, True])
def test_verifying_the_log_ends_with_1_where_it_is_broken(workspace: Workspace, tampered: bool) -> None:
    _run(workspace, "audit", "list")
    _run(workspace, "audit", "list")
    if tampered:
        with workspace.begin() as connection:
            connection.execute(text("DROP TRIGGER audit_events_no_update"))
            connection.execute(update(audit_events).where(audit_events.c.seq == 2).values(actor="nobody"))
    answer = _run(workspace, "audit", "verify")
    assert answer.exit_code == int(tampered)
    assert ("broken at event 2" if tampered else "2 events in one unbroken chain") in answer.output


def test_the_log_is_listed_as_json_with_the_words_of_queries(workspace: Workspace) -> None:
    act = audit.Act("ana", audit.Via.COMMAND, "search", "query", "phone:2025550143", words="phone:2025550143")
    audit.append(workspace, act)
    [_, line] = _run(workspace, "audit", "list", "--json").stdout.splitlines()
    assert json.loads(line)["words"] == "phone:2025550143"
