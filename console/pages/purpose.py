"""What a person works on: the case and the reason that stand with every look until they say otherwise."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import sessions
from casework.policy import Action
from console.desk import COOKIE, Desk, at, sent_to

router = APIRouter()


@router.get("/purpose")
def show(desk: Annotated[Desk, Depends(at(Action.ACCOUNT))], asked: bool = False) -> Response:  # noqa: FBT001, FBT002
    """The form; `asked` when a look-up was held back for want of an answer."""
    return desk.page("purpose.html", asked=asked)


@router.post("/purpose")
def save(
    desk: Annotated[Desk, Depends(sent_to(Action.ACCOUNT))],
    case_id: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Keep it for this session."""
    sessions.work_on(desk.workspace, desk.request.cookies.get(COOKIE, ""), desk.session, case_id, reason)
    return desk.go("/purpose")
