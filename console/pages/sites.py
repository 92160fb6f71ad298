"""Sites and runs: what was collected, how well, and where the collection is blind. Nothing of a person's."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework import sitestates
from casework.policy import Action
from console.desk import Desk, at

router = APIRouter()


@router.get("/sites")
def show(desk: Annotated[Desk, Depends(at(Action.SITES))]) -> Response:
    """Every site with its last runs and what is judged of it."""
    with desk.workspace.read() as connection:
        sites = sitestates.every(connection)
    return desk.page("sites.html", sites=sites)
