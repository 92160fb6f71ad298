"""A group's templates: what its near-copies have in common, and what fills each place where they differ."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from linker.stored import load_groups
from linker.templates import chosen, pattern
from nlp.stored import load_stored
from store.quarantine import held

router = APIRouter()
SHOWN = 3  # on one page: each is an alignment of many texts


@router.get("/templates")
def show(desk: Annotated[Desk, Depends(at(Action.GROUP))], id: str, start: int = 0) -> Response:  # noqa: A002  the name in the address
    """The templates of the group from the `start`-th largest on, by the readings of the ads that may be shown."""
    desk.look("group", "group", id)
    with desk.workspace.read() as connection:
        group = load_groups(connection, [id], linked=False).get(id)
        if group is None:
            raise NotFoundError(f"there is no group {id!r} now; its ads may have joined another group")
        first = max(0, min(start, len(group.templates) - 1)) // SHOWN * SHOWN
        asked = group.templates[first : first + SHOWN]
        wanted = {ad_id for one in asked for ad_id in chosen(one)}
        readings = load_stored(connection, wanted - held(connection, group.ad_ids))
    return desk.page(
        "templates.html",
        group=group,
        found=len(group.templates),
        templates=[pattern(one, readings) for one in asked],
        start=first,
        page_of=SHOWN,
    )
