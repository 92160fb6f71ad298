"""The console's data as JSON: the same people, roles and records of looks as the pages.

A browser comes with its session's cookie, a program with a token in the header Authorization. What it may ask for and what
comes back is described at /api/openapi.json.
"""

from dataclasses import replace
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import adfiles, auditlog, groupfiles, queue, sitestates
from casework.policy import Action
from casework.records import Session
from console.desk import Desk, NotFoundError, at, check_token, signed_in
from indexer.records import Sort
from indexer.search import search
from linker.answer import answer
from store.errors import UsageError
from store.quarantine import require_shown

VERSION = "1"


class Failure(BaseModel):
    """Why nothing is shown."""

    error: str


FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": Failure, "description": "It cannot be answered as it was asked."},
    401: {"model": Failure, "description": "Nobody is signed in, or the token is over."},
    403: {"model": Failure, "description": "The role, or the token, does not include it; or it was not said why."},
    404: {"model": Failure, "description": "There is no such thing."},
    422: {"model": Failure, "description": "Something is missing or of the wrong kind."},
}
router = APIRouter(prefix="/api", responses=FAILURES)
Identifier = Annotated[str, Query(min_length=1, max_length=300)]


class Question(BaseModel):
    """What to search for; it travels in the body, so that no contact stands in an address."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=10_000)
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=10_000)
    sort: Sort | None = None
    case_id: str | None = Field(None, max_length=100, description="the case it is for; kept in the audit log")
    reason: str | None = Field(None, max_length=500, description="why; kept in the audit log")


@router.get("/openapi.json", include_in_schema=False)
def description(_: Annotated[Session, Depends(signed_in)]) -> Response:
    """This description."""
    return JSONResponse(described())


@cache
def described() -> dict[str, Any]:
    """The API in the words of OpenAPI."""
    made = get_openapi(title="Sidelight", version=VERSION, summary=__doc__, routes=router.routes)
    made["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sidelight_session"},
    }
    made["security"] = [{"token": []}, {"session": []}]
    return made


@router.get("/session")
def session(session: Annotated[Session, Depends(signed_in)]) -> Response:
    """Who is signed in, and the token that a browser's POST has to bring as X-CSRF-Token."""
    return JSONResponse({"account": session.account, "role": session.role, "csrf": session.csrf})


@router.post("/search")
def ask(
    question: Question,
    desk: Annotated[Desk, Depends(at(Action.SEARCH))],
    x_csrf_token: Annotated[str, Header()] = "",
) -> Response:
    """A page of hits."""
    check_token(desk.session, x_csrf_token)
    desk.session = replace(
        desk.session,
        case_id=question.case_id or desk.session.case_id,
        reason=question.reason or desk.session.reason,
    )
    desk.ask(question.query)
    page = search(
        desk.workspace,
        question.query,
        limit=question.limit,
        cursor=question.cursor,
        sort=question.sort,
        backend=desk.request.app.state.backend,
    )
    return desk.answer({"total": page.total, "cursor": page.cursor, "hits": [hit.as_json() for hit in page.hits]})


@router.get("/ad")
def ad(desk: Annotated[Desk, Depends(at(Action.AD))], id: Identifier) -> Response:  # noqa: A002
    """One ad with its mentions."""
    desk.look("show", "ad", id)
    with desk.workspace.read() as connection:
        if not desk.may(Action.QUARANTINE):
            require_shown(connection, id)
        file = adfiles.load(connection, id)
    if file is None:
        raise NotFoundError(f"there is no ad {id!r}")
    mentions = file.reading.mentions if file.reading else ()
    return desk.answer(
        {
            "ad": file.stored.ad,
            "first_seen": file.stored.first_seen,
            "last_seen": file.stored.last_seen,
            "gone_at": file.stored.gone_at,
            "group_id": file.group_id,
            "capture": file.capture,
            "mentions": [one.as_json() for one in mentions],
        }
    )


@router.get("/group")
def group(desk: Annotated[Desk, Depends(at(Action.GROUP))], id: Identifier) -> Response:  # noqa: A002
    """One group with its links, priority and decisions."""
    desk.look("group", "group", id)
    with desk.workspace.read() as connection:
        file = groupfiles.load(connection, id)
    if file is None:
        raise NotFoundError(f"there is no group {id!r}")
    return desk.answer({"group": file.group, "priority": file.priority, "decisions": file.decisions})


@router.get("/why")
def why(desk: Annotated[Desk, Depends(at(Action.GROUP))], left: Identifier, right: Identifier) -> Response:
    """The chains of evidence between two ads."""
    desk.looks("why linked", [("ad", left), ("ad", right)])
    with desk.workspace.read() as connection:
        try:
            found = answer(connection, left, right)
        except UsageError as problem:
            raise NotFoundError(str(problem)) from None
    for ad_id in found.between:
        desk.look("why linked", "ad", ad_id)
    return desk.answer(found.as_json())


@router.get("/queue")
def day(
    desk: Annotated[Desk, Depends(at(Action.QUEUE))],
    day: Annotated[str, Query(max_length=10, description="ISO date; today's by default")] = "",
) -> Response:
    """A day's queue."""
    chosen = day or queue.today(desk.workspace)
    desk.look("queue", "queue", chosen)
    with desk.workspace.read() as connection:
        entries = queue.load(connection, chosen)
    return desk.answer({"day": chosen, "entries": entries})


@router.get("/sites")
def sites(desk: Annotated[Desk, Depends(at(Action.SITES))]) -> Response:
    """Every site with its last runs and what is judged of it."""
    with desk.workspace.read() as connection:
        return desk.answer({"sites": sitestates.every(connection)})


@router.get("/audit")
def audit(
    desk: Annotated[Desk, Depends(at(Action.AUDIT))],
    before: Annotated[int | None, Query(ge=1, le=1 << 62)] = None,
    actor: Annotated[str, Query(max_length=100)] = "",
    action: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """The newest events of the audit log, or those before a number."""
    desk.look("audit list", "audit", actor or "all")
    found = auditlog.events(desk.workspace, limit=limit, before=before, actor=actor, action=action)
    return desk.answer({"events": found})
