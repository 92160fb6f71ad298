"""Who may open what: every address against every role, without a session, and with forms nobody made."""

import re
from urllib.parse import quote

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from casework.records import Role
from console.app import create_app
from store.workspace import Workspace
from tests.console.conftest import Seat

ALL = frozenset(Role)
DECIDERS = frozenset({Role.ANALYST, Role.SUPERVISOR})
READERS = DECIDERS | {Role.DATA_SCIENTIST}
OVERSEERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})

GETS = {
    "/queue": READERS,
    "/search": READERS,
    "/ad?id=harbor:1": READERS,
    "/group?id=GROUP": READERS,
    "/why?left=harbor:1&right=harbor:2": READERS,
    "/watches": DECIDERS,
    "/sites": ALL,
    "/audit": OVERSEERS,
    "/help": ALL,
    "/api/session": ALL,
    "/api/ad?id=harbor:1": READERS,
    "/api/group?id=GROUP": READERS,
    "/api/queue": READERS,
}
POSTS: dict[str, tuple[frozenset[Role], dict[str, str]]] = {
    "/search": (READERS, {"query": "room"}),
    "/group/decide": (DECIDERS, {"group": "GROUP", "verdict": "cleared", "why": "own website"}),
    "/decision/undo": (DECIDERS, {"decision": "1"}),
    "/watches/add": (DECIDERS, {"s": ""}),
    "/watches/end": (DECIDERS, {"watch": "1"}),
    "/watches/read": (DECIDERS, {"alert": "1", "ad": "harbor:1"}),
    "/audit/verify": (OVERSEERS, {}),
}
# Not about people, or before anyone is signed in; each has tests of its own.
OPEN = {"/", "/sign-in", "/sign-out", "/open", "/healthz", "/readyz", "/metrics", "/api/search"}


def test_no_address_is_missing_from_these_tables(office: Workspace) -> None:
    paths = {route.path for route in _routes(create_app(office))}
    assert paths == {path.partition("?")[0] for path in GETS} | set(POSTS) | OPEN


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


@pytest.mark.parametrize("role", sorted(ALL))
def test_each_role_sees_its_pages_and_no_other(seat: Seat, group_id: str, role: Role) -> None:
    client = seat(role)
    for address, allowed in GETS.items():
        answer = client.get(address.replace("GROUP", group_id))
        assert answer.status_code == (200 if role in allowed else 403), address


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
