"""Cases: the list of those a person has a part in, and one case with all that was put into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import accounts, caseitems, deconfliction, packs
from casework import cases as kept
from casework.caseitems import ItemKind
from casework.cases import Case
from casework.packs import Terms
from casework.policy import Action
from console.desk import Desk, at, sent_to
from console.drafts import zipped
from linker.judgements import Verdict
from models.labels import choose
from store.audit import Via
from store.errors import UsageError

router = APIRouter()
# Whoever may decide may work on cases; which ones, each case says.
Sender = Annotated[Desk, Depends(sent_to(Action.DECIDE))]
Viewer = Annotated[Desk, Depends(at(Action.DECIDE))]
Words = Annotated[str, Form(max_length=caseitems.LONGEST)]
Short = Annotated[str, Form(max_length=300)]
ADDABLE = (ItemKind.NOTE, ItemKind.TAG, ItemKind.TASK, ItemKind.AD, ItemKind.GROUP)


@router.get("/cases")
def show_all(desk: Viewer) -> Response:
    """The person's cases."""
    desk.look("cases", "account", desk.session.account)
    with desk.workspace.read() as connection:
        found = kept.every(connection, desk.session.account)
        teams = [one.team for one in kept.all_teams(connection) if desk.session.account in one.members]
    return desk.page("cases.html", cases=found, teams=teams)


@router.get("/case")
def show(desk: Viewer, id: str) -> Response:  # noqa: A002  the name in the address
    """One case, for who has a part in it."""
    case = _case(desk, id)
    desk.look("case", "case", case.case_id)
    with desk.workspace.read() as connection:
        items = caseitems.unquoted(connection, caseitems.of_case(connection, case.case_id, undone=True))
        members = kept.members(connection, case.case_id)
        elsewhere = deconfliction.on_this_server(connection, case)
    return desk.page(
        "case.html",
        case=case,
        items=items,
        members=members,
        elsewhere=elsewhere,
        kinds=ADDABLE,
        verdicts=list(Verdict),
        waiting=[one for one in items if one.kind is ItemKind.TASK and not one.done_at and not one.undone_at],
    )


@router.post("/case/open")
def open_case(desk: Sender, title: Short = "", team: Short = "") -> Response:
    """Open a case, for oneself or a team one is on."""
    with desk.workspace.read() as connection:
        own = {one.team for one in kept.all_teams(connection) if desk.session.account in one.members}
    if team and team not in own:
        raise UsageError(f"you are not on the team {team!r}")
    return _to(desk, kept.open_case(desk.workspace, title, desk.session.account, team=team or None))


@router.post("/case/add")
def add(desk: Sender, case: Short, kind: Short, words: Words = "", about: Short = "", due: Short = "") -> Response:
    """Put a note, tag, task, ad or group into the case."""
    found, who = _case(desk, case), desk.session.account
    match choose(ItemKind, kind, "the kind"):
        case ItemKind.NOTE:
            caseitems.note(desk.workspace, found, words, who)
        case ItemKind.TAG:
            caseitems.tag(desk.workspace, found, words, who)
        case ItemKind.TASK:
            caseitems.task(desk.workspace, found, words, who, to=about, due=due)
        case (ItemKind.AD | ItemKind.GROUP) as chosen:
            caseitems.pin(desk.workspace, found, chosen, about.strip(), words, who)
        case _:
            raise UsageError("that is not put into a case here")
    return _to(desk, found)


@router.post("/case/judge")
def judge(desk: Sender, case: Short, left: Short, right: Short, verdict: Short, words: Words = "") -> Response:
    """Say of two ads whether they are one poster's."""
    found, chosen = _case(desk, case), choose(Verdict, verdict, "the verdict")
    caseitems.judge(desk.workspace, found, left.strip(), right.strip(), chosen, words, desk.session.account)
    return _to(desk, found)


@router.post("/case/done")
def done(desk: Sender, case: Short, item: Annotated[int, Form()]) -> Response:
    """A task is done."""
    return _act(desk, case, lambda found: caseitems.done(desk.workspace, found, item, desk.session.account))


@router.post("/case/undo")
def undo(desk: Sender, case: Short, item: Annotated[int, Form()], words: Words = "") -> Response:
    """Take an item back."""
    return _act(desk, case, lambda found: caseitems.undo(desk.workspace, found, item, words, desk.session.account))


@router.post("/case/member")
def member(desk: Sender, case: Short, account: Short, leave: Short = "") -> Response:
    """Add a person to the case, or take one off."""
    with desk.workspace.read() as connection:
        if not leave and accounts.find(connection, account) is None:
            raise UsageError(f"there is no account {account!r}")
    act = kept.remove_member if leave else kept.add_member
    return _act(desk, case, lambda found: act(desk.workspace, found, account, desk.session.account))


@router.post("/case/handover")
def hand_over(desk: Sender, case: Short, account: Short, words: Words = "") -> Response:
    """Make another person the owner."""
    with desk.workspace.read() as connection:
        if accounts.find(connection, account) is None:
            raise UsageError(f"there is no account {account!r}")
    return _act(desk, case, lambda found: kept.hand_over(desk.workspace, found, account, words, desk.session.account))


@router.post("/case/close")
def close(desk: Sender, case: Short, words: Words = "") -> Response:
    """Close the case, or open it again."""
    who = desk.session.account

    def act(found: Case) -> None:
        (kept.reopen if found.closed_at else kept.close)(desk.workspace, found, words, who)

    return _act(desk, case, act)


@router.post("/case/export")
def export(desk: Sender, case: Short, words: Words = "") -> Response:
    """The case's evidence pack, as one file."""
    found = _case(desk, case)
    terms = Terms(desk.session.account, words, Via.CONSOLE)

    def write(folder: Path) -> None:
        packs.export_case(desk.workspace, found.case_id, folder, terms, account=desk.session.account)

    packed = zipped(desk.workspace, f"case-{found.case_id}", write)
    named = {"Content-Disposition": f'attachment; filename="case-{found.case_id}.zip"'}
    return Response(packed, media_type="application/zip", headers=named)


def _case(desk: Desk, case_id: str) -> Case:
    with desk.workspace.read() as connection:
        return kept.find(connection, case_id, desk.session.account)


def _act(desk: Desk, case_id: str, act: Callable[[Case], None]) -> Response:
    found = _case(desk, case_id)
    act(found)
    with desk.workspace.read() as connection:
        seen = found.case_id in {one.case_id for one in kept.every(connection, desk.session.account)}
    return _to(desk, found) if seen else desk.go("/cases")


def _to(desk: Desk, case: Case) -> Response:
    return desk.go(f"/case?id={quote(case.case_id, safe='')}")
