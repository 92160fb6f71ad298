"""Cases in the console: worked on by who has a part in them, and not there for anyone else."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casework import auditlog, caseitems, cases, packs
from casework.records import Role
from store.workspace import Workspace
from tests.console.conftest import HOSTILE, Seat


def _send(client: TestClient, address: str, **fields: str) -> int:
    answer = client.post(address, data={**fields, "csrf": client.csrf})  # type: ignore[attr-defined]
    return int(answer.status_code)


def _only(office: Workspace) -> cases.Case:
    with office.read() as connection:
        [case] = cases.every(connection)
    return case


@pytest.fixture
def case_id(office: Workspace, ana: TestClient) -> str:
    """A case that the analyst opened in the console."""
    assert "You have none" in ana.get("/cases").text
    assert _send(ana, "/case/open", title="Harbor, spring") == 303
    return _only(office).case_id


def test_a_case_is_worked_on_from_opening_to_closing(
    office: Workspace, ana: TestClient, case_id: str, group_id: str
) -> None:
    for kind, words, about in (
        ("note", "The flyer has the same number.", ""), ("tag", "river", ""), ("task", "Ask the hotel", "ben"),
        ("ad", "same wording", "harbor:1"), ("group", "four ads", group_id),
    ):  # fmt: skip
        assert _send(ana, "/case/add", case=case_id, kind=kind, words=words, about=about) == 303, kind
    fields = {"left": "harbor:1", "right": "meadow:5", "verdict": "not same", "words": "another town"}
    assert _send(ana, "/case/judge", case=case_id, **fields) == 303
    page = ana.get(f"/case?id={case_id}").text
    for words in ("The flyer has the same number.", "river", "Ask the hotel", "same wording", "then 4 ads", "not same"):
        assert words in page
    with office.read() as connection:
        items = {one.kind.value: one.item_id for one in caseitems.of_case(connection, case_id)}
    assert _send(ana, "/case/done", case=case_id, item=str(items["task"])) == 303
    assert _send(ana, "/case/undo", case=case_id, item=str(items["note"]), words="another flyer") == 303
    assert "another flyer" in ana.get(f"/case?id={case_id}").text
    assert _send(ana, "/case/close", case=case_id, words="charged") == 303
    assert _only(office).closed_by == "analyst"
    assert _send(ana, "/case/add", case=case_id, kind="note", words="late") == 400


def test_a_case_for_a_team_one_is_not_on_and_a_thing_no_case_holds_are_refused(
    office: Workspace, ana: TestClient, case_id: str
) -> None:
    assert _send(ana, "/case/open", title="Harbor, autumn", team="others") == 400
    assert _only(office).title == "Harbor, spring"
    for kind in ("no such thing", "judgement", "handover"):
        assert _send(ana, "/case/add", case=case_id, kind=kind, words="w", about="harbor:1") == 400, kind
    with office.read() as connection:
        assert not caseitems.of_case(connection, case_id)


def test_the_pack_is_one_file_that_checks_itself(
    office: Workspace, ana: TestClient, case_id: str, tmp_path: Path
) -> None:
    _send(ana, "/case/add", case=case_id, kind="ad", words="same wording", about="harbor:1")
    fields = {"case": case_id, "words": "to the prosecutor", "csrf": ana.csrf}  # type: ignore[attr-defined]
    answer = ana.post("/case/export", data=fields)
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{case_id}.zip"'
    zipfile.ZipFile(BytesIO(answer.content)).extractall(tmp_path)
    assert packs.verify(tmp_path / f"case-{case_id}") > 10
    acts = [one for one in auditlog.events(office, limit=9) if one.action == "export case"]
    assert [(one.actor, one.via, one.reason) for one in acts] == [("analyst", "console", "to the prosecutor")]


def test_nobody_else_sees_it_or_learns_that_it_is_there(
    office: Workspace, ana: TestClient, case_id: str, seat: Seat
) -> None:
    other = seat(Role.SUPERVISOR)
    assert case_id not in other.get("/cases").text
    assert other.get(f"/case?id={case_id}").status_code == 404
    unknown = other.get("/case?id=2020-0001").text
    assert other.get(f"/case?id={case_id}").text.replace(case_id, "2020-0001") == unknown
    for address, fields in {
        "/case/add": {"kind": "note", "words": "x"},
        "/case/judge": {"left": "harbor:1", "right": "harbor:2", "verdict": "same", "words": "x"},
        "/case/done": {"item": "1"},
        "/case/undo": {"item": "1", "words": "x"},
        "/case/member": {"account": "supervisor"},
        "/case/handover": {"account": "supervisor", "words": "x"},
        "/case/close": {"words": "x"},
        "/case/export": {"words": "x"},
    }.items():
        assert _send(other, address, case=case_id, **fields) == 404, address


def test_a_member_sees_it_and_a_new_owner_lets_the_old_one_go(
    office: Workspace, ana: TestClient, case_id: str, seat: Seat
) -> None:
    seat(Role.SUPERVISOR)
    ana = seat(Role.ANALYST)
    assert _send(ana, "/case/member", case=case_id, account="nobody") == 400
    assert _send(ana, "/case/handover", case=case_id, account="supervisor", words="call on Monday") == 303
    other = seat(Role.SUPERVISOR)
    assert "call on Monday" in other.get(f"/case?id={case_id}").text
    assert _send(other, "/case/member", case=case_id, account="analyst", leave="yes") == 303
    assert seat(Role.ANALYST).get(f"/case?id={case_id}").status_code == 404


def test_hostile_words_are_text(ana: TestClient, case_id: str) -> None:
    _send(ana, "/case/add", case=case_id, kind="note", words=HOSTILE)
    _send(ana, "/case/add", case=case_id, kind="ad", words="why", about="harbor:6")
    page = ana.get(f"/case?id={case_id}").text
    assert "<script>document" not in page
    assert "<img" not in page
    assert "\u202e" not in page
