"""Who may open what: every address against every role, without a session, and with forms nobody made."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from casework import cases, policy
from casework.policy import ANYONE, PERSON, POLICY, Action
from casework.records import Role
from console.app import create_app
from console.desk import signed_in
from store.workspace import Workspace
from tests.console.conftest import Seat

ALL = frozenset(Role)
DECIDERS = frozenset({Role.ANALYST, Role.SUPERVISOR})
READERS = DECIDERS | {Role.DATA_SCIENTIST}
OVERSEERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
KEEPERS = OVERSEERS | {Role.OPERATOR}

# Who opens what, said here a second time: a slip in policy.yml shows.
GETS = {
    "/queue": READERS,
    "/search": READERS,
    "/ad?id=harbor:1": READERS,
    "/group?id=GROUP": READERS,
    "/templates?id=GROUP": READERS,
    "/why?left=harbor:1&right=harbor:2": READERS,
    "/compare?left=harbor:1&right=harbor:2": READERS,
    "/watches": DECIDERS,
    "/cases": DECIDERS,
    "/case?id=CASE": DECIDERS,
    "/sites": ALL,
    "/site?name=harbor": ALL,
    "/models": ALL,
    "/model?name=challenger": ALL,
    "/disclosure": OVERSEERS,
    "/settings": KEEPERS,
    "/audit": OVERSEERS,
    "/oversight": OVERSEERS,
    "/account": ALL,
    "/purpose": ALL,
    "/help": ALL,
    "/api/openapi.json": ALL,
    "/api/session": ALL,
    "/api/ad?id=harbor:1": READERS,
    "/api/group?id=GROUP": READERS,
    "/api/why?left=harbor:1&right=harbor:2": READERS,
    "/api/queue": READERS,
    "/api/sites": ALL,
    "/api/audit": OVERSEERS,
}
POSTS: dict[str, tuple[frozenset[Role], dict[str, str]]] = {
    "/search": (READERS, {"query": "room"}),
    "/search/list": (READERS, {"typed": "(202) 555-0143"}),
    "/judge": (DECIDERS, {"left": "harbor:1", "right": "meadow:5", "verdict": "unsure", "words": "x"}),
    "/judge/undo": (DECIDERS, {"judgement": "1"}),
    "/disclosure": (OVERSEERS, {"kind": "ad", "item": "harbor:1", "reason": "request 12"}),
    "/disclosure/file": (OVERSEERS, {"kind": "ad", "item": "harbor:1", "reason": "request 12"}),
    "/group/decide": (DECIDERS, {"group": "GROUP", "verdict": "cleared", "why": "own website"}),
    "/decision/undo": (DECIDERS, {"decision": "1"}),
    "/watches/add": (DECIDERS, {"s": ""}),
    "/case/open": (DECIDERS, {"title": "Harbor"}),
    "/case/add": (DECIDERS, {"case": "2026-0001", "kind": "note", "words": "x"}),
    "/case/judge": (DECIDERS, {"case": "2026-0001", "left": "a", "right": "b", "verdict": "same", "words": "x"}),
    "/case/done": (DECIDERS, {"case": "2026-0001", "item": "1"}),
    "/case/undo": (DECIDERS, {"case": "2026-0001", "item": "1", "words": "x"}),
    "/case/member": (DECIDERS, {"case": "2026-0001", "account": "analyst"}),
    "/case/handover": (DECIDERS, {"case": "2026-0001", "account": "analyst", "words": "x"}),
    "/case/close": (DECIDERS, {"case": "2026-0001", "words": "x"}),
    "/case/export": (DECIDERS, {"case": "2026-0001", "words": "x"}),
    "/watches/end": (DECIDERS, {"watch": "1"}),
    "/watches/mute": (DECIDERS, {"watch": "1"}),
    "/watches/follow": (DECIDERS, {"subject": "garden"}),
    "/watches/channel": (DECIDERS, {"address": "x"}),
    "/watches/channel/end": (DECIDERS, {"number": "1"}),
    "/queue/claim": (DECIDERS, {"group": "a"}),
    "/queue/assign": (DECIDERS, {"group": "a"}),
    "/queue/snooze": (DECIDERS, {"group": "a"}),
    "/watches/read": (DECIDERS, {"alert": "1", "ad": "harbor:1"}),
    "/audit/verify": (OVERSEERS, {}),
    "/oversight/about": (OVERSEERS, {"typed": "(202) 555-0143"}),
    "/oversight/review": (OVERSEERS, {"seq": "1", "note": "asked"}),
    "/oversight/answer": (frozenset({Role.SUPERVISOR}), {"approval": "1"}),
    "/account/factor": (ALL, {}),
    "/account/confirm": (ALL, {"code": "000000"}),
    "/account/passkey/ask": (ALL, {"purpose": "add"}),
    "/account/passkey": (ALL, {"title": "Phone", "answer": "{}"}),
    "/account/passkey/remove": (ALL, {"passkey": "x"}),
    "/account/token": (ALL, {"title": "x"}),
    "/account/token/revoke": (ALL, {"token": "x"}),
    "/account/sessions/end": (ALL, {}),
    "/purpose": (ALL, {"case_id": "12", "reason": "call"}),
}
# Not about people, or before anyone is signed in; each has tests of its own.
OPEN = {
    *("/sign-in/passkey", "/sign-in/passkey/ask"),
    *("/", "/sign-in", "/sign-in/code", "/sign-in/provider", "/sign-in/back", "/sign-out", "/open", "/healthz"),
    *("/policy-report", "/readyz", "/metrics", "/api/search"),
}


def test_no_address_is_missing_from_these_tables(office: Workspace) -> None:
    paths = {route.path for route in _routes(create_app(office))}
    assert paths == {path.partition("?")[0] for path in GETS} | set(POSTS) | OPEN


def test_every_address_has_a_line_in_the_policy_and_asks_for_just_that(office: Workspace) -> None:
    found = {
        f"{method} {route.path}": _guard(route)
        for route in _routes(create_app(office))
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == dict(POLICY.routes)


def _guard(route: Route) -> str:
    """What the address asks for before it answers: an action, anybody signed in, or nothing."""
    waiting, calls = [route.dependant], []  # type: ignore[attr-defined]
    while waiting:
        one = waiting.pop()
        calls.append(one.call)
        waiting += one.dependencies
    actions = {call.action.value for call in calls if hasattr(call, "action")}
    assert len(actions) <= 1, route.path
    return next(iter(actions), PERSON if signed_in in calls else ANYONE)


def _routes(app: object) -> list[Route]:
    found: list[Route] = []
    waiting = list(app.app.routes)  # type: ignore[attr-defined]
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            found.append(route)
        else:
            router = getattr(route, "original_router", None)
            waiting += getattr(router, "routes", [])
    return found


def test_the_tables_and_the_policy_say_the_same(office: Workspace) -> None:
    for method, table in (("GET", GETS), ("POST", {path: roles for path, (roles, _) in POSTS.items()})):
        for address, roles in table.items():
            said = POLICY.routes[f"{method} {address.partition('?')[0]}"]
            assert roles == {role for role in Role if said == PERSON or policy.allows(role, Action(said))}, address


@pytest.mark.parametrize(
    "harm",
    [
        "[queue, search|[cook, search",
        "auditor:|inspector:",
        "GET /help|FETCH /help",
        "GET /ad: ad|GET /ad: add",
    ],
)
def test_a_policy_with_a_slip_is_not_taken(tmp_path: Path, harm: str) -> None:
    old, _, new = harm.partition("|")
    path = tmp_path / "policy.yml"
    path.write_text(policy.FILE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=r"cook|inspector|FETCH|add"):
        policy.read(path)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(ALL))
def test_each_role_sees_its_pages_and_no_other(office: Workspace, seat: Seat, group_id: str, role: Role) -> None:
    client = seat(role)
    case = cases.open_case(office, "Harbor", role.value.replace(" ", "-"))
    for address, allowed in GETS.items():
        answer = client.get(address.replace("GROUP", group_id).replace("CASE", case.case_id))
        assert answer.status_code == (200 if role in allowed else 403), address
        assert len(answer.content) <= 300_000, address


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(ALL))
def test_each_role_may_send_its_forms_and_no_other(seat: Seat, group_id: str, role: Role) -> None:
    client = seat(role)
    for address, (allowed, fields) in POSTS.items():
        values = {name: group_id if value == "GROUP" else value for name, value in fields.items()}
        answer = client.post(address, data={**values, "csrf": client.csrf})  # type: ignore[attr-defined]
        if role in allowed:
            assert answer.status_code in {200, 303, 400, 404}, address
        else:
            assert answer.status_code == 403, address


def test_without_a_session_every_page_leads_to_the_sign_in(anonymous: TestClient) -> None:
    for address in ("/", *GETS):
        answer = anonymous.get(address)
        if address.startswith("/api/"):
            assert answer.status_code == 401, address
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), address
    for address, (_, fields) in POSTS.items():
        assert anonymous.post(address, data={**fields, "csrf": "x"}).status_code == 303, address


@pytest.mark.slow
@pytest.mark.parametrize("token", [None, "", "0" * 43])
def test_a_form_without_the_sessions_token_is_refused(seat: Seat, group_id: str, token: str | None) -> None:
    client = seat(Role.SUPERVISOR)
    for address, (_, fields) in (*POSTS.items(), ("/sign-out", (ALL, {}))):
        data = {**fields, **({} if token is None else {"csrf": token})}
        assert client.post(address, data=data).status_code == 403, address
    assert client.get("/queue").status_code == 200


def test_a_search_by_the_api_needs_the_token_too(ana: TestClient) -> None:
    assert ana.post("/api/search", json={"query": "room"}).status_code == 403
    token = ana.get("/api/session").json()["csrf"]
    answer = ana.post("/api/search", json={"query": "room"}, headers={"X-CSRF-Token": token})
    assert [hit["ad_id"] for hit in answer.json()["hits"]] == ["harbor:1"]


def test_a_form_sent_from_another_site_is_refused(ana: TestClient) -> None:
    answer = ana.post("/search", data={"query": "x", "csrf": ana.csrf}, headers={"Sec-Fetch-Site": "cross-site"})  # type: ignore[attr-defined]
    assert answer.status_code == 403


def test_an_unknown_host_name_is_refused(ana: TestClient) -> None:
    assert ana.get("/queue", headers={"Host": "evil.example"}).status_code == 421


def test_a_form_that_is_too_large_or_hides_its_size_is_refused(ana: TestClient) -> None:
    assert ana.post("/search", data={"query": "x" * 300_000}).status_code == 413

    def parts() -> object:
        yield b"query=x"

    assert ana.post("/search", content=parts()).status_code == 413  # type: ignore[arg-type]


def test_another_persons_decision_is_undone_by_a_supervisor_alone(seat: Seat, group_id: str) -> None:
    supervisor = seat(Role.SUPERVISOR)
    fields = {"group": group_id, "verdict": "cleared", "why": "own website", "csrf": supervisor.csrf}  # type: ignore[attr-defined]
    assert supervisor.post("/group/decide", data=fields).status_code == 303
    decision = re.search(r'name="decision" value="(\d+)"', supervisor.get(f"/group?id={quote(group_id)}").text)
    assert decision is not None
    analyst = seat(Role.ANALYST)
    undo = {"decision": decision.group(1), "csrf": analyst.csrf}  # type: ignore[attr-defined]
    assert analyst.post("/decision/undo", data=undo).status_code == 403
    supervisor = seat(Role.SUPERVISOR)
    undo["csrf"] = supervisor.csrf  # type: ignore[attr-defined]
    assert supervisor.post("/decision/undo", data=undo).status_code == 303
