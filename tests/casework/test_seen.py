"""What the patterns of misuse are given: the log's events of the last days, with which of their own terms a search held."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from casework import oversight, ownterms
from indexer import lookups
from store import audit
from store.audit import Act, Via
from store.tables import audit_events
from store.workspace import Workspace


@pytest.fixture
def log(workspace: Workspace) -> Workspace:
    """Ana searches for herself, for somebody else, and opens what is called as she is; Bo searches for Ana."""
    ownterms.save(workspace, "ana", {ownterms.NAME: ["Ana Quill"], ownterms.CONTACT: ["(202) 555-0143"]}, "root")
    for who, action, words in (
        ("ana", "search", "quill"),
        ("ana", "search", "phone:2025550143 quill"),
        ("ana", "search", "evening"),
        ("ana", "search", None),
        ("ana", "export", "quill"),
        ("bo", "search", "quill"),
    ):
        audit.append(
            workspace, Act(who, Via.CONSOLE, action, "query", words or "", words=words, case_id="12", reason="call")
        )
    return workspace


def test_only_a_persons_own_search_for_themself_is_marked(log: Workspace) -> None:
    found = [one for one in oversight.seen(log, 1) if one.action in {"search", "export"}]
    assert [(one.actor, sorted(one.own)) for one in found] == [
        ("ana", ["name"]),
        ("ana", ["contact", "name"]),
        ("ana", []),
        ("ana", []),
        ("ana", []),
        ("bo", []),
    ]
    assert {(one.via, one.kind, one.case, one.reason) for one in found} == {("console", "query", "12", "call")}
    assert [one.seq for one in found] == sorted(one.seq for one in found)


def test_events_before_the_days_that_are_asked_for_are_left_out(
    log: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log.read() as connection:
        last: datetime = connection.execute(select(func.max(audit_events.c.at))).scalar_one()
    monkeypatch.setattr(oversight, "now", lambda: last + timedelta(days=3))
    assert oversight.seen(log, 2) == []
    assert len(oversight.seen(log, 4)) == 7


def test_the_sample_is_of_other_peoples_looks_of_the_week_and_the_same_when_asked_again(
    log: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        audit.append(log, Act("cleo", Via.CONSOLE, "show", "ad", f"harbor:{number}"))
    drawn = oversight.sample(log, "2026-05-01", "bo", 10)
    assert len(drawn) == 10
    assert drawn == sorted(set(drawn)) == oversight.sample(log, "2026-05-01", "bo", 10)
    assert drawn != oversight.sample(log, "2026-05-02", "bo", 10)
    assert {one.actor for one in oversight.seen(log, 1) if one.seq in drawn} <= {"ana", "cleo"}
    everything = oversight.sample(log, "2026-05-01", "cleo", 100)
    assert {one.action for one in oversight.seen(log, 1) if one.seq in everything} == {"search"}
    with log.read() as connection:
        last: datetime = connection.execute(select(func.max(audit_events.c.at))).scalar_one()
    monkeypatch.setattr(oversight, "now", lambda: last + timedelta(days=8))
    assert oversight.sample(log, "2026-05-09", "bo", 10) == []


def test_contacts_are_listed_up_to_a_bound(log: Workspace) -> None:
    numbers = [f"phone:202555{number:04}" for number in range(100, 200)]
    assert len(lookups.contacts(" OR ".join(numbers))) == lookups.MOST
