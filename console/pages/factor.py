"""The second step of signing in: the code of the person's device, or a recovery code."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import accounts, sessions
from casework.accounts import SignInError
from casework.records import Session
from console.desk import COOKIE, NotSignedInError, check_token
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
    token, _ = sessions.strengthen(workspace, request.cookies.get(COOKIE, ""), session, f"password and {how}")
    response = RedirectResponse("/", 303)
    keep(request, response, token)
    return response


def _half(request: Request) -> Session:
    found = sessions.find(request.app.state.workspace, request.cookies.get(COOKIE, ""))
    if found is None or found.strong:
        raise NotSignedInError("begin with your name and password")
    return found


def _form(request: Request, session: Session, problem: str | None) -> Response:
    workspace: Workspace = request.app.state.workspace
    body = render("factor.html", workspace.settings.zone, session=None, csrf=session.csrf, problem=problem)
    return HTMLResponse(body, 401 if problem else 200)
