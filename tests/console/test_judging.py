"""Saying of two ads whether they are one poster's, pinning, and comparing, from the pages that show them."""

import pytest
from starlette.testclient import TestClient

from casework import auditlog, caseitems, cases, judging
from casework.records import Role
from linker.judgements import Verdict, in_force
from store.workspace import Workspace
from tests.console.conftest import Seat


def test_a_judgement_stands_for_the_linker_and_on_the_page_and_is_taken_back(
    office: Workspace, ana: TestClient
) -> None:
    answer = ana.post(
        "/judge",
        data={
            "left": "harbor:1",
            "right": "meadow:5",
            "verdict": "not same",
            "words": "another town",
            "csrf": ana.csrf,
        },  # type: ignore[attr-defined]
    )
    assert answer.headers["location"] == "/why?left=harbor%3A1&right=meadow%3A5#judgement"
    with office.read() as connection:
        assert [one.verdict for one in in_force(connection)] == [Verdict.NOT_SAME]
    assert "another town" in ana.get("/why?left=harbor:1&right=meadow:5").text
    assert "another town" in ana.get("/compare?left=harbor:1&right=meadow:5").text
    number = str(_number(office))
    assert ana.post("/judge/undo", data={"judgement": number, "csrf": ana.csrf}).status_code == 303  # type: ignore[attr-defined]
    with office.read() as connection:
        assert in_force(connection) == []
    assert "another town" not in ana.get("/why?left=harbor:1&right=meadow:5").text
    acts = [one.action for one in auditlog.events(office, limit=20, actor="analyst")]
    assert {"judge", "undo judgement", "why linked", "compare"} <= set(acts)


def test_only_a_supervisor_takes_back_anothers_word(office: Workspace, seat: Seat) -> None:
    number = judging.say(office, "harbor:1", "meadow:5", Verdict.SAME, "one hand", "somebody")
    client = seat(Role.ANALYST)
    assert "Only a supervisor" in client.post("/judge/undo", data={"judgement": number, "csrf": client.csrf}).text  # type: ignore[attr-defined]
    client = seat(Role.SUPERVISOR)
    assert client.post("/judge/undo", data={"judgement": number, "csrf": client.csrf}).status_code == 303  # type: ignore[attr-defined]


def test_a_judgement_in_a_case_stands_there_and_needs_a_part_in_it(office: Workspace, ana: TestClient) -> None:
    own = cases.open_case(office, "Harbor", "analyst")
    other = cases.open_case(office, "Not hers", "somebody")
    said = {
        "left": "harbor:1",
        "right": "meadow:5",
        "verdict": "unsure",
        "words": "no word in common",
        "csrf": ana.csrf,
    }  # type: ignore[attr-defined]
    assert ana.post("/judge", data={**said, "case": own.case_id}).status_code == 303
    assert ana.post("/judge", data={**said, "case": other.case_id}).status_code == 404
    with office.read() as connection:
        items = caseitems.of_case(connection, own.case_id)
    assert [(one.kind.value, one.state["verdict"]) for one in items] == [("judgement", "unsure")]


@pytest.mark.slow
def test_the_pages_of_ads_and_groups_offer_the_persons_open_cases(
    office: Workspace, ana: TestClient, group_id: str
) -> None:
    assert "You have no open case" in ana.get("/ad?id=harbor:1").text
    case = cases.open_case(office, "Harbor", "analyst")
    cases.open_case(office, "Not hers", "somebody")
    for address in ("/ad?id=harbor:1", f"/group?id={group_id}"):
        page = ana.get(address).text
        assert f'<option value="{case.case_id}">' in page
        assert "Not hers" not in page
    fields = {"case": case.case_id, "kind": "ad", "about": "harbor:1", "words": "the first", "csrf": ana.csrf}  # type: ignore[attr-defined]
    assert ana.post("/case/add", data=fields).status_code == 303
    assert "the first" in ana.get(f"/case?id={case.case_id}").text


def test_two_groups_side_by_side_tell_what_both_hold(ana: TestClient, group_id: str) -> None:
    page = ana.get(f"/compare?left={group_id}&right=meadow:5").text
    assert "Why they are not one group" in page
    assert "anna" in page
    assert "+12025550143" in page
    within = ana.get("/compare?left=harbor:1&right=harbor:2").text
    assert "They are in one group" in within
    assert "+12025550143" in within
    assert "no ad or group" in ana.get("/compare?left=harbor:1&right=nowhere").text


def _number(office: Workspace) -> int:
    with office.read() as connection:
        return judging.standing(connection, ["harbor:1"], ["meadow:5"])[0].judgement_id
