"""Two people at one queue, and watches beside a search: forms that work without scripts."""

import re
from datetime import date, timedelta
from urllib.parse import quote

from fastapi.testclient import TestClient

from casework.records import Role
from store.workspace import Workspace
from tests.console.conftest import Seat


def _send(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={**fields, "csrf": client.csrf})  # type: ignore[attr-defined]
    return answer.status_code, answer.headers.get("location", answer.text)


def test_of_two_who_claim_a_group_the_second_is_told_who_has_it(seat: Seat, group_id: str) -> None:
    ours = f"/group?id={quote(group_id, safe='')}"
    assert _send(seat(Role.ANALYST), "/queue/claim", group=group_id) == (303, ours)
    second = seat(Role.SUPERVISOR)
    status, told = _send(second, "/queue/claim", group=group_id)
    assert status == 400
    assert "nalyst has had this group since" in told
    assert "analyst has it" in second.get("/queue").text
    assert "analyst has it" in second.get(ours).text
    assert _send(seat(Role.ANALYST), "/queue/claim", group=group_id, free="yes") == (303, "/queue")
    assert _send(seat(Role.SUPERVISOR), "/queue/claim", group=group_id) == (303, ours)


def test_a_group_is_assigned_and_can_wait(seat: Seat, group_id: str) -> None:
    seat(Role.SUPERVISOR)
    client = seat(Role.ANALYST)
    assert _send(client, "/queue/assign", group=group_id, to="supervisor")[0] == 303
    assert "for supervisor" in client.get("/queue").text
    _send(client, "/queue/assign", group=group_id, to="")
    soon = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011  a form's date has no zone
    status, told = _send(client, "/queue/snooze", group=group_id, until=soon, why="waits")
    assert status == 303 or "cannot wait" in told


def test_what_is_missed_stands_above_the_list(seat: Seat) -> None:
    assert "below the cut" in seat(Role.ANALYST).get("/queue").text


def test_a_contact_is_watched_and_a_webhook_s_key_is_shown_once(seat: Seat, office: Workspace) -> None:
    client = seat(Role.ANALYST)
    assert _send(client, "/watches/follow", subject="(202) 555-0143", kind="identifier")[0] == 303
    page = client.get("/watches").text
    assert "(202) 555-0143" in page
    number = re.findall(r'name="watch" value="(\d+)"', page)[-1]
    soon = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011
    assert _send(client, "/watches/mute", watch=number, until=soon) == (303, "/watches")
    assert "nothing is sent until" in client.get("/watches").text
    status, told = _send(client, "/watches/channel", kind="webhook", address="https://127.0.0.1/x")
    assert status == 400
    assert "private network" in told
    _send(client, "/watches/end", watch=number)
    assert office is not None
