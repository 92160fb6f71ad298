"""A person's own account: second factor, tokens for programs, sessions elsewhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import accounts, consoleaddress, factors, passkeys, policy, sessions, tokens
from casework.policy import POLICY, Action
from console.desk import COOKIE, Desk, at, sent_to
from store import keys
from store.audit import Via
from store.errors import UsageError

router = APIRouter()
SECRETS = "console-enrolments"  # key that a secret is sealed with on its way through the form


@router.get("/account")
def show(desk: Annotated[Desk, Depends(at(Action.ACCOUNT))]) -> Response:
    """The account's page."""
    return page(desk)


@router.post("/account/factor")
def enrol(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))],
    sealed: Annotated[str, Form(max_length=1_000)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    present: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Show a secret to put into a device; with a code of it, make it the second factor and show the recovery codes.

    Whoever sits at an open browser cannot replace a factor: that takes a code of the one there is, or, from who keeps a
    passkey, to have shown it. Raises SignInError.
    """
    name = desk.session.account
    secret = keys.unseal(desk.workspace, SECRETS, sealed.encode("utf-8", "replace")) if sealed else factors.new_secret()
    if secret is None:
        raise UsageError("this form is of another console; begin again")
    if not code:
        fresh = keys.seal(desk.workspace, SECRETS, secret).decode()
        return page(desk, secret=secret, sealed=fresh, uri=factors.uri(secret, name))
    with desk.workspace.read() as connection:
        replacing, keyed = factors.has(connection, name), bool(passkeys.of(connection, name))
    if keyed:
        sessions.require_confirmed(desk.session)
    elif replacing:
        accounts.check_factor(desk.workspace, name, present)
    codes = factors.enrol(desk.workspace, name, secret, code, name, Via.CONSOLE)
    sessions.end_all(desk.workspace, name, desk.request.cookies.get(COOKIE, ""))
    return page(desk, codes=codes)


@router.post("/account/token")
def make_token(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))],
    title: Annotated[str, Form(max_length=200)] = "",
    scope: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 30,
) -> Response:
    """Make a token for a program, and show it this once."""
    secret, _ = tokens.make(desk.workspace, desk.session.account, desk.session.role, title, scope or (), days)
    return page(desk, token=secret)


@router.post("/account/token/revoke")
def revoke_token(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))], token: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """End a token."""
    tokens.revoke(desk.workspace, desk.session.account, token)
    return desk.go("/account")


@router.post("/account/sessions/end")
def end_others(desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))]) -> Response:
    """End the person's sessions in other browsers."""
    sessions.end_all(desk.workspace, desk.session.account, desk.request.cookies.get(COOKIE, ""))
    return desk.go("/account")


def page(desk: Desk, **shown: Any) -> Response:
    """The page, with what is shown this once."""
    name = desk.session.account
    with desk.workspace.read() as connection:
        values: dict[str, Any] = {
            "second": factors.has_codes(connection, name),
            "passkeys": passkeys.of(connection, name),
            "openable": accounts.has_password(connection, name),
            "address": consoleaddress.find(desk.workspace.settings),
            "confirmed": sessions.is_confirmed(desk.session),
            "left": factors.left(connection, name),
            "tokens": tokens.of(connection, name),
            "secret": None,
            "codes": (),
            "token": None,
        }
    values["scopes"] = sorted(one for one in POLICY.scopes if policy.allows(desk.session.role, one))
    return desk.page("account.html", **(values | shown))
