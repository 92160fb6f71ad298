"""The second step of signing in: a passkey where the person keeps one, else their device's code; or a recovery code."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import accounts, consoleaddress, passkeys, sessions
from casework.accounts import SignInError
from casework.records import Session
from casework.sessions import Purpose
from console.desk import COOKIE, NotSignedInError, check_token
from console.pages.passkey import LARGEST_ANSWER
from console.pages.sign import keep
from console.rendering import render
from store.workspace import Workspace

router = APIRouter()


@router.get("/sign-in/code")
def form(request: Request) -> Response:
    """The form, for whoever has just given a password."""
    return _form(request, _half(request), None)


@router.post("/sign-in/code")
def check(
    request: Request, code: Annotated[str, Form(max_length=100)] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    """Check the code and open the session."""
    session = _half(request)
    check_token(session, csrf)
    workspace: Workspace = request.app.state.workspace
    try:
        how = accounts.check_factor(workspace, session.account, code)
    except SignInError as problem:
        return _form(request, session, str(problem))
    return _through(request, session, how)


@router.post("/sign-in/passkey/ask")
def ask(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """What the page's script is to ask the person's passkeys."""
    session = _half(request)
    check_token(session, csrf)
    asked = passkeys.ask(request.app.state.workspace, session.account, _token(request), Purpose.SIGN_IN)
    return Response(asked, media_type="application/json")


@router.post("/sign-in/passkey")
def check_passkey(
    request: Request,
    answer: Annotated[str, Form(max_length=LARGEST_ANSWER)] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Check what the passkey answered and open the session."""
    session = _half(request)
    check_token(session, csrf)
    try:
        passkeys.check(request.app.state.workspace, session.account, _token(request), Purpose.SIGN_IN, answer)
    except SignInError as problem:
        return _form(request, session, str(problem))
    return _through(request, session, "passkey")


def _through(request: Request, session: Session, how: str) -> Response:
    token, _ = sessions.strengthen(request.app.state.workspace, _token(request), session, f"password and {how}")
    response = RedirectResponse("/", 303)
    keep(request, response, token)
    return response


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _half(request: Request) -> Session:
    found = sessions.find(request.app.state.workspace, _token(request))
    if found is None or found.strong:
        raise NotSignedInError("begin with your name and password")
    return found


def _form(request: Request, session: Session, problem: str | None) -> Response:
    workspace: Workspace = request.app.state.workspace
    with workspace.read() as connection:
        kept = passkeys.of(connection, session.account)
    address = consoleaddress.find(workspace.settings)
    shown = {"csrf": session.csrf, "problem": problem, "passkeys": kept, "address": address}
    body = render("factor.html", workspace.settings.zone, session=None, **shown)
    return HTMLResponse(body, 401 if problem else 200)
