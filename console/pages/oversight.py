"""Oversight: unusual patterns, a random sample, who looked at a person, and exports that wait for a second person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import auditlog, misuse, oversight, queue
from casework.policy import Action
from console.desk import Desk, at, sent_to
from indexer import lookups
from indexer.search import every
from store import approvals
from store.errors import UsageError

router = APIRouter()
DAYS = 30
SAMPLED = 10
LOOKS = 200  # at one person that are shown, the newest; how many there are in all is said


@router.get("/oversight")
def show(desk: Annotated[Desk, Depends(at(Action.OVERSIGHT))], days: int = DAYS) -> Response:
    """What a supervisor should ask about."""
    desk.look("oversight", "audit", "patterns", days=days)
    return _page(desk, max(1, min(days, 366)))


@router.post("/oversight/about")
def about(
    desk: Annotated[Desk, Depends(sent_to(Action.OVERSIGHT))], typed: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Who looked at whom this contact belongs to."""
    asked = lookups.of_person(typed)
    if not asked:
        raise UsageError("type one phone, e-mail or handle (telegram:name)")
    desk.look("who looked", "contact", asked[0])
    quoted = typed.replace('"', " ").strip()
    query = f'linked:"{quoted}"'
    ads = every(desk.workspace, query, desk.request.app.state.backend)
    with desk.workspace.read() as connection:
        seqs = oversight.about(desk.workspace, connection, typed, ads)
    return _page(desk, DAYS, looked=auditlog.numbered(desk.workspace, seqs[-LOOKS:]), looks=len(seqs))


@router.post("/oversight/review")
def review(
    desk: Annotated[Desk, Depends(sent_to(Action.OVERSIGHT))],
    seq: Annotated[int, Form(ge=1, le=1 << 62)],
    note: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Keep, in the log itself, that a look was asked about and what came of it."""
    if not note.strip():
        raise UsageError("say what came of it")
    desk.look("review look", "audit", str(seq), words=note.strip(), event=seq)
    return desk.go("/oversight")


@router.post("/oversight/answer")
def answer(
    desk: Annotated[Desk, Depends(sent_to(Action.APPROVE))],
    approval: Annotated[int, Form(ge=1, le=1 << 62)],
    granted: Annotated[bool, Form()] = False,  # noqa: FBT002
    why: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Grant or refuse what somebody else wants to take out."""
    approvals.answer(desk.workspace, approval, desk.session.account, why, granted=granted)
    return desk.go("/oversight")


def _page(desk: Desk, days: int, looked: list[auditlog.Event] | None = None, looks: int = 0) -> Response:
    workspace, name = desk.workspace, desk.session.account
    with workspace.read() as connection:
        waiting = approvals.waiting(connection)
    drawn = oversight.sample(workspace, queue.today(workspace), name, SAMPLED)
    values: dict[str, Any] = {
        "days": days,
        "findings": misuse.findings(oversight.seen(workspace, days)),
        "patterns": len(misuse.rules()),
        "sample": auditlog.numbered(workspace, drawn),
        "waiting": waiting,
        "looked": looked,
        "looks": looks,
    }
    return desk.page("oversight.html", **values)
