"""Every look is recorded before it is shown, and what cannot be recorded is not shown."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from casework import auditlog, verification
from casework.policy import Action
from casework.records import Role
from console.desk import Desk
from console.sealed import seal
from store import audit
from store.workspace import Workspace
from tests.console.conftest import Seat

QUERY = "linked:2025550143"
# Of the number its last four digits, which stand together however it is written; its area code is in every date too.
SECRETS = ("Anna, 24 years", "0143", "bella.test@example.org", "Evening in Austin")


def _pages(office: Workspace, group_id: str) -> dict[str, tuple[str, str, str]]:
    """Address -> what is recorded of it: action, kind and id of the object."""
    group = quote(group_id)
    return {
        "/queue?day=2026-05-01": ("queue", "queue", "2026-05-01"),
        f"/search?s={seal(office, QUERY)}": ("search", "query", QUERY),
        "/ad?id=harbor:1": ("show", "ad", "harbor:1"),
        "/ad?id=no:such": ("show", "ad", "no:such"),
        f"/group?id={group}": ("group", "group", group_id),
        f"/templates?id={group}": ("group", "group", group_id),
        "/why?left=harbor:1&right=meadow:4": ("why linked", "ad", "meadow:4"),
        "/watches": ("watches", "account", "supervisor"),
        "/audit": ("audit list", "audit", "all"),
        "/api/ad?id=harbor:1": ("show", "ad", "harbor:1"),
        f"/api/group?id={group}": ("group", "group", group_id),
        "/api/queue?day=2026-05-01": ("queue", "queue", "2026-05-01"),
    }


@pytest.mark.slow
def test_every_look_is_recorded_as_the_signed_in_person(office: Workspace, seat: Seat, group_id: str) -> None:
    client = seat(Role.SUPERVISOR)
    for address, (action, kind, item) in _pages(office, group_id).items():
        before = auditlog.events(office, limit=1)[0].seq
        client.get(address)
        events = [one for one in auditlog.events(office, limit=9, about=(kind, item)) if one.seq > before]
        assert [(one.actor, one.via, one.action) for one in events] == [("supervisor", "console", action)], address
    assert verification.verify(office).problem is None


@pytest.mark.slow
def test_what_cannot_be_recorded_is_not_shown(
    office: Workspace, seat: Seat, group_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = seat(Role.SUPERVISOR)

    def full(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(audit, "digest", full)
    for address in _pages(office, group_id):
        answer = client.get(address)
        assert answer.status_code == 500, address
        assert not any(secret in answer.text for secret in SECRETS), address
        assert "no space left" not in answer.text, address
    fields = {"group": group_id, "verdict": "cleared", "why": "own website", "csrf": client.csrf}  # type: ignore[attr-defined]
    assert client.post("/group/decide", data=fields).status_code == 500
    monkeypatch.undo()
    assert "Nobody has decided" in client.get(f"/group?id={quote(group_id)}").text


def test_a_page_that_forgets_to_record_cannot_be_rendered(office: Workspace) -> None:
    desk = Desk(office, None, None, Action.AD)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="without a record"):
        desk.page("ad.html")
    with pytest.raises(RuntimeError, match="without a record"):
        desk.answer({})


def test_a_refused_page_is_recorded(office: Workspace, seat: Seat) -> None:
    seat(Role.OPERATOR).get("/ad?id=harbor:1")
    [event] = auditlog.events(office, limit=1)
    assert (event.actor, event.action, event.facts["asked"]) == ("operator", "refused", "ad")


def test_the_words_of_a_query_stand_in_no_address(ana: TestClient) -> None:
    answer = ana.post("/search", data={"query": QUERY, "csrf": ana.csrf})  # type: ignore[attr-defined]
    assert answer.status_code == 303
    assert "2025550143" not in answer.headers["location"]
    page = ana.get(answer.headers["location"])
    assert "2025550143" not in "".join(part.split('"')[0] for part in page.text.split('href="')[1:])


def test_a_link_that_this_console_did_not_make_is_refused(ana: TestClient) -> None:
    answer = ana.get("/search?s=gAAAAA-forged")
    assert answer.status_code == 400
    assert "not made by this console" in answer.text


def test_a_failure_says_nothing_of_what_was_to_be_shown(
    ana: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Anna, 24. Call (202) 555-0143")

    monkeypatch.setattr("casework.adfiles.load", broken)
    answer = ana.get("/ad?id=harbor:1")
    assert answer.status_code == 500
    assert "555-0143" not in answer.text + caplog.text
    assert "ValueError while answering /ad" in caplog.text
