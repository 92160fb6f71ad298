"""A list of contacts looked up at once: for each whether any ad holds it, recorded one by one like every look-up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import Response

from casework.policy import Action
from console import sealed
from console.desk import Desk, sent_to
from console.drafts import draft
from indexer import lists, lookups
from store.errors import UsageError

router = APIRouter()
MOST = 1_000  # identifiers of one upload; the command takes more


@router.post("/search/list")
def look_up(
    desk: Annotated[Desk, Depends(sent_to(Action.SEARCH))],
    typed: Annotated[str, Form(max_length=100_000)] = "",
    column: Annotated[str, Form(max_length=100)] = "",
    file: UploadFile | None = None,
) -> Response:
    """The answer for each line of what was typed, or each row of a CSV."""
    given = file.file.read() if file is not None and file.filename else typed.encode()
    with draft(desk.workspace) as place:
        path = place / "list.csv"
        path.write_bytes(given)
        wanted = lists.identifiers(path, column.strip() or None)
    if not wanted:
        raise UsageError("give a list: one phone, e-mail or handle on each line, or a CSV")
    if len(wanted) > MOST:
        raise UsageError(f"{len(wanted):,} identifiers; here at most {MOST:,}: sidelight search --list takes more")
    case_id, reason = desk.session.case_id, desk.session.reason
    asked = list(dict.fromkeys(one for text in wanted for one in lookups.of_person(text)))
    lookups.require_purpose(desk.workspace.settings, asked, case_id, reason)
    desk.look("search list", "query", "list", identifiers=len(wanted))
    lookups.record(desk.workspace, desk.session.account, desk.via, asked, case_id, reason)
    rows = list(lists.look_up(desk.workspace, wanted, desk.request.app.state.backend))
    tokens = {
        row.identifier: sealed.seal(desk.workspace, f'linked:"{row.identifier}"')
        for row in rows
        if row.ads and '"' not in row.identifier
    }
    said = {word: sum(row.said == word for row in rows) for word in ("hit", "miss", "unread")}
    order = sorted(rows, key=lambda row: ("hit", "miss", "unread").index(row.said))
    return desk.page("list.html", rows=order, tokens=tokens, said=said)
