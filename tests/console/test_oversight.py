"""The supervisor's pages: patterns, the day's sample, who looked at a person, and what waits for a second person."""

import re

import pytest
from starlette.testclient import TestClient

from casework import auditlog, oversight
from casework.records import Role
from store import approvals, audit
from store.audit import Act, Via
from store.workspace import Workspace
from tests.console.conftest import Seat


def _csrf(client: TestClient) -> str:
    return str(client.csrf)  # type: ignore[attr-defined]


def _look(workspace: Workspace, who: str, kind: str, item: str, action: str = "show") -> int:
    return audit.append(workspace, Act(who, Via.CONSOLE, action, kind, item))


def test_who_looked_a_person_up_is_found_however_the_contact_is_typed(
    seat: Seat, office: Workspace, group_id: str
) -> None:
    expected = {
        _look(office, "ana", "ad", "harbor:1"),
        _look(office, "bo", "group", group_id, "group"),
        _look(office, "cleo", "contact", "digits:12025550143", "look up"),
    }
    _look(office, "dov", "ad", "meadow:5")
    auditor = seat(Role.AUDITOR)
    for typed in ("(202) 555-0143", "two zero two five five five zero one four three"):
        page = auditor.post("/oversight/about", data={"csrf": _csrf(auditor), "typed": typed}).text
        table = page.partition("Who looked at a person")[2]
        expected |= {one.seq for one in auditlog.events(office, limit=9, action="who looked")}
        assert {int(one) for one in re.findall(r'<td class="number">(\d+)</td>', table)} == expected
    assert "2025550143" not in "".join(str(one) for one in auditlog.events(office, limit=50))
    assert auditor.post("/oversight/about", data={"csrf": _csrf(auditor), "typed": "hello"}).status_code == 400


@pytest.mark.slow
def test_of_many_looks_the_newest_are_shown_and_all_are_counted(seat: Seat, office: Workspace) -> None:
    first = _look(office, "ana", "ad", "harbor:1")
    for _ in range(200):
        _look(office, "bo", "contact", "digits:12025550143", "look up")
    auditor = seat(Role.AUDITOR)
    page = auditor.post("/oversight/about", data={"csrf": _csrf(auditor), "typed": "(202) 555-0143"}).text
    table = page.partition("Who looked at a person")[2]
    assert "The newest 200 of 202 looks." in table  # the auditor's own look is one of them
    assert f'<td class="number">{first}</td>' not in table


def test_a_pattern_is_shown_with_what_else_it_may_be(seat: Seat, office: Workspace) -> None:
    for number in range(6):
        _look(office, "ana", "page", str(number), "refused")
    page = seat(Role.SUPERVISOR).get("/oversight").text
    assert "Keeps asking for what their role does not include" in page
    assert "a link someone sent them" in page


def test_the_sample_is_the_same_all_day_another_the_next_and_never_ones_own(office: Workspace) -> None:
    for number in range(60):
        _look(office, ("ana", "cleo")[number % 2], "ad", f"x:{number}")
    first = oversight.sample(office, "2026-05-01", "cleo", 10)
    assert len(first) == 10
    assert first == oversight.sample(office, "2026-05-01", "cleo", 10)
    assert first != oversight.sample(office, "2026-05-02", "cleo", 10)
    assert {one.actor for one in auditlog.numbered(office, first)} == {"ana"}


def test_what_came_of_asking_is_kept_in_the_log(seat: Seat, office: Workspace) -> None:
    seq = _look(office, "ana", "ad", "harbor:1")
    supervisor = seat(Role.SUPERVISOR)
    form = {"csrf": _csrf(supervisor), "seq": str(seq), "note": "her case, shown"}
    assert supervisor.post("/oversight/review", data=form).status_code == 303
    [event] = auditlog.events(office, limit=1, action="review look")
    assert (event.words, event.facts) == ("her case, shown", {"event": seq})
    assert supervisor.post("/oversight/review", data={**form, "note": " "}).status_code == 400


def test_a_supervisor_answers_what_another_asked_and_not_their_own(seat: Seat, office: Workspace) -> None:
    asked = approvals.ask(office, "ana", "group:x", 2_000, "request of 3 May", "12")
    own = approvals.ask(office, "supervisor", "group:x", 2_000, "mine")
    supervisor = seat(Role.SUPERVISOR)
    assert "request of 3 May" in supervisor.get("/oversight").text
    form = {"csrf": _csrf(supervisor), "granted": "true", "why": "it is hers"}
    assert supervisor.post("/oversight/answer", data={**form, "approval": str(asked)}).status_code == 303
    assert supervisor.post("/oversight/answer", data={**form, "approval": str(own)}).status_code == 400
    approvals.require(office, "ana", "group:x", 1_500)
    assert "request of 3 May" not in seat(Role.AUDITOR).get("/oversight").text
