"""The console's data as JSON: the same people, roles and records of looks as the pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import adfiles, groupfiles, queue
from casework.policy import Action
from casework.records import Session
from console.desk import Desk, NotFoundError, at, check_token, signed_in
from indexer.records import Sort
from indexer.search import search
from store.quarantine import require_shown

router = APIRouter(prefix="/api")


class Question(BaseModel):
    """What to search for; it travels in the body, so that no contact stands in an address."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=10_000)
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = None
    sort: Sort | None = None


@router.get("/session")
def session(session: Annotated[Session, Depends(signed_in)]) -> Response:
    """Who is signed in, and the token that a POST has to bring as X-CSRF-Token."""
    return JSONResponse({"account": session.account, "role": session.role, "csrf": session.csrf})


@router.post("/search")
def ask(
    question: Question,
    desk: Annotated[Desk, Depends(at(Action.SEARCH))],
    x_csrf_token: Annotated[str, Header()] = "",
) -> Response:
    """A page of hits."""
    check_token(desk.session, x_csrf_token)
    desk.look("search", "query", question.query, words=question.query)
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
def ad(desk: Annotated[Desk, Depends(at(Action.AD))], id: str) -> Response:  # noqa: A002
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
def group(desk: Annotated[Desk, Depends(at(Action.GROUP))], id: str) -> Response:  # noqa: A002
    """One group with its links, priority and decisions."""
    desk.look("group", "group", id)
    with desk.workspace.read() as connection:
        file = groupfiles.load(connection, id)
    if file is None:
        raise NotFoundError(f"there is no group {id!r}")
    return desk.answer({"group": file.group, "priority": file.priority, "decisions": file.decisions})


@router.get("/queue")
def day(desk: Annotated[Desk, Depends(at(Action.QUEUE))], day: str = "") -> Response:
    """A day's queue, today's by default."""
    chosen = day or queue.today(desk.workspace)
    desk.look("queue", "queue", chosen)
    with desk.workspace.read() as connection:
        entries = queue.load(connection, chosen)
    return desk.answer({"day": chosen, "entries": entries})
