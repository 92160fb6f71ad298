"""Why two ads are linked: the chains of evidence between them, each step with the words that show it; or why they are not."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework import judging
from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from console.marks import Mark, Segment, extract
from linker.answer import Answer, answer
from linker.judgements import Verdict
from linker.quotes import Quote, step_quotes
from store.errors import UsageError

router = APIRouter()


@router.get("/why")
def show(desk: Annotated[Desk, Depends(at(Action.GROUP))], left: str = "", right: str = "") -> Response:
    """The chains from one ad to the other."""
    desk.looks("why linked", [("ad", left), ("ad", right)])
    with desk.workspace.read() as connection:
        try:
            found = answer(connection, left, right)
            words = judging.standing(connection, [left], [right])
        except UsageError as problem:
            raise NotFoundError(str(problem)) from None
    for ad_id in found.between:
        desk.look("why linked", "ad", ad_id)
    return desk.page(
        "why.html",
        left=left,
        right=right,
        found=found,
        words=words,
        verdicts=list(Verdict),
        own_cases=desk.open_cases(),
        chains=[
            (
                chain,
                [
                    (step, [(one, [_shown(found, quote) for quote in words]) for one, words in told])
                    for step in chain.steps
                    for told in [step_quotes(step, found.ads, found.readings)]
                ],
            )
            for chain in found.chains
        ],
    )


def _shown(found: Answer, quote: Quote) -> tuple[str, str, list[Segment], bool, bool]:
    """Ad, field, the words around the quote, whether they are cut before and after."""
    ad = found.ads[quote.ad_id]
    text = ad.url if quote.field == "url" else ad.texts()[quote.field]
    marks = [] if quote.kind == "wording" else [Mark(quote.start, quote.end, quote.kind, quote.surface)]
    return (quote.ad_id, quote.field, *extract(text, marks))
