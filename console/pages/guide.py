"""The guide: the query language with an example each, what the marks and figures mean."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework.expectation import expected_precision
from casework.policy import Action
from console.desk import Desk, at
from indexer.filters import FILTERS

router = APIRouter()
LANGUAGE = (
    ("word other", "ads with both words"),
    ('"new in town"', "the words in this order"),
    ("room OR flat", "ads with either"),
    ("room -shared", "without a word"),
    ("(room OR flat) evening", "brackets group"),
    ("mass*", "words that begin so"),
    ("tonigth~", "words one slip away; ~2 for two slips"),
    ("room NEAR/5 provided", "two words at most five places apart, in either order"),
    ("(202) 555-0143", "a phone, e-mail or handle, however an ad wrote it, or typed in words"),
)


@router.get("/help")
def show(desk: Annotated[Desk, Depends(at(Action.HELP))]) -> Response:
    """The guide's page."""
    rates = [(1 / p, expected_precision(p)) for p in (0.1, 0.01, 0.001)]
    return desk.page("help.html", language=LANGUAGE, filters=sorted(FILTERS.items()), rates=rates)
