"""Passkeys of the person who is signed in: adding and removing them, and showing first that it is them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import accounts, factors, passkeys, sessions
from casework.policy import Action
from casework.sessions import Purpose
from console.desk import COOKIE, Desk, sent_to
from console.pages import account

router = APIRouter()
LARGEST_ANSWER = 20_000  # characters


@router.post("/account/passkey/ask")
def ask(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))], purpose: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """What the page's script is to ask the person's device: to make a passkey, or to show one."""
    name, token = desk.session.account, _token(desk)
    if purpose == Purpose.CONFIRM:
        return _json(passkeys.ask(desk.workspace, name, token, Purpose.CONFIRM))
    _require_confirmed(desk)
    return _json(passkeys.ask_new(desk.workspace, name, token))


@router.post("/account/passkey")
def add(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))],
    title: Annotated[str, Form(max_length=200)] = "",
    answer: Annotated[str, Form(max_length=LARGEST_ANSWER)] = "",
) -> Response:
    """Keep the passkey that the device made; the person's sessions elsewhere end."""
    _require_confirmed(desk)
    name, token = desk.session.account, _token(desk)
    codes = passkeys.add(desk.workspace, name, token, title, answer)
    sessions.end_all(desk.workspace, name, token)
    return account.page(desk, codes=codes) if codes else desk.go("/account")


@router.post("/account/passkey/remove")
def remove(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))], passkey: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Forget a passkey; the person's sessions elsewhere end."""
    _require_confirmed(desk)
    name = desk.session.account
    passkeys.remove(desk.workspace, name, passkey, needed=desk.request.app.state.factors)
    sessions.end_all(desk.workspace, name, _token(desk))
    return desk.go("/account")


@router.post("/account/confirm")
def confirm(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))],
    answer: Annotated[str, Form(max_length=LARGEST_ANSWER)] = "",
    code: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Show a second factor, so that one may be changed for some minutes. Raises SignInError."""
    name, token = desk.session.account, _token(desk)
    if answer:
        passkeys.check(desk.workspace, name, token, Purpose.CONFIRM, answer)
    how = "passkey" if answer else accounts.check_factor(desk.workspace, name, code)
    sessions.confirm(desk.workspace, token, desk.session, how)
    return desk.go("/account")


def _token(desk: Desk) -> str:
    return desk.request.cookies.get(COOKIE, "")


def _require_confirmed(desk: Desk) -> None:
    """An open browser is nobody's word: who has a second factor shows it before one comes or goes."""
    with desk.workspace.read() as connection:
        if factors.has(connection, desk.session.account):
            sessions.require_confirmed(desk.session)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
