"""Disclosure: what was said of an ad or a group until a date, who saw it and what they did, on one page and in one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import disclosure
from casework.disclosure import Disclosure
from casework.policy import Action
from console.desk import Desk, at, sent_to
from console.drafts import zipped
from store.errors import UsageError
from store.schema import now

router = APIRouter()
Sender = Annotated[Desk, Depends(sent_to(Action.DISCLOSE))]
Short = Annotated[str, Form(max_length=300)]
Reason = Annotated[str, Form(max_length=1_000)]


@router.get("/disclosure")
def ask(desk: Annotated[Desk, Depends(at(Action.DISCLOSE))], kind: str = "ad", item: str = "") -> Response:
    """The form."""
    desk.look("disclosure form", "page", "disclosure")
    return _page(desk, kind, item, "", "", None)


@router.post("/disclosure")
def show(desk: Sender, kind: Short = "", item: Short = "", until: Short = "", reason: Reason = "") -> Response:
    """The one page."""
    found = _found(desk, kind, item.strip(), until, reason)
    return _page(desk, kind, item.strip(), until, reason, found)


@router.post("/disclosure/file")
def file(desk: Sender, kind: Short = "", item: Short = "", until: Short = "", reason: Reason = "") -> Response:
    """The same as HTML, PDF and JSON in one archive."""
    found = _found(desk, kind, item.strip(), until, reason)

    def write(folder: Path) -> None:
        disclosure.export(desk.workspace, found, folder, desk.session.account, reason, via=desk.via)

    packed = zipped(desk.workspace, "disclosure", write)
    named = {"Content-Disposition": 'attachment; filename="disclosure.zip"'}
    return Response(packed, media_type="application/zip", headers=named)


def _found(desk: Desk, kind: str, item: str, until: str, reason: str) -> Disclosure:
    if not reason.strip():
        raise UsageError("say to whom it is disclosed and why")
    try:
        moment = datetime.fromisoformat(until) if until else now()
    except ValueError:
        raise UsageError(f"{until!r} is no date; write it as 2026-05-01 or 2026-05-01T12:00") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    desk.look("disclosure", kind, item, words=reason.strip())
    with desk.workspace.read() as connection:
        return disclosure.disclose(desk.workspace, connection, kind, item, moment)


def _page(desk: Desk, kind: str, item: str, until: str, reason: str, found: Disclosure | None) -> Response:
    return desk.page(
        "disclosure.html",
        kinds=disclosure.KINDS,
        kind=kind,
        item=item,
        until=until,
        reason=reason,
        title=disclosure.heading(found) if found else None,
        sections=disclosure.sections(found) if found else [],
    )
