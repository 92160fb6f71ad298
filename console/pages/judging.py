"""A person's word on two ads, from whatever page shows both: kept alone, or in a case of theirs."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import caseitems, cases, judging
from casework.policy import Action
from console.desk import Desk, sent_to
from linker.judgements import Verdict
from models.labels import choose

router = APIRouter()
Short = Annotated[str, Form(max_length=300)]
Words = Annotated[str, Form(max_length=judging.LONGEST)]


@router.post("/judge")
def judge(
    desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))],
    left: Short,
    right: Short,
    verdict: Short = "",
    words: Words = "",
    case: Short = "",
) -> Response:
    """Say of two ads whether they are one poster's; with a case it stands there too."""
    chosen, who = choose(Verdict, verdict, "the verdict"), desk.session.account
    if case:
        with desk.workspace.read() as connection:
            found = cases.find(connection, case, who)
        caseitems.judge(desk.workspace, found, left, right, chosen, words, who)
    else:
        judging.say(desk.workspace, left, right, chosen, words, who)
    return _to(desk, left, right)


@router.post("/judge/undo")
def undo(desk: Annotated[Desk, Depends(sent_to(Action.UNDO_OWN))], judgement: Annotated[int, Form()]) -> Response:
    """Take a word back: one's own, or any with the supervisor's role."""
    back = judging.take_back(
        desk.workspace, judgement, desk.session.account, any_ones=desk.may(Action.UNDO_ANY), via=desk.via
    )
    return _to(desk, back.left, back.right)


def _to(desk: Desk, left: str, right: str) -> Response:
    return desk.go(f"/why?left={quote(left, safe='')}&right={quote(right, safe='')}#judgement")
