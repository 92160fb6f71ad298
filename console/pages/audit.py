"""The audit log, for supervisors and auditors; that they read it stands in it too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from casework import auditlog, verification
from casework.policy import Action
from console.desk import Desk, at, sent_to

router = APIRouter()
LIMIT = 100


@router.get("/audit")
def show(
    desk: Annotated[Desk, Depends(at(Action.AUDIT))],
    before: Annotated[int | None, Query(ge=1, le=1 << 62)] = None,
    actor: str = "",
    action: str = "",
) -> Response:
    """The newest events, or those before a number."""
    desk.look("audit list", "audit", actor or "all")
    return _page(desk, before, actor, action, None)


@router.post("/audit/verify")
def verify(desk: Annotated[Desk, Depends(sent_to(Action.AUDIT))]) -> Response:
    """Compute the chain again and say what was found."""
    desk.look("audit verify", "audit", "all")
    return _page(desk, None, "", "", verification.verify(desk.workspace))


def _page(desk: Desk, before: int | None, actor: str, action: str, verified: verification.Verified | None) -> Response:
    events = auditlog.events(desk.workspace, limit=LIMIT, before=before, actor=actor, action=action)
    return desk.page(
        "audit.html",
        events=events,
        actor=actor,
        action=action,
        more=events[-1].seq if len(events) == LIMIT else None,
        verified=verified,
    )
