"""The front: each person's first page is what their role works on."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from casework import policy
from casework.policy import Action
from casework.records import Session
from console.desk import signed_in

router = APIRouter()
FIRST = ((Action.QUEUE, "/queue"), (Action.AUDIT, "/audit"), (Action.SITES, "/sites"))


@router.get("/")
def show(session: Annotated[Session, Depends(signed_in)]) -> Response:
    """Send the person where their role begins."""
    address = next((address for action, address in FIRST if policy.allows(session.role, action)), "/help")
    return RedirectResponse(address, 303)
