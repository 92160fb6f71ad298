"""Signing in, by password or once by the local link, and out."""

import hashlib
import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import accounts, factors, sessions, throttle
from casework.accounts import SignInError
from casework.records import Account, Role, Session
from console.desk import COOKIE, ForgedFormError, NotFoundError, check_token, signed_in
from console.rendering import render
from store import audit
from store.audit import Via
from store.workspace import Workspace

router = APIRouter()
FORM_COOKIE = "sidelight_form"
MOST_FAILURES = 30  # from one address within the throttle's span; behind a proxy all share one


@router.get("/sign-in")
def form(request: Request) -> Response:
    """The form."""
    return _form(request, None)


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=2_000)] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password, and open a session."""
    if not _own_form(request, csrf):
        raise ForgedFormError("this form was not made by this console; load the sign-in page again")
    workspace: Workspace = request.app.state.workspace
    source = f"sign-in:{request.client.host if request.client else ''}"
    throttle.require(workspace, source, MOST_FAILURES)
    try:
        account = accounts.check(workspace, name.strip().lower(), password)
    except SignInError as problem:
        throttle.count(workspace, source)
        return _form(request, str(problem))
    with workspace.read() as connection:
        second = factors.has(connection, account.name)
    if not second and request.app.state.factors:
        return _form(
            request, f"this console asks for a second factor; an operator gives one: users factor {account.name}"
        )
    return opened(request, account, "password", strong=not second)


@router.get("/open")
def open_locally(request: Request, secret: str = "") -> Response:
    """The one-time link that `sidelight serve --open` prints: whoever runs the command owns the workspace."""
    digest = request.app.state.open_digest
    if digest is None or not hmac.compare_digest(digest, hashlib.sha256(secret.encode()).digest()):
        raise NotFoundError("this link was used already, or is of another run; start sidelight serve --open again")
    request.app.state.open_digest = None
    return opened(request, _local_account(request.app.state.workspace), "local link")


@router.post("/sign-out")
def sign_out(
    request: Request, session: Annotated[Session, Depends(signed_in)], csrf: Annotated[str, Form()] = ""
) -> Response:
    """Close the session."""
    check_token(session, csrf)
    sessions.end(request.app.state.workspace, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/", secure=request.app.state.secure, httponly=True, samesite="strict")
    return response


def opened(request: Request, account: Account, how: str, *, strong: bool = True) -> Response:
    """Open a session for the account and go on: to its first page, or to the form for the second factor's code."""
    token, _ = sessions.start(request.app.state.workspace, account, how, strong=strong)
    response = RedirectResponse("/" if strong else "/sign-in/code", 303)
    keep(request, response, token)
    response.delete_cookie(FORM_COOKIE, path="/sign-in")
    return response


def keep(request: Request, response: Response, token: str) -> None:
    """Give the browser the session's token, out of reach of scripts and of other sites."""
    response.set_cookie(COOKIE, token, path="/", secure=request.app.state.secure, httponly=True, samesite="strict")


def _local_account(workspace: Workspace) -> Account:
    """The account of whoever runs the console, made without a password where it is not there."""
    name = accounts.local_name(audit.operator())
    with workspace.read() as connection:
        found = accounts.find(connection, name)
    if found is not None and found.disabled:
        raise NotFoundError(f"the account {name!r} is disabled; sidelight users disable {name} --enable opens it")
    return found or accounts.add(workspace, name, Role.SUPERVISOR, None, name, Via.CONSOLE)


def _form(request: Request, problem: str | None) -> Response:
    workspace: Workspace = request.app.state.workspace
    with workspace.read() as connection:
        empty = accounts.count(connection) == 0
    nonce = secrets.token_urlsafe(24)
    body = render(
        "sign_in.html",
        workspace.settings.zone,
        session=None,
        csrf=_token(request, nonce),
        problem=problem,
        empty=empty,
        provider=bool(workspace.settings.oidc_issuer),
    )
    response = HTMLResponse(body, 401 if problem else 200)
    response.set_cookie(
        FORM_COOKIE, nonce, path="/sign-in", secure=request.app.state.secure, httponly=True, samesite="strict"
    )
    return response


def _own_form(request: Request, csrf: str) -> bool:
    expected = _token(request, request.cookies.get(FORM_COOKIE, ""))
    return hmac.compare_digest(expected.encode(), csrf.encode("utf-8", "replace"))


def _token(request: Request, nonce: str) -> str:
    """What a form must bring beside the cookie: nobody else can make it for a cookie of theirs."""
    return hmac.new(request.app.state.form_key, nonce.encode(), hashlib.sha256).hexdigest()
