"""Sites and runs: what was collected, how well, and where the collection is blind. Nothing of a person's."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework import sitestates
from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from console.strips import strip
from crawlers import overview

router = APIRouter()
TREND = 60  # runs
SET_ASIDE = 100  # addresses


@router.get("/sites")
def show(desk: Annotated[Desk, Depends(at(Action.SITES))]) -> Response:
    """Every site with its last runs and what is judged of it."""
    with desk.workspace.read() as connection:
        sites = sitestates.every(connection)
    trends = {
        one.site: strip([(run.started_at, run.state, run.counts.get("ads", 0)) for run in reversed(one.runs)])
        for one in sites
    }
    return desk.page("sites.html", sites=sites, trends=trends)


@router.get("/site")
def show_one(desk: Annotated[Desk, Depends(at(Action.SITES))], name: str) -> Response:
    """One site: the trend of its verdicts, its blind spots, and what its newest run set aside."""
    with desk.workspace.read() as connection:
        report = overview.site_report(connection, name, last=TREND, addresses=SET_ASIDE)
    if not report.runs and not report.blind_spots:
        raise NotFoundError(f"no site {name!r} was ever crawled or judged")
    drawn = strip([(run.started_at, run.state, run.counts.get("ads", 0)) for run in reversed(report.runs)])
    return desk.page("site.html", report=report, trend=drawn, most=SET_ASIDE)
