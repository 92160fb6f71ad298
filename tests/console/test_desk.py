"""A desk: who sits at it by cookie or token, what they may ask for there, and that nothing is shown before it is recorded."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from casework import accounts, auditlog, cases, sessions, tokens
from casework.policy import Action, ForbiddenError
from casework.records import Account, Role, Session
from console.desk import (
    COOKIE,
    UNRECORDED,
    Desk,
    ForgedFormError,
    NotSignedInError,
    allowed,
    at,
    check_token,
    sent_to,
    signed_in,
)
from indexer.lookups import PurposeError
from linker.records import Link, Reason
from store.audit import Via
from store.settings import Settings
from store.workspace import Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Account:
    return accounts.add(workspace, "ana", Role.ANALYST, None, "root")


@pytest.fixture
def house(workspace: Workspace) -> Iterator[TestClient]:
    """A console of three addresses."""
    app = FastAPI()
    app.state.workspace = workspace

    @app.get("/api/who")
    @app.get("/who")
    def who(session: Annotated[Session, Depends(signed_in)]) -> Response:
        return PlainTextResponse(session.account)

    @app.get("/api/search")
    def search(desk: Annotated[Desk, Depends(at(Action.SEARCH))]) -> Response:
        return PlainTextResponse(f"{desk.session.account} {desk.action} {desk.via}")

    @app.get("/audit")
    def audit(desk: Annotated[Desk, Depends(at(Action.AUDIT))]) -> Response:
        return PlainTextResponse(desk.action)

    @app.post("/judge")
    def judge(desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))]) -> Response:
        return PlainTextResponse(desk.action)

    with TestClient(app) as browser:
        yield browser


def test_nobody_sits_down_without_a_session_that_lasts_and_is_strong(
    workspace: Workspace, house: TestClient, ana: Account
) -> None:
    weak, _ = sessions.start(workspace, ana, strong=False)
    for cookie in (None, "x", weak):
        if cookie is not None:
            house.cookies.set(COOKIE, cookie)
        with pytest.raises(NotSignedInError):
            house.get("/who")
    house.cookies.set(COOKIE, sessions.start(workspace, ana)[0])
    assert house.get("/who").text == "ana"


def test_a_token_opens_the_api_alone_and_what_it_was_made_for(
    workspace: Workspace, house: TestClient, ana: Account
) -> None:
    searching, _ = tokens.make(workspace, "ana", Role.ANALYST, "x", ["search"], 1)
    other, _ = tokens.make(workspace, "ana", Role.ANALYST, "x", ["ad"], 1)
    given = {"Authorization": f"Bearer {searching}"}
    assert house.get("/api/who", headers=given).text == "ana"
    assert house.get("/api/search", headers=given).text == "ana search token"
    for address, headers in (
        ("/who", given),
        ("/api/who", {"Authorization": searching}),
        ("/api/who", {"Authorization": "Bearer x"}),
    ):
        with pytest.raises(NotSignedInError):
            house.get(address, headers=headers)
    with pytest.raises(ForbiddenError, match="this token was not made for 'search'"):
        house.get("/api/search", headers={"Authorization": f"Bearer {other}"})
    house.cookies.set(COOKIE, sessions.start(workspace, ana)[0])
    assert house.get("/api/search").text == "ana search console"


def test_what_the_role_does_not_include_is_refused_and_recorded(
    workspace: Workspace, house: TestClient, ana: Account
) -> None:
    house.cookies.set(COOKIE, sessions.start(workspace, ana)[0])
    with pytest.raises(ForbiddenError, match="the role 'analyst' does not include 'audit'"):
        house.get("/audit")
    [event] = auditlog.events(workspace, limit=1)
    assert (event.actor, event.action, event.object_kind, event.facts) == ("ana", "refused", "page", {"asked": "audit"})


def test_a_form_brings_the_token_of_its_session(workspace: Workspace, house: TestClient, ana: Account) -> None:
    token, session = sessions.start(workspace, ana)
    house.cookies.set(COOKIE, token)
    assert house.post("/judge", data={"csrf": str(session.csrf)}).text == "decide"
    for form in ({}, {"csrf": ""}, {"csrf": f"{session.csrf}x"}, {"csrf": "\ud800é"}):
        with pytest.raises(ForgedFormError):
            check_token(session, form.get("csrf", ""))
    with pytest.raises(ForgedFormError):
        house.post("/judge")
    check_token(replace(session, csrf=None), "")


def _desk(workspace: Workspace, session: Session, action: Action = Action.SEARCH) -> Desk:
    return Desk(workspace, session, Request({"type": "http", "headers": [], "path": "/", "query_string": b""}), action)


@pytest.fixture
def session(workspace: Workspace, ana: Account) -> Session:
    token, made = sessions.start(workspace, ana)
    return sessions.work_on(workspace, token, made, "12", "call")


def test_a_role_and_a_token_both_have_to_allow(session: Session) -> None:
    assert allowed(session, Action.SEARCH)
    assert not allowed(session, Action.AUDIT)
    limited = replace(session, scopes=frozenset({Action.AD, Action.AUDIT}))
    assert [allowed(limited, one) for one in (Action.AD, Action.SEARCH, Action.AUDIT)] == [True, False, False]


def test_a_look_is_recorded_with_what_the_person_works_on(workspace: Workspace, session: Session) -> None:
    desk = _desk(workspace, session)
    desk.look("show", "ad", "s:1", hits=3)
    [event] = auditlog.events(workspace, limit=1)
    assert (event.actor, event.via, event.action, event.object_kind) == ("ana", "console", "show", "ad")
    assert (event.case_id, event.reason, event.facts, event.words) == ("12", "call", {"hits": 3}, None)
    _desk(workspace, replace(session, scopes=frozenset({Action.AD}))).look("show", "ad", "s:1", words="w")
    [event] = auditlog.events(workspace, limit=1)
    assert (event.via, event.words) == (Via.TOKEN, "w")


def test_a_search_is_recorded_with_each_contact_it_looks_up(workspace: Workspace, session: Session) -> None:
    _desk(workspace, session).ask("phone:2025550143 room")
    _desk(workspace, session).ask("")
    looked, found, empty = auditlog.events(workspace, limit=3)[::-1][0:3]
    assert (looked.action, looked.words) == ("search", "phone:2025550143 room")
    assert (found.action, found.object_kind, found.case_id, found.reason) == ("look up", "contact", "12", "call")
    assert (empty.action, empty.words, empty.forgotten) == ("search", None, False)


def test_where_the_team_wants_a_reason_a_contact_is_not_even_asked_for_without(
    workspace: Workspace, session: Session
) -> None:
    strict = replace(workspace, settings=Settings(lookup_reason=True))
    before = auditlog.events(workspace, limit=1)
    with pytest.raises(PurposeError):
        _desk(strict, replace(session, reason=None)).ask("phone:2025550143")
    assert auditlog.events(workspace, limit=1) == before
    _desk(strict, session).ask("phone:2025550143")


def test_nothing_of_a_person_is_shown_before_a_look_is_recorded(workspace: Workspace, session: Session) -> None:
    for action in Action:
        desk = _desk(workspace, session, action)
        if action not in UNRECORDED:
            for show in (lambda desk=desk: desk.answer({}), lambda desk=desk: desk.page("error.html", problem="x")):
                with pytest.raises(RuntimeError, match="without a record"):
                    show()
            desk.look("show", "page", "x")
        assert desk.answer({}).body == b"{}"


def test_pages_without_a_record_are_those_that_show_nothing_of_a_person() -> None:
    assert {one.value for one in UNRECORDED} == {"help", "sites", "models", "settings", "account"}


def test_a_named_tuple_is_answered_as_an_object_and_anything_unknown_is_an_error(
    workspace: Workspace, session: Session
) -> None:
    desk = _desk(workspace, session, Action.HELP)
    assert b'"left":"a"' in desk.answer([Link("a", "b", Reason.PHONE, "x", 0.5)]).body
    for odd in (object(), {1, 2}):
        with pytest.raises(TypeError):
            desk.answer([odd])


def test_the_cases_to_pin_things_to_are_the_persons_open_ones(workspace: Workspace, session: Session) -> None:
    mine, closed = (cases.open_case(workspace, title, "ana") for title in ("Harbor", "Lantern"))
    cases.open_case(workspace, "Meadow", "bo")
    cases.close(workspace, closed, "charged", "ana")
    assert _desk(workspace, session).open_cases() == [mine]
    assert _desk(workspace, replace(session, role=Role.DATA_SCIENTIST)).open_cases() == []
    assert _desk(workspace, replace(session, scopes=frozenset({Action.SEARCH}))).open_cases() == []
