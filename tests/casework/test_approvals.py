"""More than so many rows need a second person, once for each time, and never the one who asks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from store import approvals
from store.approvals import SecondPersonError
from store.audit import Via
from store.errors import UsageError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace

WHAT = "group:3f2a"


def test_one_person_may_take_out_what_the_setting_says(workspace: Workspace) -> None:
    approvals.require(workspace, "ana", WHAT, 1_000)
    with pytest.raises(SecondPersonError, match="1,001 rows"):
        approvals.require(workspace, "ana", WHAT, 1_001)
    strict = replace(workspace, settings=Settings(export_alone=0))
    with pytest.raises(SecondPersonError):
        approvals.require(strict, "ana", WHAT, 1)


def test_a_granted_request_is_good_once_for_what_and_whom_it_was_asked(workspace: Workspace) -> None:
    number = approvals.ask(workspace, "ana", WHAT, 2_000, "request of 3 May", "12")
    with pytest.raises(SecondPersonError):
        approvals.require(workspace, "ana", WHAT, 1_500)
    approvals.answer(workspace, number, "cleo", "it is hers", granted=True)
    for who, what, rows in (("bo", WHAT, 1_500), ("ana", "group:other", 1_500), ("ana", WHAT, 2_001)):
        with pytest.raises(SecondPersonError):
            approvals.require(workspace, who, what, rows)
    approvals.require(workspace, "ana", WHAT, 1_500)
    with pytest.raises(SecondPersonError):
        approvals.require(workspace, "ana", WHAT, 1_500)
    with workspace.read() as connection:
        [kept] = approvals.of(connection, "ana")
        assert approvals.waiting(connection) == []
    assert (kept.answered_by, kept.why, kept.used_at is not None) == ("cleo", "it is hers", True)


def test_nobody_answers_their_own_request_nor_one_twice(workspace: Workspace) -> None:
    number = approvals.ask(workspace, "ana", WHAT, 2_000, "request of 3 May")
    with pytest.raises(UsageError, match="second person"):
        approvals.answer(workspace, number, "ana", "", granted=True)
    approvals.answer(workspace, number, "cleo", "too many", granted=False)
    with pytest.raises(UsageError, match="waits"):
        approvals.answer(workspace, number, "cleo", "", granted=True)
    with pytest.raises(SecondPersonError):
        approvals.require(workspace, "ana", WHAT, 2_000)


def test_a_request_has_a_reason(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="say why"):
        approvals.ask(workspace, "ana", WHAT, 2_000, " ")


def test_each_of_two_grants_is_good_for_one_time_and_none_for_longer_than_a_week(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        number = approvals.ask(workspace, "ana", WHAT, 2_000, "request of 3 May")
        approvals.answer(workspace, number, "cleo", "it is hers", granted=True)
    with workspace.read() as connection:
        at = approvals.of(connection, "ana")[-1].answered_at
    assert at is not None
    approvals.require(workspace, "ana", WHAT, 2_000)
    with workspace.read() as connection:
        assert sum(one.used_at is not None for one in approvals.of(connection, "ana")) == 1
    with monkeypatch.context() as patch:
        patch.setattr(approvals, "now", lambda: at + timedelta(days=7))
        with pytest.raises(SecondPersonError):
            approvals.require(workspace, "ana", WHAT, 2_000)
        patch.setattr(approvals, "now", lambda: at + timedelta(days=7) - timedelta.resolution)
        approvals.require(workspace, "ana", WHAT, 2_000)
    with pytest.raises(SecondPersonError):
        approvals.require(workspace, "ana", WHAT, 2_000)


def test_an_answer_is_to_one_request_alone_and_says_who_gave_it_when_and_why(workspace: Workspace) -> None:
    first = approvals.ask(workspace, "ana", WHAT, 2_000, " request of 3 May ", "12")
    second = approvals.ask(workspace, "ana", "group:other", 3_000, "request of 4 May")
    third = approvals.ask(workspace, "bo", WHAT, 2_000, "mine")
    approvals.answer(workspace, first, "cleo", " it is hers ", granted=True)
    with workspace.read() as connection:
        waiting, mine = approvals.waiting(connection), approvals.of(connection, "ana")
    assert [one.approval_id for one in waiting] == [second, third]
    assert [one.approval_id for one in mine] == [first, second]
    told = mine[0]
    assert (told.rows, told.asked_by, told.reason, told.case_id) == (2_000, "ana", "request of 3 May", "12")
    assert (told.answered_by, told.granted, told.why, told.used_at) == ("cleo", True, "it is hers", None)
    assert told.answered_at is not None
    assert told.answered_at >= told.asked_at
    with pytest.raises(UsageError, match="no request 99"):
        approvals.answer(workspace, 99, "cleo", "", granted=True)


def test_each_step_is_in_the_audit_log(workspace: Workspace) -> None:
    granted = approvals.ask(workspace, "ana", WHAT, 2_000, "request of 3 May", "12")
    refused = approvals.ask(workspace, "ana", WHAT, 9_000, "request of 4 May")
    approvals.answer(workspace, granted, "cleo", "it is hers", granted=True)
    approvals.answer(workspace, refused, "cleo", "too many", granted=False, via=Via.COMMAND)
    approvals.require(workspace, "ana", WHAT, 1_500, Via.CONSOLE)
    with workspace.read() as connection:
        acts = connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
    assert [(one.actor, one.via, one.action, one.case_id, one.reason, one.facts) for one in acts] == [
        ("ana", "command", "ask approval", "12", "request of 3 May", {"rows": 2_000, "approval": granted}),
        ("ana", "command", "ask approval", None, "request of 4 May", {"rows": 9_000, "approval": refused}),
        (
            "cleo", "console", "grant approval", None, "it is hers",
            {"rows": 2_000, "approval": granted, "asked by": "ana"},
        ),
        (
            "cleo", "command", "refuse approval", None, "too many",
            {"rows": 9_000, "approval": refused, "asked by": "ana"},
        ),
        ("ana", "console", "use approval", None, None, {"rows": 1_500}),
    ]  # fmt: skip
