"""A case is open to who has a part in it: every address that names one, against every role and every kind of part."""

import pytest
from starlette.routing import Route

from casework import accounts, cases
from casework.policy import Action, allows
from casework.records import Role
from console.app import create_app
from store.workspace import Workspace
from tests.console.conftest import Seat
from tests.console.test_access import _routes

# Every address that opens or changes a case, with what it needs beside the number.
OF_A_CASE: dict[str, dict[str, str]] = {
    "GET /case": {},
    "POST /case/add": {"kind": "note", "words": "x"},
    "POST /case/judge": {"left": "harbor:1", "right": "meadow:5", "verdict": "unsure", "words": "x"},
    "POST /case/done": {"item": "1"},
    "POST /case/undo": {"item": "1", "words": "x"},
    "POST /case/member": {"account": "other"},
    "POST /case/handover": {"account": "other", "words": "x"},
    "POST /case/close": {"words": "x"},
    "POST /case/export": {"words": "x"},
    "POST /judge": {"left": "harbor:1", "right": "meadow:5", "verdict": "unsure", "words": "x"},
}
PARTS = ("member", "team", "formerly", "none")


def _asks_for_a_case(route: Route) -> bool:
    waiting, names = [route.dependant], set()  # type: ignore[attr-defined]
    while waiting:
        one = waiting.pop()
        names |= {field.name for field in (*one.query_params, *one.body_params)}
        waiting += one.dependencies
    return "case" in names or route.path == "/case"


def test_no_address_that_names_a_case_is_missing(office: Workspace) -> None:
    found = {
        f"{method} {route.path}"
        for route in _routes(create_app(office))
        for method in (route.methods or set()) - {"HEAD"}
        if _asks_for_a_case(route)
    }
    assert found == set(OF_A_CASE)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(Role))
def test_a_case_opens_to_who_may_decide_and_has_a_part_in_it(office: Workspace, seat: Seat, role: Role) -> None:
    client, own = seat(role), role.value.replace(" ", "-")
    accounts.add(office, "other", Role.ANALYST, None, "root")
    cases.add_team(office, "north", "north@example.org", (own, "other"), "root")
    for part in PARTS:
        for address, fields in OF_A_CASE.items():
            case = cases.open_case(office, f"Harbor, {part}", "other", team="north" if part == "team" else None)
            if part in {"member", "formerly"}:
                cases.add_member(office, case, own, "other")
            if part == "formerly":
                cases.remove_member(office, case, own, "other")
            method, path = address.split(" ")
            if method == "GET":
                answer = client.get(f"{path}?id={case.case_id}")
            else:
                data = {"case": case.case_id, **fields, "csrf": client.csrf}  # type: ignore[attr-defined]
                answer = client.post(path, data=data)
            if not allows(role, Action.DECIDE):
                assert answer.status_code == 403, address
            elif part in {"member", "team"}:
                assert answer.status_code in {200, 303, 400}, address
            else:
                assert answer.status_code == 404, address
                assert "that you have a part in" in answer.text
    page = client.get("/cases")
    assert page.status_code == (200 if allows(role, Action.DECIDE) else 403)
    seen = {part for part in PARTS if f"Harbor, {part}<" in page.text}
    assert seen == ({"member", "team"} if allows(role, Action.DECIDE) else set())
